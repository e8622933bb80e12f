"""Rosters: only a card in hand opens its entry; what is refused, and why."""

import random
import zlib

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate_contract.card_signing import card_signature
from gate_contract.errors import ContractError
from gate_contract.roster import (
    DOMAIN,
    ENTRY_SIZE,
    LOOKUP_SIZE,
    MAX_DOCUMENT_BYTES,
    MAX_PAYLOAD_BYTES,
    EffectiveRoster,
    EntryAction,
    Roster,
    apply_roster,
    verify,
)
from gate_contract.roster_signing import seal, sign, withdrawn
from tests.builders.issuer import Issuer, key_named
from tests.builders.rosters import Orders

GATE = "gate-a1"
ORDERS = Orders(GATE)
GOOD = ORDERS.payload(5, {1: 4, 2: 0, 3: 2}, revoked=[9])


def reason(payload: bytes, orders: Orders = ORDERS) -> str:
    with pytest.raises(ContractError) as refusal:
        verify(payload, orders.public_keys)
    return refusal.value.reason


def packed(document: bytes) -> bytes:
    """Sign any bytes as a roster."""
    body = zlib.compress(document)
    return bytes([ORDERS.key_id]) + ORDERS.key.sign(DOMAIN + body) + body


def book(*rosters: Roster) -> EffectiveRoster:
    held: EffectiveRoster | None = None
    for roster in rosters:
        held = apply_roster(held, roster, GATE)
    assert held
    return held


class TestEntries:
    @settings(max_examples=20)
    @given(
        st.dictionaries(st.binary(min_size=64, max_size=64), st.integers(0, 4), max_size=40),
        st.sets(st.binary(min_size=8, max_size=8).map(bytes.hex), max_size=40),
        st.binary(min_size=64, max_size=64),
    )
    def test_a_card_finds_its_own_level_and_no_other_finds_one(
        self, levels: dict[bytes, int], revoked: set[str], stranger: bytes
    ) -> None:
        salt = b"0123456789abcdef"
        people, gone = seal(levels, salt), withdrawn(revoked)
        told = Roster(version=1, gate_id=GATE, salt=salt, people=people, revoked=gone)
        read = verify(ORDERS.sign(told), ORDERS.public_keys)
        assert read == told
        assert {signature: read.level(signature) for signature in levels} == levels
        assert stranger in levels or read.level(stranger) is None
        assert all(read.is_revoked(card_id) for card_id in revoked)
        assert "ffffffffffffffff" in revoked or not read.is_revoked("ffffffffffffffff")

    def test_a_stolen_roster_tells_nothing_of_a_card_that_is_not_in_hand(self) -> None:
        one, other = ORDERS.roster(1, {1: 4, 2: 1, 3: 0}), ORDERS.roster(2, {1: 4, 2: 1, 3: 0})
        rows = [one.people[at : at + ENTRY_SIZE] for at in range(0, len(one.people), ENTRY_SIZE)]
        assert len(rows) == 3, "who has no level has an entry too, of the same length"
        assert rows == sorted(rows), "the order is that of random bytes"
        lookups = {row[:LOOKUP_SIZE] for row in rows}
        assert not any(lookup in other.people for lookup in lookups), "no roster names the next"
        # What the ledger holds in the clear, the card_id, opens nothing, however it is stretched.
        card_id = bytes.fromhex(ORDERS.issuer.card(1).card_id)
        assert one.level(card_id * 8) is None
        assert card_id not in one.people

    def test_another_district_card_of_the_same_id_opens_nothing(self) -> None:
        forged = Issuer(key=key_named("another district"))
        assert book(ORDERS.roster(1, {1: 4})).level(card_signature(forged.code(1))) is None

    def test_a_damaged_entry_is_no_level(self) -> None:
        told = ORDERS.roster(1, {1: 4})
        torn = msgspec.structs.replace(told, people=told.people[:-1] + b"\0")
        assert torn.level(ORDERS.signature(1)) is None


