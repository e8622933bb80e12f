"""Sends a message by whatever service an address names. apprise is known here only."""

import logging

from gate_contract.errors import SchoolgateError
from server_bridge.alerts.channels import AlertChannel

LONGEST = 160


class SendingError(SchoolgateError):
    """A service did not take a message. Says why, without an address: those hold passwords."""


def send(channel: AlertChannel, title: str, body: str) -> None:
    """Give a message to every address of a channel; blocks for some seconds at most.

    Raises:
        SendingError: one of them did not take it.
    """
    import apprise  # a hundred services: loaded only where something is sent

    failed = []
    for number, url in enumerate(channel.urls, 1):
        service = apprise.Apprise.instantiate(url)
        if service is None:
            failed.append(f"address {number} is none that can be used; see docs/how-to/alerts.md")
            continue
        capture = apprise.LogCapture(level=logging.WARNING, fmt="%(message)s")  # type: ignore[no-untyped-call]
        with capture as said:
            taken = service.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT)
            reason = " ".join(said.getvalue().split())
        if not taken:
            failed.append(f"address {number} ({service.service_name}): {_safe(reason, url)}")
    if failed:
        raise SendingError("; ".join(failed))


def _safe(reason: str, url: str) -> str:
    """What a service said, unless it repeats a part of the address other than the host."""
    if not reason or any(part in reason for part in _secrets(url)):
        return "it did not take the message"
    return reason[:LONGEST]


def _secrets(url: str) -> list[str]:
    host, _, rest = url.partition("://")[2].rpartition("@")[2].partition("/")
    before = url.partition("://")[2].removesuffix(rest).rpartition("@")[0]
    for mark in "/?&=,:@":
        rest, before = rest.replace(mark, " "), before.replace(mark, " ")
    shown = {host, host.partition(":")[0]}
    return [
        part for part in (*rest.split(), *before.split()) if len(part) > 3 and part not in shown
    ]
