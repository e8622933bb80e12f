"""The district's certificate authority: who may speak to the broker, and as whom.

Every party of the wire holds one certificate; its common name is its MQTT user name:

| party  | common name     | usage      |
|--------|-----------------|------------|
| broker | `broker`        | serverAuth |
| bridge | `bridge`        | clientAuth |
| gate   | its gate_id     | clientAuth |
| viewer | `viewer.<name>` | clientAuth |

The dot in a viewer's name keeps it from ever being a gate's, and `bridge` and `broker` are refused
as gate ids. Name a viewer after the display, not the person: the name appears in the broker's log.

Certificates begin on 2020-01-01, whatever the day of issue. A Pi has no battery clock: after a long
time without power it starts at the build date of its system, or at the time it last saved, and it
must be able to reach the district then. They last for decades, because a gate that was away for a
year has to be able to hand in its ledger; a lost or stolen gate is shut out by name in the
broker's access list (`broker.config`), and its certificate revoked (`broker.revoking`).
"""

import ipaddress
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gate_contract.durable_file import replace_file, sync_folder
from gate_contract.errors import SchoolgateError
from gate_contract.topics import GATE_ID

CERTIFICATE = "ca.pem"
PRIVATE_KEY = "ca.key"
NOT_BEFORE = datetime(2020, 1, 1, tzinfo=UTC)
AUTHORITY_LIFE = timedelta(days=40 * 365)
LIFE = timedelta(days=30 * 365)


class PkiError(SchoolgateError):
    """A certificate that cannot be made."""


class CertificateRole(StrEnum):
    BROKER = "broker"
    BRIDGE = "bridge"
    GATE = "gate"
    VIEWER = "viewer"


RESERVED = frozenset({CertificateRole.BROKER, CertificateRole.BRIDGE})
"""Common names that no gate may take although they have the form of a gate_id."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a certificate is for; made by the class methods, which raise PkiError for a bad name."""

    role: CertificateRole
    common_name: str

    @classmethod
    def broker(cls) -> Self:
        return cls(CertificateRole.BROKER, CertificateRole.BROKER)

    @classmethod
    def bridge(cls) -> Self:
        return cls(CertificateRole.BRIDGE, CertificateRole.BRIDGE)

    @classmethod
    def gate(cls, gate_id: str) -> Self:
        if not re.fullmatch(GATE_ID, gate_id) or gate_id in RESERVED:
            raise PkiError(
                f"{gate_id!r} cannot be a gate_id: use 3-40 of a-z, 0-9 and '-', "
                f"and neither of {', '.join(sorted(RESERVED))}"
            )
        return cls(CertificateRole.GATE, gate_id)

    @classmethod
    def viewer(cls, name: str) -> Self:
        if not re.fullmatch(r"[a-z0-9-]{1,40}", name):
            raise PkiError(f"{name!r} cannot name a viewer: use 1-40 of a-z, 0-9 and '-'")
        return cls(CertificateRole.VIEWER, f"{CertificateRole.VIEWER}.{name}")


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """What its holder needs: the certificate, its private key (PKCS #8), and whom to trust; PEM."""

    cert_pem: bytes
    key_pem: bytes
    ca_pem: bytes

    @property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        """The certificate's."""
        key = x509.load_pem_x509_certificate(self.cert_pem).public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)  # noqa: S101 (`issue` makes no other)
        return key

    @property
    def serial(self) -> int:
        """The certificate's."""
        return serial_number(self.cert_pem)

    def write(self, folder: Path) -> None:
        """Put `ca.pem`, `cert.pem` and `key.pem` into `folder`, readable by the owner only."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(folder / "ca.pem", self.ca_pem)
        write_private(folder / "cert.pem", self.cert_pem)
        write_private(folder / "key.pem", self.key_pem)


def create_authority(folder: Path, name: str, *, now: datetime) -> None:
    """Make a new authority called `name` in `folder`: `ca.pem`, and `ca.key` for the owner only.

    The folder appears complete or not at all. `now` is an aware datetime.

    Raises:
        PkiError: `folder` already holds something, or `name` is not 1-64 characters.
    """
    if not 1 <= len(name) <= 64:
        raise PkiError(f"an authority's name is 1-64 characters, not {len(name)}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise _already_there(folder)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        _builder(subject, subject, key.public_key(), key.public_key(), now + AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(authority=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    write_private(draft / PRIVATE_KEY, _pem(key))
    write_private(draft / CERTIFICATE, certificate.public_bytes(serialization.Encoding.PEM))
    try:
        draft.rename(folder)
    except OSError:  # another process was faster
        for path in (draft / PRIVATE_KEY, draft / CERTIFICATE):
            path.unlink()
        draft.rmdir()
        raise _already_there(folder) from None
    sync_folder(folder.parent)


def authority_certificate(folder: Path) -> bytes:
    """The authority's public certificate, PEM. Raises PkiError if there is no authority."""
    return _read(folder / CERTIFICATE)