class TestRefusals:
    def test_bytes_that_are_altered_are_not_the_districts(self) -> None:
        chance = random.Random(5)
        for _ in range(60):
            at = chance.randrange(1, len(GOOD))
            altered = GOOD[:at] + bytes([GOOD[at] ^ 1 << chance.randrange(8)]) + GOOD[at + 1 :]
            assert reason(altered) == "bad_signature"

    def test_what_is_cut_off_is_refused(self) -> None:
        assert {reason(GOOD[:size]) for size in (0, 1, 64, 65)} == {"malformed"}
        assert {reason(GOOD[:size]) for size in (66, 100, len(GOOD) - 1)} == {"bad_signature"}

    def test_another_key_is_unknown_or_does_not_fit(self) -> None:
        assert reason(GOOD, Orders(GATE, key_id=2)) == "unknown_key"
        assert reason(GOOD, Orders(GATE, key=key_named("another"))) == "bad_signature"

    def test_a_card_is_no_roster(self) -> None:
        assert reason(Issuer().code(1)) in ("unknown_key", "bad_signature")

    def test_what_is_too_large_is_not_looked_at(self) -> None:
        assert reason(bytes(MAX_PAYLOAD_BYTES + 1)) == "oversized"

    def test_a_bomb_is_not_unpacked_although_it_is_signed(self) -> None:
        bomb = packed(b" " * (8 * MAX_DOCUMENT_BYTES))
        assert len(bomb) < MAX_PAYLOAD_BYTES
        assert reason(bomb) == "oversized"

    @pytest.mark.parametrize(
        "document",
        [
            b"",
            b"[]",
            b"{}",
            b"[" * 100_000,
            b'{"version":1,"salt":"AAAA"}',
            b'{"version":0,"salt":"AAAAAAAAAAAAAAAAAAAAAA=="}',
            b'{"version":5,"base":5,"salt":"AAAAAAAAAAAAAAAAAAAAAA=="}',
            b'{"version":1,"salt":"AAAAAAAAAAAAAAAAAAAAAA==","people":"AAAA"}',
            b'{"version":1,"salt":"AAAAAAAAAAAAAAAAAAAAAA==","revoked":"AAAA"}',
            b'{"version":1,"salt":"AAAAAAAAAAAAAAAAAAAAAA==","policy":{"4":"shoot"}}',
            b'{"version":1,"salt":"AAAAAAAAAAAAAAAAAAAAAA==","gate_id":"A"}',
        ],
    )
    def test_signed_nonsense_is_malformed(self, document: bytes) -> None:
        assert reason(packed(document)) == "malformed"

    def test_something_behind_the_document_is_refused(self) -> None:
        body = GOOD[65:] + b"more"
        assert reason(b"\1" + ORDERS.key.sign(DOMAIN + body) + body) == "malformed"
        body = GOOD[65:-6]
        assert reason(b"\1" + ORDERS.key.sign(DOMAIN + body) + body) == "malformed"

    def test_a_field_of_a_later_version_is_passed_over(self) -> None:
        told = packed(b'{"version":1,"salt":"AAAAAAAAAAAAAAAAAAAAAA==","photo":"later"}')
        assert verify(told, ORDERS.public_keys).version == 1

    def test_the_district_makes_none_that_no_gate_would_take(self) -> None:
        many = Roster(version=1, salt=bytes(16), revoked=random.Random(1).randbytes(4_000_000))
        with pytest.raises(ContractError, match="expire"):
            sign(many, 1, ORDERS.key)


class TestBook:
    def test_changes_come_before_what_they_change(self) -> None:
        held = book(
            ORDERS.roster(5, {1: 4, 2: 1, 3: 2}, revoked=[8]),
            ORDERS.roster(7, {1: 1, 3: 0}, base=5, revoked=[9]),
        )
        levels = [held.level(ORDERS.signature(number)) for number in (1, 2, 3, 4)]
        assert levels == [1, 1, None, None]
        assert held.version == 7
        assert held.action(4) is EntryAction.REFUSE
        revoked = [held.is_revoked(ORDERS.issuer.card(number).card_id) for number in (7, 8, 9)]
        assert revoked == [False, True, True]

    def test_later_changes_take_the_place_of_earlier_ones(self) -> None:
        full = ORDERS.roster(5, {1: 4})
        held = book(full, ORDERS.roster(6, {1: 1}, base=5), ORDERS.roster(7, {2: 3}, base=5))
        assert [held.level(ORDERS.signature(number)) for number in (1, 2)] == [4, 3]

    def test_a_new_full_one_ends_all_changes(self) -> None:
        held = book(
            ORDERS.roster(5, {1: 4}), ORDERS.roster(6, {1: 1}, base=5), ORDERS.roster(8, {2: 2})
        )
        assert held == EffectiveRoster(ORDERS.roster(8, {2: 2}))

    def test_what_is_held_already_changes_nothing(self) -> None:
        full, changes = ORDERS.roster(5, {1: 4}), ORDERS.roster(6, {1: 1}, base=5)
        held = book(full, changes)
        assert apply_roster(held, full, GATE) is held
        assert apply_roster(held, changes, GATE) is held

    @pytest.mark.parametrize(
        ("roster", "expected"),
        [
            (ORDERS.roster(4, {1: 1}), "old"),
            (ORDERS.roster(6, {1: 1}), "old"),
            (ORDERS.roster(6, {1: 1}, base=5), "old"),
            (ORDERS.roster(9, {1: 1}, base=4), "other_base"),
            (ORDERS.roster(9, {1: 1}, gate_id="gate-b1"), "wrong_gate"),
        ],
        ids=["older", "between", "older changes", "of another base", "for another gate"],
    )
    def test_a_book_is_never_turned_back(self, roster: Roster, expected: str) -> None:
        held = book(ORDERS.roster(5, {1: 4}), ORDERS.roster(7, {1: 1}, base=5))
        with pytest.raises(ContractError) as refusal:
            apply_roster(held, roster, GATE)
        assert refusal.value.reason == expected

    def test_changes_without_a_roster_wait(self) -> None:
        with pytest.raises(ContractError, match="this gate lacks"):
            apply_roster(None, ORDERS.roster(9, {1: 1}, base=4), GATE)

    def test_a_roster_for_every_gate_is_for_this_one(self) -> None:
        assert book(ORDERS.roster(5, revoked=[1], district=True)).is_revoked(
            ORDERS.issuer.card(1).card_id
        )
