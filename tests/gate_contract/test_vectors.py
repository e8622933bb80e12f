"""The vectors in `docs/reference/vectors/` hold for the code, read as another language would."""

import base64
import hashlib
import hmac
import json
import zlib
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from gate_contract import base45, id_documents, topics
from gate_contract.card import Card, CardKind, VerifiedCard, verify
from gate_contract.card_signing import card_signature, sign
from gate_contract.counts import UnitCounts, encode_counts
from gate_contract.crossing import Record, canonical, chain_start, decode_batch, encode_batch
from gate_contract.errors import ContractError
from gate_contract.health import decode_health, encode_health
from gate_contract.id_documents import CheckInPoster, IdDocument
from gate_contract.ledger_signature import head_bytes, is_signed
from gate_contract.receipt import decode_receipt, encode_receipt
from gate_contract.roster import EffectiveRoster, Roster, apply_roster
from gate_contract.roster import verify as verify_roster
from gate_contract.topics import CountsTopic, DistrictTopic, GateChannel, GateTopic
from gate_contract.verdicts import Verdict
from gate_contract.visitor_details import unseal
from gate_contract.visitor_pseudonym import pseudonym, school_key
from tests.gate_contract.vectors import FOLDER, files


def read(name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_bytes())
    return told


def test_written_again_they_are_the_same_bytes() -> None:
    written = {name: (FOLDER / name).read_bytes() for name, _ in files()}
    assert written == dict(files()), "run: python -m tests.gate_contract.vectors"
    assert {path.name for path in FOLDER.glob("*.json")} == written.keys()


def held_keys() -> dict[int, Ed25519PublicKey]:
    return {
        key["key_id"]: Ed25519PublicKey.from_public_bytes(bytes.fromhex(key["public_hex"]))
        for key in read("keys")["keys"]
        if key["held_by_gates"]
    }


def test_keys() -> None:
    for key in read("keys")["keys"]:
        private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key["private_hex"]))
        public = private.public_key().public_bytes_raw()
        assert public.hex() == key["public_hex"]
        assert base64.b64encode(public).decode() == key["public_base64"]


def test_base45() -> None:
    told = read("base45")
    for sample in told["accepted"]:
        assert base45.encode(bytes.fromhex(sample["hex"])) == sample["text"]
        assert base45.decode(sample["text"].encode()).hex() == sample["hex"]
    for sample in told["refused"]:
        with pytest.raises(ValueError, match="Base45"):
            base45.decode(sample["text"].encode())


def test_genuine_cards() -> None:
    private = Ed25519PrivateKey.from_private_bytes(
        bytes.fromhex(read("keys")["keys"][0]["private_hex"])
    )
    for told in read("cards")["genuine"]:
        fields = told["card"]
        card = Card(
            fields["card_id"],
            CardKind(fields["kind"]),
            date.fromisoformat(fields["not_before"]),
            date.fromisoformat(fields["expires"]),
        )
        found = verify(told["text"].encode(), held_keys())
        assert found == VerifiedCard(card, bytes.fromhex(told["signature_hex"]))
        assert sign(card, told["key_id"], private) == told["text"]
        data = bytes.fromhex(told["body_hex"] + told["signature_hex"])
        assert told["text"] == "SG1:" + base45.encode(data)
        body = bytes.fromhex(told["body_hex"])
        assert int.from_bytes(body[10:12], "big") == told["not_before_number"]
        assert int.from_bytes(body[12:14], "big") == told["expires_number"]
        domain = bytes.fromhex(read("cards")["domain_hex"])
        private.public_key().verify(bytes.fromhex(told["signature_hex"]), domain + body)


def test_refused_codes() -> None:
    told = read("cards")
    codes = [(sample["text"].encode(), sample["verdict"]) for sample in told["refused"]]
    codes += [(bytes.fromhex(sample["hex"]), sample["verdict"]) for sample in told["refused_bytes"]]
    for code, verdict in codes:
        assert verify(code, held_keys()) == verdict
    assert {verdict for _, verdict in codes} == {
        Verdict.NOT_A_PERSON_CARD,
        Verdict.UNREADABLE,
        Verdict.UNKNOWN_KEY,
        Verdict.BAD_SIGNATURE,
    }


def test_topics() -> None:
    told = read("topics")
    for sample in told["gate"]:
        assert topics.parse(sample["topic"]) == GateTopic(
            sample["gate_id"], GateChannel(sample["channel"])
        )
    for sample in told["district"]:
        assert topics.parse(sample["topic"]) == DistrictTopic(GateChannel(sample["channel"]))
    for sample in told["counts"]:
        assert topics.parse(sample["topic"]) == CountsTopic(sample["unit_id"])
    for topic in told["refused"]:
        with pytest.raises(ContractError):
            topics.parse(topic)


def test_the_ledger_and_its_chain() -> None:
    told = read("ledger")
    chain = chain_start(told["gate_id"], told["ledger_id"])
    assert chain.hex() == told["start"]
    for row in told["records"]:
        record = msgspec.convert(row["record"], Record)
        assert canonical(record).decode("ascii") == row["canonical"]
        chain = hashlib.sha256(chain + row["canonical"].encode("ascii")).digest()
        assert chain.hex() == row["chain"]


