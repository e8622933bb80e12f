"""Make the golden vectors of rosters: cards, their keys and entries, and whole payloads."""

import hmac
from typing import Any

from gate_contract.card_signing import card_signature
from gate_contract.card_signing import sign as sign_card
from gate_contract.roster import (
    DOMAIN,
    LOOKUP_DOMAIN,
    SALT_SIZE,
    SEAL_DOMAIN,
    EntryAction,
    Roster,
    lookup_key,
)
from gate_contract.roster_signing import seal, sign, withdrawn
from tests.gate_contract.card_vectors import KEY_ID, KEYS, PUPIL, STAFF, STRANGER, VISITOR
from tests.gate_contract.ledger_vectors import AT, GATE_ID

SALT = bytes(range(SALT_SIZE))
NEXT_SALT = bytes(range(SALT_SIZE, 2 * SALT_SIZE))
POLICY = {1: EntryAction.ADMIT, 2: EntryAction.SIGNAL, 3: EntryAction.SIGNAL, 4: EntryAction.REFUSE}
CODES = {card.card_id: sign_card(card, KEY_ID, KEYS[KEY_ID]).encode() for card in (PUPIL, STAFF)}


def roster_vectors() -> dict[str, Any]:
    """Return payloads of the four roster topics, retained."""
    pupil, staff = (card_signature(code) for code in CODES.values())
    full = Roster(
        version=AT,
        gate_id=GATE_ID,
        salt=SALT,
        policy=POLICY,
        people=seal({pupil: 4, staff: 0}, SALT),
    )
    changes = Roster(
        version=AT + 60_000,
        gate_id=GATE_ID,
        base=AT,
        salt=NEXT_SALT,
        policy=POLICY,
        people=seal({pupil: 2}, NEXT_SALT),
    )
    district = Roster(version=AT + 1, salt=SALT, revoked=withdrawn([VISITOR.card_id]))
    elsewhere = Roster(version=AT, gate_id="vg-vangiang-01", salt=SALT)
    good = sign(full, KEY_ID, KEYS[KEY_ID])
    return {
        "about": "key_id u8, signature 64, zlib(JSON). The orders keys are those of keys.json. "
        "Another zlib may pack otherwise: what counts is what comes out.",
        "gate_id": GATE_ID,
        "domain_hex": DOMAIN.hex(),
        "lookup_domain_hex": LOOKUP_DOMAIN.hex(),
        "seal_domain_hex": SEAL_DOMAIN.hex(),
        "entries": [
            {
                "card": code.decode(),
                "salt_hex": salt.hex(),
                "lookup_hex": lookup_key(card_signature(code), salt).hex(),
                "key_hex": hmac.digest(card_signature(code), SEAL_DOMAIN + salt, "sha256").hex(),
                "level": level,
                "entry_hex": seal({card_signature(code): level}, salt).hex(),
            }
            for code, salt, level in zip(
                [*CODES.values(), CODES[PUPIL.card_id]],
                [SALT, SALT, NEXT_SALT],
                [4, 0, 2],
                strict=True,
            )
        ],
        "accepted": [
            _accepted("a gate's own", full, good),
            _accepted("changes to it", changes, sign(changes, KEY_ID, KEYS[KEY_ID])),
            _accepted("the district's", district, sign(district, KEY_ID, KEYS[KEY_ID])),
        ],
        "refused": [
            _refused("signed by a stranger", "unknown_key", sign(full, STRANGER, KEYS[STRANGER])),
            _refused("signed with another key", "bad_signature", sign(full, 1, KEYS[STRANGER])),
            _refused("cut off", "bad_signature", good[:-1]),
            _refused("too short", "malformed", good[:65]),
            _refused("for another gate", "wrong_gate", sign(elsewhere, KEY_ID, KEYS[KEY_ID])),
            _refused("changes to one that is not here", "other_base", sign(changes, 1, KEYS[1])),
        ],
    }


def _accepted(name: str, roster: Roster, payload: bytes) -> dict[str, Any]:
    return {"name": name, "payload_hex": payload.hex(), "roster": roster}


def _refused(name: str, reason: str, payload: bytes) -> dict[str, Any]:
    return {"name": name, "reason": reason, "payload_hex": payload.hex()}
