"""Send a message to the addresses of a channel. This is the only module that imports apprise."""

import logging

from gate_contract.errors import SchoolgateError
from server_bridge.alerts.channels import AlertChannel

MAX_REASON = 160


class SendingError(SchoolgateError):
    """A service did not accept a message; the text has no address, because those hold passwords."""


def send(channel: AlertChannel, title: str, body: str) -> None:
    """Send a message to every address of a channel; this blocks for some seconds at most.

    Raises:
        SendingError: at least one address did not accept it.
    """
    import apprise  # slow import of a hundred services: done only if something is sent

    failed = []
    for number, url in enumerate(channel.urls, 1):
        service = apprise.Apprise.instantiate(url)
        if service is None:
            failed.append(f"address {number} cannot be used; see docs/how-to/alerts.md")
            continue
        capture = apprise.LogCapture(level=logging.WARNING, fmt="%(message)s")  # type: ignore[no-untyped-call]
        with capture as captured:
            accepted = service.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT)
            reason = " ".join(captured.getvalue().split())
        if not accepted:
            failed.append(f"address {number} ({service.service_name}): {_safe(reason, url)}")
    if failed:
        raise SendingError("; ".join(failed))


def _safe(reason: str, url: str) -> str:
    """Return the reason of a service, unless it repeats a secret part of the address."""
    if not reason or any(part in reason for part in _secrets(url)):
        return "it did not accept the message"
    return reason[:MAX_REASON]


def _secrets(url: str) -> list[str]:
    host, _, rest = url.partition("://")[2].rpartition("@")[2].partition("/")
    before = url.partition("://")[2].removesuffix(rest).rpartition("@")[0]
    for mark in "/?&=,:@":
        rest, before = rest.replace(mark, " "), before.replace(mark, " ")
    shown = {host, host.partition(":")[0]}
    return [
        part for part in (*rest.split(), *before.split()) if len(part) > 3 and part not in shown
    ]