def test_rosters_and_their_entries() -> None:
    told = read("roster")
    for entry in told["entries"]:
        signature = base45.decode(entry["card"].removeprefix("SG1:").encode())[-64:]
        salt = bytes.fromhex(entry["salt_hex"])
        domains = [bytes.fromhex(told[f"{use}_domain_hex"]) for use in ("lookup", "seal")]
        lookup, key = (hmac.digest(signature, domain + salt, "sha256") for domain in domains)
        assert lookup[:16].hex() == entry["lookup_hex"]
        assert key.hex() == entry["key_hex"]
        row = bytes.fromhex(entry["entry_hex"])
        assert row[:16] == lookup[:16]
        assert list(ChaCha20Poly1305(key).decrypt(bytes(12), row[16:], None)) == [entry["level"]]
    book: EffectiveRoster | None = None
    for sample in told["accepted"]:
        payload = bytes.fromhex(sample["payload_hex"])
        signed = bytes.fromhex(told["domain_hex"]) + payload[65:]
        held_keys()[payload[0]].verify(payload[1:65], signed)
        roster = verify_roster(payload, held_keys())
        assert roster == msgspec.convert(
            json.loads(zlib.decompress(payload[65:])), Roster, str_keys=True
        )
        assert json.loads(msgspec.json.encode(roster)) == sample["roster"]
        if roster.gate_id:
            book = apply_roster(book, roster, told["gate_id"])
    assert book
    assert [book.level(card_signature(entry["card"].encode())) for entry in told["entries"]] == [
        2,  # by the changes
        None,
        2,
    ]


def test_refused_rosters() -> None:
    told = read("roster")
    for sample in told["refused"]:
        with pytest.raises(ContractError) as refusal:
            apply_roster(
                None,
                verify_roster(bytes.fromhex(sample["payload_hex"]), held_keys()),
                told["gate_id"],
            )
        assert refusal.value.reason == sample["reason"], sample["name"]


def batch(payload: bytes) -> bytes:
    return encode_batch(decode_batch(payload, read("batch")["topic_gate_id"]))


def receipt(payload: bytes) -> bytes:
    return encode_receipt(decode_receipt(payload))


def health(payload: bytes) -> bytes:
    return encode_health(decode_health(payload))


def counts(payload: bytes) -> bytes:
    return encode_counts(msgspec.json.decode(payload, type=UnitCounts))


@pytest.mark.parametrize("again", [batch, receipt, health, counts])
def test_accepted_payloads_mean_the_same_when_written_again(
    again: Callable[[bytes], bytes],
) -> None:
    samples = read(again.__name__)["accepted"]
    ours = 0
    for sample in samples:
        payload = sample["payload"].encode()
        assert again(again(payload)) == again(payload)
        ours += again(payload) == payload
    assert ours >= 2, "at least two are written exactly as we write them"


@pytest.mark.parametrize("again", [batch, receipt, health])
def test_refused_payloads_are_refused_with_their_reason(again: Callable[[bytes], bytes]) -> None:
    for sample in read(again.__name__)["refused"]:
        with pytest.raises(ContractError) as refusal:
            again(sample["payload"].encode())
        assert refusal.value.reason == sample["reason"], sample["name"]


def test_visitors_papers_and_what_becomes_of_them() -> None:
    told = read("visitors")
    for sample in told["accepted"]:
        assert id_documents.parse_code(sample["text"].encode()) == IdDocument(**sample["says"])
    assert {id_documents.parse_code(sample["text"].encode()) for sample in told["refused"]} == {
        None
    }
    assert {id_documents.parse_code(text.encode()) for text in told["posters"]} == {CheckInPoster()}
    names, sealing, row = told["pseudonym"], told["sealing"], told["record"]
    key = school_key(bytes.fromhex(names["district_key_hex"]), names["unit_id"])
    assert key.hex() == names["school_key_hex"]
    who = IdDocument(names["kind"], names["number"], "", "")
    assert pseudonym(key, date.fromisoformat(names["day"]), who) == names["card_id"]
    private = X25519PrivateKey.from_private_bytes(bytes.fromhex(sealing["district_private_hex"]))
    assert private.public_key().public_bytes_raw().hex() == sealing["district_public_hex"]
    sealed = bytes.fromhex(sealing["sealed_hex"])
    assert unseal(sealed, sealing["card_id"], private).number == names["number"]
    record = msgspec.convert(row["record"], Record)
    assert record.sealed == sealed
    assert canonical(record).decode("ascii") == row["canonical"]
    assert row["canonical"].endswith(f',1,"{hashlib.sha256(sealed).hexdigest()}"]')
    batch = decode_batch(told["batch"].encode(), read("batch")["topic_gate_id"])
    assert batch.records == [record]
    assert batch.head == row["chain"]


def test_a_signed_head_is_the_gates() -> None:
    told = read("batch")
    signed = [
        decode_batch(sample["payload"].encode(), told["topic_gate_id"])
        for sample in told["accepted"]
        if "signature" in sample["payload"]
    ]
    assert signed
    for batch in signed:
        assert batch.signature
        head = head_bytes(batch.gate_id, batch.ledger_id, batch.last_seq, batch.head)
        assert is_signed(told["public_key"], head, batch.signature)
        other = head_bytes(batch.gate_id, batch.ledger_id, batch.last_seq + 1, batch.head)
        assert not is_signed(told["public_key"], other, batch.signature)
