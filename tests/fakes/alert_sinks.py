"""A mail server and a web service on loopback that keep the alerts they receive."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class MailSink:
    """Receives mail by SMTP, without a password. Refuses the sender in `refuses` with 550."""

    mails: list[EmailMessage] = field(default_factory=list)
    refuses: bool = False
    port: int = 0

    @property
    def url(self) -> str:
        """The address of the channel."""
        return (
            f"mailto://localhost:{self.port}/?mode=insecure&from=gate@example.vn&to=it@example.vn"
        )

    @contextmanager
    def running(self) -> Iterator["MailSink"]:
        sink = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                _talk(sink, self)

        with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)) as port:
            self.port = port
            yield self


@dataclass
class HookSink:
    """Receives JSON by HTTP. Answers with `status`."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    port: int = 0

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}/secret-token-of-the-hook"

    @contextmanager
    def running(self) -> Iterator["HookSink"]:
        sink = self

        class Hook(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if sink.status == 200:
                    sink.posts.append(json.loads(body))
                self.send_response(sink.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name there)
                """Keep the server's log out of the test's output."""

        with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Hook)) as port:
            self.port = port
            yield self


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def _talk(sink: MailSink, line: socketserver.StreamRequestHandler) -> None:
    def say(text: str) -> None:
        line.wfile.write(f"{text}\r\n".encode())

    say("220 sink")
    while command := line.rfile.readline():
        verb = command[:4].upper()
        if verb == b"QUIT":
            say("221 bye")
            return
        if verb == b"MAIL" and sink.refuses:
            say("550 not now")
        elif verb == b"DATA":
            say("354 go on")
            content = b""
            while (part := line.rfile.readline()) not in (b".\r\n", b""):
                content += part.removeprefix(b".") if part.startswith(b"..") else part
            mail = message_from_bytes(content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            sink.mails.append(mail)
            say("250 taken")
        else:
            say("250 go on")
