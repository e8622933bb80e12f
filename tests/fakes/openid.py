"""A fake OpenID provider on loopback that signs real ID tokens and remembers its requests.

It accepts one client, and signs every browser in as `person`. `fault` makes it misbehave.
"""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from tests.fakes.patience import PATIENCE_S

CLIENT, SECRET = "schoolgate", "a secret: with/signs"

Fault = Literal[
    "",
    "wrong_nonce",
    "no_nonce",
    "wrong_issuer",
    "wrong_audience",
    "expired",
    "foreign_key",
    "secret_as_key",
    "unsigned",
    "declined",
    "another_issuer",
    "broken",
]


@dataclass
class FakeProvider:
    """The provider. `back`: the client's registered redirect address; `now_s`: its clock, UTC."""

    now_s: Callable[[], int]
    issuer: str = ""
    back: str = ""
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "person-1"})
    fault: Fault = ""
    asked: list[str] = field(default_factory=list)
    """The requested paths, in order."""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "first"}))
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def rotate(self) -> None:
        """Change to a new key; tokens signed by the old one are no longer valid."""
        self.key = ECKey.generate_key("P-256", {"kid": secrets.token_hex(4)})

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer + ("/other" if self.fault == "another_issuer" else ""),
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def authorize(self, query: dict[str, str]) -> str:
        """Return where the browser goes next; raise AssertionError for a wrong request."""
        assert query["client_id"] == CLIENT
        assert query["redirect_uri"] == self.back
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        told = {"state": query["state"], "iss": self.issuer}
        if self.fault == "declined":
            return f"{self.back}?{urlencode(told | {'error': 'access_denied'})}"
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        return f"{self.back}?{urlencode(told | {'code': code})}"

    def exchange(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Return status and body of the token endpoint."""
        asked = self._codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        # RFC 6749, 2.3.1: both are form-encoded before they are joined.
        both = urlencode({CLIENT: SECRET}).replace("=", ":", 1).replace("+", "%20")
        if authorization != f"Basic {base64.b64encode(both.encode()).decode()}":
            return 401, {"error": "invalid_client"}
        if not asked or challenge != asked["code_challenge"] or form["redirect_uri"] != self.back:
            return 400, {"error": "invalid_grant"}
        return 200, {
            "access_token": secrets.token_urlsafe(8),
            "token_type": "Bearer",
            "id_token": self._id_token(asked["nonce"]),
        }

    def _id_token(self, nonce: str) -> str:
        now_s, fault = self.now_s(), self.fault
        claims = {
            "iss": "http://127.0.0.1:1" if fault == "wrong_issuer" else self.issuer,
            "aud": "another" if fault == "wrong_audience" else CLIENT,
            "iat": now_s - 600,
            "exp": now_s + (-300 if fault == "expired" else 300),
            "nonce": "another" if fault == "wrong_nonce" else nonce,
            **self.person,
        }
        if fault == "no_nonce":
            del claims["nonce"]
        if fault == "unsigned":
            head, body = ({"alg": "none"}, claims)
            parts = (base64.urlsafe_b64encode(json.dumps(one).encode()) for one in (head, body))
            return ".".join(part.rstrip(b"=").decode() for part in parts) + "."
        if fault == "secret_as_key":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))
        key = ECKey.generate_key("P-256") if fault == "foreign_key" else self.key
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, key)


@contextmanager
def providing(now_s: Callable[[], int]) -> Iterator[FakeProvider]:
    """Run a provider for the time of the block."""
    provider = FakeProvider(now_s)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            provider.asked.append(parts.path)
            if provider.fault == "broken":
                self._send(500, {})
            elif parts.path == "/.well-known/openid-configuration":
                self._send(200, provider.metadata())
            elif parts.path == "/keys":
                self._send(200, dict(KeySet([provider.key]).as_dict(private=False)))
            else:
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("Location", provider.authorize(query))
                self.send_header("Content-Length", "0")
                self.end_headers()

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._send(*provider.exchange(form, self.headers.get("Authorization", "")))

        def _send(self, status: int, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join(PATIENCE_S)
