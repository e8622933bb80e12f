"""Visitors without a card: admitted if allowed, without revealing who they were."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from device.scan.claims import Visitors
from device.scan.gatekeeper import VISITORS_A_MINUTE
from gate_contract.card import CardKind
from gate_contract.crossing import Direction
from gate_contract.id_documents import IdKind
from gate_contract.verdicts import Verdict
from gate_contract.visitor_details import unseal
from tests.builders.scanning_gate import Gate, hold
from tests.gate_contract import id_document_samples

DISTRICT = X25519PrivateKey.from_private_bytes(bytes(range(32)))
CHIP_ID = id_document_samples.CHIP_ID.encode()
INSURANCE = id_document_samples.insurance().encode()
DAY_MS = 86_400_000


def visitors(*accept: IdKind) -> Visitors:
    return Visitors(frozenset(accept), b"k" * 32, DISTRICT.public_key())


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path / "ledger.db", visitors=visitors(IdKind.CCCD))


def test_where_it_is_not_allowed_nobody_passes_with_a_paper(tmp_path: Path, gate: Gate) -> None:
    closed = Gate(tmp_path / "closed.db")
    assert closed.show(CHIP_ID, INSURANCE) == [Verdict.NOT_A_PERSON_CARD] * 2
    assert [record.card_id for record in closed.records()[1:]] == [None, None]
    assert gate.show(INSURANCE) == [Verdict.NOT_A_PERSON_CARD]


def test_a_poster_is_told_from_a_card(gate: Gate) -> None:
    assert gate.show(id_document_samples.POSTER.encode()) == [Verdict.CHECK_IN_POSTER]
    assert gate.verdicts() == [Verdict.CHECK_IN_POSTER]


def test_a_visitor_goes_in_and_out_under_one_pseudonym_a_day(gate: Gate) -> None:
    assert hold(gate, CHIP_ID, ms=3_000) == [Verdict.ADMITTED_IN]
    gate.leave(1_500)
    other_reading = id_document_samples.CHIP_ID.replace("|999012345|", "||").encode()
    assert gate.show(other_reading) == [Verdict.REPEAT]
    gate.leave(60_000)
    assert gate.show(CHIP_ID) == [Verdict.ADMITTED_OUT]
    gate.leave(DAY_MS)
    assert gate.show(CHIP_ID) == [Verdict.ADMITTED_IN]
    _, went_in, repeat, went_out, next_day = gate.records()
    assert went_in.card_id == repeat.card_id == went_out.card_id != next_day.card_id
    assert {record.kind for record in (went_in, went_out, next_day)} == {CardKind.VISITOR}
    assert (went_in.direction, went_out.direction) == (Direction.IN, Direction.OUT)
    assert (repeat.sealed, repeat.seal) == (None, None)
    for record in (went_in, went_out, next_day):
        assert record.sealed
        assert record.card_id
        assert unseal(record.sealed, record.card_id, DISTRICT).name == "Nguyễn Văn Ví Dụ"


def test_a_visitor_is_known_again_after_a_restart(gate: Gate) -> None:
    gate.show(CHIP_ID)
    gate.keeper.close()
    gate.start()
    gate.leave(60_000)
    assert gate.show(CHIP_ID) == [Verdict.ADMITTED_OUT]


def test_no_file_holds_what_the_paper_says(gate: Gate, capfd: pytest.CaptureFixture[str]) -> None:
    gate.show(CHIP_ID, INSURANCE)
    gate.leave(120_000)
    files = [path for path in gate.path.parent.rglob("*") if path.is_file()]
    assert gate.path in files
    held = b"".join(path.read_bytes() for path in files)
    told = capfd.readouterr()
    for secret in ("999085012345", "Nguyễn", "05021985", "1985-02-05", "HS499", "Không Có"):
        assert secret.encode() not in held
        assert secret not in told.out + told.err


def test_a_display_that_makes_up_papers_is_summed_up(gate: Gate) -> None:
    codes = [
        id_document_samples.CHIP_ID.replace("012345|9", f"{number:06}|9").encode()
        for number in range(80)
    ]
    answers = [gate.show(code) for code in codes]
    admitted = answers.count([Verdict.ADMITTED_IN])
    assert VISITORS_A_MINUTE <= admitted <= VISITORS_A_MINUTE + 4
    assert answers.count([Verdict.NOT_A_PERSON_CARD]) == len(codes) - admitted
    gate.leave(60_000)
    refused = [r for r in gate.records() if r.verdict is Verdict.NOT_A_PERSON_CARD]
    assert sum(record.count for record in refused) == len(codes) - admitted
    assert len(refused) < len(codes) - admitted
    assert gate.show(id_document_samples.CHIP_ID.replace("012345|9", "999999|9").encode()) == [
        Verdict.ADMITTED_IN
    ]


def test_cards_pass_as_before(gate: Gate) -> None:
    assert gate.show(7, CHIP_ID, b"hello") == [
        Verdict.ADMITTED_IN,
        Verdict.ADMITTED_IN,
        Verdict.NOT_A_PERSON_CARD,
    ]
    card, guest, _ = gate.records()[1:]
    assert (card.sealed, card.seal) == (None, None)
    assert guest.sealed
