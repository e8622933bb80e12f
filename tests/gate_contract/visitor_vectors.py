"""Make the golden vectors of visitors: their ID documents, pseudonyms and encrypted details."""

from dataclasses import asdict
from datetime import date
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gate_contract.card import CardKind
from gate_contract.crossing import (
    Batch,
    ClockTrust,
    Direction,
    Record,
    canonical,
    chain_next,
    chain_start,
    encode_batch,
    seal_hash,
)
from gate_contract.id_documents import IdDocument, parse_code
from gate_contract.verdicts import Verdict
from gate_contract.visitor_details import seal
from gate_contract.visitor_pseudonym import pseudonym, school_key
from tests.gate_contract import id_document_samples
from tests.gate_contract.ledger_vectors import AT, BOOT_ID, GATE_ID, LEDGER_ID

DISTRICT_KEY = X25519PrivateKey.from_private_bytes(bytes([3]) * 32)
EPHEMERAL_KEY = X25519PrivateKey.from_private_bytes(bytes([4]) * 32)
NAMES_KEY = bytes([5]) * 32
UNIT_ID = "vg-phungcong"
DAY = date(2026, 9, 5)


def visitor_vectors() -> dict[str, Any]:
    """Return accepted and refused codes, and one visitor from the code to the record."""
    who = parse_code(id_document_samples.CHIP_ID.encode())
    assert isinstance(who, IdDocument)
    key = school_key(NAMES_KEY, UNIT_ID)
    card_id = pseudonym(key, DAY, who)
    sealed = seal(who, card_id, DISTRICT_KEY.public_key(), EPHEMERAL_KEY)
    record = Record(
        seq=1,
        boot_id=BOOT_ID,
        up_ms=32_500,
        at=AT,
        clock=ClockTrust.TRUSTED,
        verdict=Verdict.ADMITTED_IN,
        card_id=card_id,
        kind=CardKind.VISITOR,
        direction=Direction.IN,
        seal=seal_hash(sealed),
        sealed=sealed,
    )
    start = chain_start(GATE_ID, LEDGER_ID)
    head = chain_next(start, record)
    return {
        "about": "Papers that nobody has. TEST KEYS, private halves included. `sealed_hex` is "
        "another one each time, for its ephemeral key is; here that is given.",
        "accepted": [
            {"name": name, "text": text, "says": _says(text)}
            for name, text in id_document_samples.ACCEPTED
        ],
        "refused": [{"name": name, "text": text} for name, text in id_document_samples.REFUSED],
        "posters": id_document_samples.POSTERS,
        "pseudonym": {
            "district_key_hex": NAMES_KEY.hex(),
            "unit_id": UNIT_ID,
            "school_key_hex": key.hex(),
            "day": DAY,
            "kind": who.kind,
            "number": who.number,
            "card_id": card_id,
        },
        "sealing": {
            "district_private_hex": DISTRICT_KEY.private_bytes_raw().hex(),
            "district_public_hex": DISTRICT_KEY.public_key().public_bytes_raw().hex(),
            "ephemeral_private_hex": EPHEMERAL_KEY.private_bytes_raw().hex(),
            "card_id": card_id,
            "sealed_hex": sealed.hex(),
        },
        "record": {"record": record, "canonical": canonical(record).decode(), "chain": head.hex()},
        "batch": encode_batch(
            Batch(
                gate_id=GATE_ID,
                ledger_id=LEDGER_ID,
                oldest=1,
                previous=start.hex(),
                head=head.hex(),
                records=[record],
            )
        ).decode(),
    }


def _says(text: str) -> dict[str, Any]:
    who = parse_code(text.encode())
    assert isinstance(who, IdDocument)
    return asdict(who)
