"""Writes the folder that a mosquitto runs from: configuration, access list, certificate, data.

The folder holds copies of what the broker needs and nothing else, so that the authority's private
key stays where the broker's user cannot read it.

Under Debian's own service, write the folder as root with `user="mosquitto"`: everything in it then
belongs to that user, closed to all others (2.0.19 and later complain about anything wider). Point
the service at it with the drop-in `systemd/mosquitto.service.d/schoolgate.conf`. mosquitto starts
as root, becomes that user and only then reads its key, so every folder above must let it through.
"""

import os
import pwd
import shutil
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from gate_contract.errors import SchoolgateError
from gate_contract.roster import MAX_PAYLOAD_BYTES
from server_bridge import pki
from server_bridge.broker.access import access_list
from server_bridge.broker.revoking import PROCESS, REVOCATIONS, revocation_list
from server_bridge.pki import Identity, write_private
from server_bridge.store.units.tree import UnitViewer

MAX_PACKET_BYTES = MAX_PAYLOAD_BYTES + 4096
"""A whole MQTT packet, of which a roster is the largest; the bridge itself asks for smaller ones. A
larger one ends the connection with the reason 0x95 (mosquitto's `message_size_limit` would answer
with that code in a PUBACK, where MQTT knows no such reason, and paho gives up with a protocol
error)."""

CONFIGURATION = "mosquitto.conf"
ACCESS_LIST = "acl"
DATA = "data"

_TEMPLATE = """\
# Written by `gate-bridge broker-config`; changes are overwritten.
user {user}
pid_file {folder}/{process}

listener {port} {host}
cafile {folder}/ca.pem
crlfile {folder}/{revocations}
certfile {folder}/cert.pem
keyfile {folder}/key.pem
tls_version tlsv1.2

# A certificate is the only way in, and its common name is all that a client is called.
require_certificate true
use_identity_as_username true
use_username_as_clientid true
allow_anonymous false
acl_file {folder}/{access_list}

# The broker is a lossy wire: gates send again what has no receipt. So every queue is bounded.
max_packet_size {max_packet_bytes}
max_inflight_messages 100
max_queued_messages 4000
max_queued_bytes 33554432
persistent_client_expiration 14d
set_tcp_nodelay true
sys_interval 0

# For the retained topics after a restart; nothing is lost without it.
persistence true
persistence_location {folder}/{data}/
autosave_interval 60

# Connections by certificate name and address; never a topic's content.
log_dest stderr
log_type error
log_type warning
log_type notice
connection_messages true
"""


class BrokerConfigError(SchoolgateError):
    """A broker folder that cannot be written as asked."""


def write_broker_config(
    folder: Path,
    *,
    authority: Path,
    host: str,
    port: int,
    now: datetime,
    names: Sequence[str] = (),
    viewers: Sequence[str] = (),
    shut_out: Sequence[str] = (),
    unit_viewers: Sequence[UnitViewer] = (),
    revoked: Sequence[int] = (),
    user: str | None = None,
) -> Path:
    """Write or renew `folder` and return the path of its `mosquitto.conf`.

    `authority` is the folder of `pki.create_authority`. The broker listens on `host`:`port` and its
    certificate is valid for `names` (DNS names, IP addresses; default: `host`). `viewers`,
    `shut_out` and `unit_viewers` as in `access_list`; `revoked` are serial numbers of certificates.
    `user` is the Unix user that mosquitto becomes when root starts it (default: whoever runs this;
    mosquitto ignores it when it is not started by root).

    Raises:
        BrokerConfigError: a host, port, folder or user that cannot be meant.
        PkiError: no authority, or a name that no certificate can bear.
    """
    if not 1 <= port <= 65535:
        raise BrokerConfigError(f"a port is 1-65535, not {port}")
    if host in ("0.0.0.0", "::") and not names:  # noqa: S104 - it is what we ask about
        raise BrokerConfigError(
            f"listening on {host}: say by which names or addresses gates reach this broker"
        )
    folder = folder.absolute()
    if any(character in str(folder) for character in "\r\n\0"):
        raise BrokerConfigError(f"mosquitto cannot be told of the folder {str(folder)!r}")
    account = _account(user)
    pki.general_name(host)
    issued = pki.issue(authority, Identity.broker(), now=now, hosts=tuple(names) or (host,))
    issued.write(folder)
    (folder / DATA).mkdir(mode=0o700, exist_ok=True)
    configuration = _configuration(folder, account.pw_name, host, port)
    write_private(folder / CONFIGURATION, configuration.encode())
    write_access_list(
        folder, viewers=viewers, shut_out=shut_out, unit_viewers=unit_viewers, user=user
    )
    write_revocations(folder, authority=authority, revoked=revoked, user=user)
    _hand_over([folder, *folder.iterdir()], account)
    return folder / CONFIGURATION