def issue(
    folder: Path, identity: Identity, *, now: datetime, hosts: Sequence[str] = ()
) -> IssuedCertificate:
    """A new key and certificate for `identity`, signed by the authority in `folder`.

    `hosts` are the DNS names and IP addresses under which the broker is reached: required for the
    broker, refused for everyone else. Nothing is written.

    Raises:
        PkiError: no authority in `folder`, an authority that has expired, or wrong hosts.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = certify(folder, identity, key.public_key(), now=now, hosts=hosts)
    return IssuedCertificate(certificate, _pem(key), authority_certificate(folder))


def certify(
    folder: Path,
    identity: Identity,
    key: ec.EllipticCurvePublicKey,
    *,
    now: datetime,
    hosts: Sequence[str] = (),
) -> bytes:
    """`issue` for a key whose private half is elsewhere: the certificate, PEM."""
    if (identity.role == CertificateRole.BROKER) != bool(hosts):
        raise PkiError("a broker needs the host names it is reached by, and only a broker has any")
    authority, ca_key = authority_of(folder)
    if authority.not_valid_after_utc <= now:
        raise PkiError(f"the authority in {folder} ended on {authority.not_valid_after_utc:%F}")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, identity.common_name)])
    end = min(now + LIFE, authority.not_valid_after_utc)
    is_server = identity.role == CertificateRole.BROKER
    usage = ExtendedKeyUsageOID.SERVER_AUTH if is_server else ExtendedKeyUsageOID.CLIENT_AUTH
    builder = (
        _builder(subject, authority.subject, key, ca_key.public_key(), end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    )
    if hosts:
        names = x509.SubjectAlternativeName([general_name(host) for host in hosts])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def authority_of(folder: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """The authority's certificate and key. Raises PkiError if there is no authority."""
    authority = x509.load_pem_x509_certificate(authority_certificate(folder))
    ca_key = serialization.load_pem_private_key(_read(folder / PRIVATE_KEY), password=None)
    if not isinstance(ca_key, ec.EllipticCurvePrivateKey):
        raise PkiError(f"{folder / PRIVATE_KEY} is not a key that `gate-bridge init` makes")
    return authority, ca_key


def serial_number(cert_pem: bytes) -> int:
    """A certificate's, as the revocation list names it."""
    return x509.load_pem_x509_certificate(cert_pem).serial_number


def write_private(path: Path, data: bytes) -> None:
    """Replace the file at `path` whole, readable and writable by its owner only, and sync it."""
    replace_file(path, data, 0o600)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer_key: ec.EllipticCurvePublicKey,
    end: datetime,
) -> x509.CertificateBuilder:
    """What every certificate has. The key identifiers are demanded by strict verifiers."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOT_BEFORE)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False
        )
    )


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def general_name(host: str) -> x509.GeneralName:
    """`host` as a certificate names it. Raises PkiError: neither an IP address nor a host name."""
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        pass
    if not re.fullmatch(r"(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*", host):
        raise PkiError(f"{host!r} is neither an IP address nor a host name (write IDNs as xn--...)")
    return x509.DNSName(host)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise PkiError(f"{path} is missing; `gate-bridge init` makes an authority") from None


def _already_there(folder: Path) -> PkiError:
    return PkiError(
        f"{folder} is not empty. A new authority would shut out every gate of the old one; "
        "move the folder away first if that is what you want"
    )
