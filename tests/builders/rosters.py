"""A district that signs rosters, with a public test key."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gate_contract.card_signing import card_signature
from gate_contract.roster import SALT_SIZE, EntryAction, Roster
from gate_contract.roster_signing import seal, sign, withdrawn
from tests.builders.issuer import Issuer, key_named

POLICY = {1: EntryAction.ADMIT, 2: EntryAction.SIGNAL, 3: EntryAction.SIGNAL, 4: EntryAction.REFUSE}


@dataclass
class Orders:
    """Makes rosters for `gate_id`; card numbers are those of `issuer`."""

    gate_id: str
    issuer: Issuer = field(default_factory=Issuer)
    key_id: int = 1
    key: Ed25519PrivateKey = field(default_factory=lambda: key_named("orders"))

    @property
    def public_keys(self) -> dict[int, Ed25519PublicKey]:
        return {self.key_id: self.key.public_key()}

    def roster(
        self,
        version: int,
        levels: Mapping[int, int] | None = None,
        *,
        base: int | None = None,
        revoked: Sequence[int] = (),
        district: bool = False,
        gate_id: str | None = None,
        card_keys: Mapping[int, bytes] | None = None,
    ) -> Roster:
        salt = hashlib.sha256(f"{version} {base}".encode()).digest()[:SALT_SIZE]
        cards = {self.signature(number): level for number, level in (levels or {}).items()}
        return Roster(
            version=version,
            gate_id=None if district else gate_id or self.gate_id,
            base=base,
            salt=salt,
            policy={} if district else POLICY,
            people=seal(cards, salt),
            revoked=withdrawn(self.issuer.card(number).card_id for number in revoked),
            card_keys=dict(card_keys or {}),
        )

    def payload(self, version: int, levels: Mapping[int, int] | None = None, **rest: Any) -> bytes:
        """Return what is published; arguments as for `roster`."""
        return self.sign(self.roster(version, levels, **rest))

    def sign(self, roster: Roster) -> bytes:
        return sign(roster, self.key_id, self.key)

    def signature(self, number: int) -> bytes:
        return card_signature(self.issuer.code(number))