def is_outdated(
    folder: Path,
    *,
    viewers: Sequence[str] = (),
    shut_out: Sequence[str] = (),
    unit_viewers: Sequence[UnitViewer] = (),
) -> bool:
    """Whether `write_broker_config` would write something else into a folder that it has made, as
    after an upgrade. Where and as whom the broker runs is the folder's own. Raises OSError: this
    user may not look into it."""
    there = (folder / CONFIGURATION).read_text("utf-8")
    wanted = _configuration(folder.absolute(), "", "", 0)
    if _lasting(there) != _lasting(wanted):
        return True
    return (folder / ACCESS_LIST).read_text("utf-8") != access_list(viewers, shut_out, unit_viewers)


def version_of_files() -> str:
    """Tells apart what different versions of this program write, wherever and for whomever."""
    lasting = "\n".join(_lasting(_configuration(Path("/"), "", "", 0)))
    return sha256(f"{lasting}\n{access_list([], [])}".encode()).hexdigest()


def _lasting(configuration: str) -> list[str]:
    """Its lines without what differs from place to place."""
    lines = configuration.replace(" /", " \n/").splitlines()
    return [line for line in lines if not line.startswith(("user ", "listener ", "/"))]


def _configuration(folder: Path, user: str, host: str, port: int) -> str:
    return _TEMPLATE.format(
        user=user,
        port=port,
        host=host,
        folder=folder,
        access_list=ACCESS_LIST,
        revocations=REVOCATIONS,
        process=PROCESS,
        data=DATA,
        max_packet_bytes=MAX_PACKET_BYTES,
    )


def write_access_list(
    folder: Path,
    *,
    viewers: Sequence[str] = (),
    shut_out: Sequence[str] = (),
    unit_viewers: Sequence[UnitViewer] = (),
    user: str | None = None,
) -> None:
    """Renew the access list only; a running broker takes it up on SIGHUP (`systemctl reload`)."""
    write_private(folder / ACCESS_LIST, access_list(viewers, shut_out, unit_viewers).encode())
    _hand_over([folder / ACCESS_LIST], _account(user))


def write_revocations(
    folder: Path, *, authority: Path, revoked: Sequence[int], user: str | None = None
) -> None:
    """Renew the list of revoked certificates only; taken up as the access list."""
    write_private(folder / REVOCATIONS, revocation_list(authority, revoked))
    _hand_over([folder / REVOCATIONS], _account(user))


def _account(user: str | None) -> pwd.struct_passwd:
    """The broker's account; root gives the files to it, anyone else owns what they write."""
    if user is None:
        return pwd.getpwuid(os.geteuid())
    try:
        account = pwd.getpwnam(user)
    except KeyError:
        raise BrokerConfigError(
            f"there is no user {user!r} on this machine; Debian's package mosquitto makes its own"
        ) from None
    if os.geteuid() not in (0, account.pw_uid):
        raise BrokerConfigError(f"only root can prepare a broker for {user!r}; use sudo")
    return account


def _hand_over(paths: Sequence[Path], account: pwd.struct_passwd) -> None:
    if os.geteuid() == 0:
        for path in paths:
            shutil.chown(path, account.pw_uid, account.pw_gid)
