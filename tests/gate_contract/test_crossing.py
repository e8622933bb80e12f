"""The record, its canonical bytes, the hash chain, and the batch on the wire."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gate_contract.card import CardKind
from gate_contract.crossing import (
    MAX_PAYLOAD_BYTES,
    MAX_RECORDS,
    Batch,
    ClockTrust,
    Direction,
    Record,
    canonical,
    chain_next,
    chain_over,
    chain_start,
    decode_batch,
    encode_batch,
    seal_hash,
)
from gate_contract.errors import ContractError
from gate_contract.verdicts import Verdict
from gate_contract.visitor_details import MOST_SEALED_BYTES
from tests.gate_contract.examples import (
    GATE_ID,
    LARGEST,
    LATEST_MS,
    batch_of,
    batches,
    gate_ids,
    ledger_ids,
    records,
    runs,
)

START = chain_start(GATE_ID, "0" * 32)


@given(records())
def test_a_record_survives_the_wire(record: Record) -> None:
    assert msgspec.json.decode(msgspec.json.encode(record), type=Record) == record


@given(records())
def test_canonical_bytes_are_what_any_json_library_writes(record: Record) -> None:
    fields = [getattr(record, name) for name in Record.__struct_fields__[:10]]
    fields += [record.seal] if record.seal else []
    written = json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    assert canonical(record) == written


@given(records(), records())
def test_two_records_never_share_their_canonical_bytes(one: Record, other: Record) -> None:
    assert (canonical(one) == canonical(other)) == (one == other)


@given(records())
def test_the_chain_is_plain_sha_256(record: Record) -> None:
    start = hashlib.sha256(b"schoolgate ledger v1\n" + GATE_ID.encode() + b"\n" + b"0" * 32)
    after = hashlib.sha256(start.digest() + canonical(record)).digest()
    assert chain_next(START, record) == after


@given(runs(), st.data())
def test_an_edited_record_changes_the_head(run: list[Record], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(run) - 1))
    edited = data.draw(records(run[index].seq))
    assume(edited != run[index])
    assert chain_over(START, [*run[:index], edited, *run[index + 1 :]]) != chain_over(START, run)


@given(runs(), st.data())
def test_a_dropped_record_changes_the_head(run: list[Record], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(run) - 1))
    assert chain_over(START, run[:index] + run[index + 1 :]) != chain_over(START, run)


@given(runs(min_size=2), st.data())
def test_swapped_records_change_the_head(run: list[Record], data: st.DataObject) -> None:
    i, j = sorted(data.draw(st.sets(st.integers(0, len(run) - 1), min_size=2, max_size=2)))
    swapped = list(run)
    swapped[i], swapped[j] = run[j], run[i]
    assert chain_over(START, swapped) != chain_over(START, run)


@given(runs())
def test_a_repeated_record_changes_the_head(run: list[Record]) -> None:
    assert chain_over(START, [*run, run[-1]]) != chain_over(START, run)


@given(gate_ids, gate_ids, ledger_ids, ledger_ids)
def test_no_two_ledgers_share_a_start(a: str, b: str, ledger_a: str, ledger_b: str) -> None:
    same = (a, ledger_a) == (b, ledger_b)
    assert (chain_start(a, ledger_a) == chain_start(b, ledger_b)) == same


@given(batches())
def test_a_batch_survives_the_wire(batch: Batch) -> None:
    assert decode_batch(encode_batch(batch), batch.gate_id) == batch


@given(batches(), st.dictionaries(st.text(min_size=8), st.none() | st.text() | st.lists(st.text())))
def test_unknown_fields_are_tolerated(batch: Batch, more: dict[str, Any]) -> None:
    told = msgspec.json.decode(encode_batch(batch))
    assume(not more.keys() & (told.keys() | set(Record.__struct_fields__)))
    told["records"] = [record | more for record in told["records"]]
    assert decode_batch(msgspec.json.encode(told | more), batch.gate_id) == batch


def record(seq: int = 1, **changes: Any) -> Record:
    fields: dict[str, Any] = {
        "seq": seq,
        "boot_id": "b" * 32,
        "up_ms": 5_000,
        "at": 1_788_566_400_000,
        "clock": ClockTrust.TRUSTED,
        "verdict": Verdict.EXPIRED,
    }
    return Record(**(fields | changes))


def told(**changes: Any) -> bytes:
    """Return a good batch of three records, with changes to its JSON."""
    batch = batch_of([record(1), record(2), record(3)], "0" * 32, b"")
    fields: dict[str, Any] = msgspec.json.decode(encode_batch(batch))
    return msgspec.json.encode(fields | changes)


def of_records(change: Callable[[list[dict[str, Any]]], object]) -> bytes:
    """Return a good batch, with a change to its list of records."""
    listed: list[dict[str, Any]] = msgspec.json.decode(told())["records"]
    change(listed)
    return told(records=listed)


def reason(payload: bytes) -> str:
    with pytest.raises(ContractError) as refusal:
        decode_batch(payload, GATE_ID)
    assert str(refusal.value)
    return refusal.value.reason


def test_a_payload_over_the_limit_is_refused_before_it_is_read() -> None:
    assert reason(b" " * MAX_PAYLOAD_BYTES + told()) == "oversized"
    padded = told() + b" " * (MAX_PAYLOAD_BYTES - len(told()))
    assert len(decode_batch(padded, GATE_ID).records) == 3


def test_the_largest_batch_of_a_gate_is_within_the_limit() -> None:
    first = LARGEST - MAX_RECORDS
    longest = [
        record(
            seq,
            up_ms=LARGEST,
            at=LATEST_MS,
            verdict=Verdict.NOT_A_PERSON_CARD,
            card_id="f" * 16,
            kind=CardKind.VISITOR,
            direction=Direction.OUT,
            count=2**31 - 1,
        )
        for seq in range(first, first + MAX_RECORDS)
    ]
    payload = encode_batch(batch_of(longest, "0" * 32, bytes(32), oldest=first))
    assert len(payload) <= 65_536
    assert len(decode_batch(payload, GATE_ID).records) == MAX_RECORDS
    sealed = bytes(MOST_SEALED_BYTES)
    of_visitors = [
        msgspec.structs.replace(
            one, verdict=Verdict.ADMITTED_OUT, count=1, seal=seal_hash(sealed), sealed=sealed
        )
        for one in longest
    ]
    payload = encode_batch(batch_of(of_visitors, "0" * 32, bytes(32), oldest=first))
    assert len(payload) <= MAX_PAYLOAD_BYTES * 3 // 4
    assert len(decode_batch(payload, GATE_ID).records) == MAX_RECORDS


def test_sealed_words_are_those_of_the_seal_and_may_be_gone() -> None:
    sealed = b"\1" + bytes(64)
    whole = record(
        1,
        verdict=Verdict.ADMITTED_IN,
        card_id="f" * 16,
        kind=CardKind.VISITOR,
        direction=Direction.IN,
        seal=seal_hash(sealed),
        sealed=sealed,
    )
    erased = msgspec.structs.replace(whole, sealed=None)
    assert canonical(erased) == canonical(whole)
    assert canonical(whole) != canonical(msgspec.structs.replace(erased, seal=None))
    for wrong in (
        {"sealed": sealed + b"x"},
        {"seal": None},
        {"verdict": "repeat"},
        {"seal": "f" * 64},
    ):
        with pytest.raises(msgspec.ValidationError, match=r"visitor|seal"):
            msgspec.convert(msgspec.to_builtins(whole) | msgspec.to_builtins(wrong), Record)


def test_a_batch_of_another_gate_is_refused() -> None:
    assert reason(told(gate_id="vg-another-02")) == "wrong_gate"


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(told(head="0" * 64), id="another_head"),
        pytest.param(told(previous="0" * 64), id="another_start"),
        pytest.param(told(ledger_id="1" * 32), id="another_ledger"),
        pytest.param(of_records(lambda r: r[1].update(up_ms=5_001)), id="a_record_edited"),
        pytest.param(of_records(lambda r: r[2].update(verdict="revoked")), id="a_verdict_edited"),
        pytest.param(of_records(lambda r: r.pop()), id="the_last_record_dropped"),
        pytest.param(of_records(lambda r: r.pop(0)), id="the_first_record_dropped"),
        pytest.param(of_records(lambda r: r.append({**r[2], "seq": 4})), id="a_record_added"),
    ],
)
def test_records_that_do_not_follow_are_refused(payload: bytes) -> None:
    assert reason(payload) == "chain_mismatch"


LONG = b"[" * 100_000

MALFORMED = {
    "empty": b"",
    "nul_bytes": bytes(100),
    "not_json": b"hello",
    "not_utf_8": told().replace(b"vg-phungcong", b"vg-\xff\xfecong"),
    "utf_16": told().decode().encode("utf-16"),
    "byte_order_mark": b"\xef\xbb\xbf" + told(),
    "lone_surrogate": told(gate_id="vg").replace(b'"vg"', b'"\\ud800"'),
    "cut_off": told()[:-1],
    "something_after": told() + b"{}",
    "an_array": b"[]",
    "null": b"null",
    "deep_nesting": LONG,
    "deep_nesting_in_an_unknown_field": b'{"later":' + LONG,
    "no_records": told(records=[]),
    "257_records": told(records=[{}] * 257),
    "records_twice": of_records(lambda r: r.append(r[0])),
    "a_record_missing_inside": of_records(lambda r: r.pop(1)),
    "records_swapped": of_records(lambda r: r.reverse()),
    "oldest_after_the_first": told(oldest=2),
    "oldest_0": told(oldest=0),
    "a_field_missing": msgspec.json.encode(
        {k: v for k, v in msgspec.json.decode(told()).items() if k != "head"}
    ),
    "head_in_upper_case": told(head="A" * 64),
    "head_with_a_line_feed": told(head="a" * 64 + "\n"),
    "ledger_id_with_a_line_feed": told(ledger_id="0" * 32 + "\n"),
    "gate_id_with_a_slash": told(gate_id="vg/phungcong"),
    "seq_0": of_records(lambda r: r[0].update(seq=0)),
    "seq_negative": of_records(lambda r: r[0].update(seq=-1)),
    "seq_a_text": of_records(lambda r: r[0].update(seq="1")),
    "seq_a_fraction": of_records(lambda r: r[0].update(seq=1.5)),
    "seq_beyond_53_bits": of_records(lambda r: r[0].update(seq=2**53)),
    "seq_of_5000_digits": told().replace(b'"seq":1', b'"seq":' + b"1" * 5_000),
    "seq_not_a_number": told().replace(b'"seq":1', b'"seq":NaN'),
    "time_of_1970": of_records(lambda r: r[0].update(at=0)),
    "time_of_2100": of_records(lambda r: r[0].update(at=LATEST_MS + 1)),
    "trusted_without_a_time": of_records(lambda r: r[0].update(at=None)),
    "clock_corrected": of_records(lambda r: r[0].update(clock="corrected")),
    "clock_set_by_an_untrusted_clock": of_records(
        lambda r: r[0].update(verdict="clock_set", clock="untrusted")
    ),
    "unknown_verdict": of_records(lambda r: r[0].update(verdict="admitted")),
    "crossing_without_a_card": of_records(lambda r: r[0].update(verdict="admitted_in")),
    "crossing_without_a_direction": of_records(
        lambda r: r[0].update(verdict="admitted_in", card_id="0" * 16, kind="pupil")
    ),
    "crossing_that_counts_two": of_records(
        lambda r: r[0].update(
            verdict="admitted_in", card_id="0" * 16, kind="pupil", direction="in", count=2
        )
    ),
    "card_id_with_a_line_feed": of_records(lambda r: r[0].update(card_id="0" * 16 + "\n")),
    "card_id_too_short": of_records(lambda r: r[0].update(card_id="0" * 15)),
    "unknown_kind": of_records(lambda r: r[0].update(kind="parent")),
    "count_0": of_records(lambda r: r[0].update(count=0)),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_batch_is_refused(name: str) -> None:
    assert reason(MALFORMED[name]) == "malformed"
