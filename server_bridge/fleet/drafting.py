"""The settings of a gate, drafted from what the district knows, and signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gate_contract.errors import SchoolgateError
from gate_contract.gate_files import VisitorAdmission
from gate_contract.id_documents import IdKind
from gate_contract.orders import ManagedSettings, Orders, VisitorPapers
from gate_contract.orders_signing import sign
from server_bridge.fleet.bundles import CA_NAME
from server_bridge.home import Home
from server_bridge.keys import Keys
from server_bridge.store.gates.certificates import find_gate
from server_bridge.store.gates.gate_orders import Choice
from server_bridge.store.units.tree import find_unit


@dataclass(frozen=True, slots=True)
class DistrictParameters:
    """Whose gates they are: its broker as gates reach it, and its keys. `update_ca`: the
    certificate, in PEM, that its updates are signed with; empty: none was named yet."""

    broker_host: str
    broker_port: int
    keys: Keys
    update_ca: str = ""

    @classmethod
    def of(cls, home: Home) -> Self:
        broker, named = home.settings.broker, home.updates_folder / CA_NAME
        update_ca = named.read_text("ascii") if named.exists() else ""
        return cls(broker.host, broker.port, home.keys, update_ca)

    def settings(
        self, connection: sa.Connection, gate_id: str, choice: Choice, version: int
    ) -> ManagedSettings:
        """The settings of a gate. Raises SchoolgateError, MissingKeyError."""
        unit_id = find_gate(connection, gate_id).unit_id
        school = find_unit(connection, unit_id)
        return ManagedSettings(
            version=version,
            school=school.name if school else "",
            direction=choice.direction,
            timezone=choice.timezone,
            repeat_window_s=choice.repeat_window_ms / 1000,
            broker_host=self.broker_host,
            broker_port=self.broker_port,
            card_keys=_raw(self.keys.public_keys()),
            order_keys=_raw(self.keys.orders_public_keys()),
            visitors=self._papers(unit_id, choice.visitor_ids),
        )

    def sign(self, orders: Orders) -> bytes:
        """The payload. Raises MissingKeyError."""
        return sign(orders, self.keys.orders, self.keys.orders_key())

    def _papers(self, unit_id: str, kinds: tuple[str, ...]) -> VisitorPapers | None:
        papers = visitor_ids(self.keys, unit_id, kinds)
        if papers is None:
            return None
        return VisitorPapers(
            accept=[IdKind(kind) for kind in papers.accept],
            key=papers.key,
            seal_to=papers.seal_to.public_bytes_raw(),
        )


def visitor_ids(keys: Keys, unit_id: str, kinds: tuple[str, ...]) -> VisitorAdmission | None:
    """What a school's gates need to let visitors in by these papers. Raises SchoolgateError."""
    unknown = set(kinds) - set(IdKind)
    if unknown:
        raise SchoolgateError(f"visitors' papers are cccd and bhyt, not {', '.join(unknown)}")
    if not kinds:
        return None
    keys.make_visitor_keys()
    return VisitorAdmission(
        kinds, keys.school_visitor_key(unit_id), keys.visitor_key().public_key()
    )


def _raw(keys: Mapping[int, Ed25519PublicKey]) -> dict[int, bytes]:
    return {key_id: key.public_bytes_raw() for key_id, key in keys.items()}
