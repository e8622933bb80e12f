"""Damage in a ledger is found, reported, and costs only what it destroyed; controls overlook it."""

import os
import random
from collections.abc import Callable
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from device.ledger import damage_report, verified_open
from device.ledger.file import LedgerFile, create
from device.ledger.salvage import Salvage
from device.ledger.scan_ledger import ScanLedger
from device.ledger.verified_open import verify_or_set_aside
from gate_contract.verdicts import CROSSINGS
from tests.builders.scanning_gate import GATE_ID
from tests.end_to_end.passing import card_codes, passing
from tests.faults.arena import GATE, Arena
from tests.faults.damage import PAGE, Original, Patient, flips, pages
from tests.faults.outcome import eventually


def test_a_page_of_noise_costs_what_lay_in_it(tmp_path: Path) -> None:
    outcome = pages(tmp_path, 8)
    assert outcome.is_clean, outcome.line()


def test_a_flipped_bit_costs_at_most_its_record(tmp_path: Path) -> None:
    outcome = flips(tmp_path, 20)
    assert outcome.is_clean, outcome.line()


def test_who_does_not_look_delivers_it_or_stands_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verified_open, "look_into", lambda _path, _gate_id: None)
    assert not pages(tmp_path, 8).is_clean


def test_a_salvage_that_proves_nothing_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Salvage, "_prove", lambda _self, _found: None)
    assert pages(tmp_path, 4).lost > 0


def test_damage_that_only_the_uplink_meets_is_looked_into(tmp_path: Path) -> None:
    original = Original(tmp_path)
    patient = Patient(tmp_path)
    assert patient.show(5_000)
    patient.close()
    # A record altered in its place, while gate-scan goes on with a file that it has proven.
    with closing(ScanLedger.open(patient.path, GATE_ID)) as ledger:
        patient = Patient(tmp_path)
        assert patient.show(5_001)
        with ledger._transaction() as connection:
            connection.execute("UPDATE records SET kind = 'staff' WHERE seq = 700")
    patient.live(60)
    arrived = patient.arrived()
    assert list(tmp_path.glob("ledger-damaged-*.db"))
    ours = {seq for ledger_id, seq in arrived if ledger_id == original.ledger_id}
    assert ours == (set(original.records) | {1_502, 1_503}) - {700}
    assert patient.district.missing == 1
    assert any(health.damaged_ledgers == 1 for health in patient.district.healths)
    assert patient.show(5_002)
    patient.live(5)
    assert len(patient.district.heads) == 2
    patient.close()


@pytest.mark.parametrize("sync", range(4))
def test_power_may_fail_while_a_ledger_is_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sync: int
) -> None:
    original = Original(tmp_path)
    data = bytearray(original.path.read_bytes())
    data[30 * PAGE : 31 * PAGE] = random.Random(1).randbytes(PAGE)
    original.path.write_bytes(data)

    def cut(steps: Callable[..., object]) -> Callable[..., object]:
        def call(*given: object, **named: object) -> object:
            nonlocal sync
            if not sync:
                raise OSError(5, "power is cut")
            sync -= 1
            return steps(*given, **named)

        return call

    with monkeypatch.context() as patched:
        patched.setattr(os, "link", cut(os.link))
        patched.setattr(Path, "unlink", cut(Path.unlink))
        with pytest.raises(OSError, match="power"):
            verify_or_set_aside(original.path, GATE_ID)
    patient = Patient(tmp_path)
    assert patient.show(5_000)
    patient.live(60)
    here = original.on_page(30)
    ours = {seq for ledger_id, seq in patient.arrived() if ledger_id == original.ledger_id}
    assert len(set(original.records) - ours) <= 40
    assert not here & ours
    patient.close()


def test_a_ledger_that_turned_into_another_by_name_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    create(path, GATE_ID)
    with closing(ScanLedger.open(path, GATE_ID)) as ledger:
        before = ledger.ledger_id
        with ledger._transaction() as connection:
            connection.execute("UPDATE ledger SET ledger_id = ?", ("0" * 32,))
    assert verify_or_set_aside(path, GATE_ID)
    create(path, GATE_ID)
    with closing(LedgerFile.open(path, GATE_ID)) as ledger:
        assert ledger.ledger_id not in (before, "0" * 32)
        assert damage_report.read_identity(path) == (GATE_ID, ledger.ledger_id)
    assert verify_or_set_aside(path, GATE_ID) is None


def test_an_old_copy_gives_way_to_a_new_ledger_and_is_kept(tmp_path: Path) -> None:
    patient = Patient(tmp_path)
    patient.show(1, 2)
    patient.live(10)
    patient.close()
    copy = patient.path.read_bytes()
    district = patient.district
    patient = Patient(tmp_path, district=district)
    patient.show(3, 4)
    patient.live(10)
    patient.close()
    patient.path.write_bytes(copy)  # as after an SD card was restored from a backup
    patient = Patient(tmp_path, district=district)
    assert patient.show(5, 6)
    patient.live(400)  # the district has to contradict it for a while
    assert len(list(tmp_path.glob("ledger-forked-*.db"))) == 1
    assert patient.show(7)
    patient.live(10)
    assert len(district.heads) == 2
    assert f"{7:016x}" in {record.card_id for record in patient.arrived().values()}
    patient.close()


@pytest.mark.timeout(180)
def test_real_processes_get_over_a_damaged_ledger(tmp_path: Path) -> None:
    with Arena(tmp_path / "arena") as arena:
        arena.print_cards(GATE, 10)
        path = arena.config(GATE).ledger_path
        with arena.gatekeeper(GATE) as keeper:
            people = passing(keeper, card_codes(arena, 40))
            green = sum(answer in CROSSINGS for answer in islice(people, 400))
        data = bytearray(path.read_bytes())
        number = len(data) // PAGE // 2
        data[number * PAGE : (number + 1) * PAGE] = random.Random(1).randbytes(PAGE)
        path.write_bytes(data)
        for name in ("broker", "bridge", f"scan {GATE}", f"uplink {GATE}"):
            arena.start(name)
        assert eventually(lambda: arena.answered(GATE) > 5, 60)
        arena.stop(f"scan {GATE}")
        assert eventually(lambda: "damaged ledger delivered" in arena.log(f"uplink {GATE}"), 60)
        assert eventually(arena.drained, 60)
        destroyed = green + arena.answered(GATE) - arena.held()
        assert 0 < destroyed < 60
        assert arena.counted() == arena.held()
        assert arena.verify() == ""
        shown = arena.command("ledger", "verify").stdout
        assert "were lost before they arrived" in shown
