"""A ledger of an earlier version can be read, and is migrated in place."""

import sqlite3
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import pytest

from device.ledger import carving, damage_report, schema
from device.ledger.file import LedgerDamagedError, create
from device.ledger.scan_ledger import NewRecord, ScanLedger
from device.ledger.uplink_ledger import UplinkLedger
from device.ledger.verification import verify
from device.ledger.verified_open import LedgerOpener
from gate_contract.card import Card, CardKind
from gate_contract.crossing import Direction, Record, chain_next, seal_hash
from gate_contract.verdicts import Verdict
from tests.builders.scanning_gate import GATE_ID
from tests.device.ledger.test_file import entry

SEALED = b"\1" + bytes(range(200))


def of_version_0_1(path: Path, count: int) -> None:
    """Make a ledger as that version did, with `count` records."""
    apply = schema.migrations.apply

    def as_then(db: object) -> None:
        apply(db, stop_before="sealed_words")  # type: ignore[arg-type]  # a sqlite_utils.Database

    with patch.object(schema.migrations, "apply", as_then):
        create(path, GATE_ID)
    names = "seq, boot_id, up_ms, at, clock, verdict, card_id, kind, direction, count, chain"
    with closing(ScanLedger.open(path, GATE_ID)) as ledger:
        chain = ledger.head()[1]
        for seq in range(1, count + 1):
            then = entry(seq)
            assert then.card
            record = Record(
                seq=seq,
                boot_id=then.stamp.boot_id,
                up_ms=then.stamp.up_ms,
                at=then.stamp.at,
                clock=then.stamp.clock,
                verdict=then.verdict,
                card_id=then.card.card_id,
                kind=then.card.kind,
                direction=then.direction,
            )
            chain = chain_next(chain, record)
            values = [getattr(record, name) for name in names.split(", ")[:-1]]
            with ledger._transaction() as connection:
                connection.execute(
                    f"INSERT INTO records ({names}) VALUES ({', '.join('?' * 11)})",  # noqa: S608
                    (*values, chain),
                )


def guest(number: int) -> NewRecord:
    then = entry(number)
    card = Card(f"{number:016x}", CardKind.VISITOR, *(2 * [entry(1).card.expires]))  # type: ignore[union-attr]
    return NewRecord(then.stamp, Verdict.ADMITTED_IN, card, Direction.IN, sealed=SEALED)


def columns(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return len(connection.execute("PRAGMA table_info(records)").fetchall())


def test_the_uplink_delivers_an_old_ledger_and_goes_on_when_it_is_upgraded(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    of_version_0_1(path, 20)
    assert columns(path) == 11
    with closing(UplinkLedger.open(path, GATE_ID)) as uplink:
        before = uplink.batch(1, 20)
        assert len(before.records) == 20
        with closing(LedgerOpener(path, GATE_ID)()) as scan:
            assert columns(path) == 12
            scan.append([guest(21), entry(22)])
            assert verify(scan).last == 22
        assert uplink.batch(1, 20) == before
        after = uplink.batch(1, 22)
        assert (after.records[20].sealed, after.records[20].seal) == (SEALED, seal_hash(SEALED))
        assert not uplink.is_replaced()
    assert damage_report.reported_reason(path) == ""
    assert not list(tmp_path.glob("ledger-*"))


def test_an_older_program_may_come_back(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    of_version_0_1(path, 1)
    create(path, GATE_ID)
    create(path, GATE_ID)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO records (seq, boot_id, up_ms, clock, verdict, count, chain)"
            " VALUES (2, 'b', 0, 'untrusted', 'repeat', 1, x'00')"
        )


def test_rows_of_both_versions_are_carved(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    of_version_0_1(path, 5)
    with closing(LedgerOpener(path, GATE_ID)()) as scan:
        scan.append([entry(6), guest(7)])
        written = [record for record, _ in scan.records(1, 7)]
    found = [carved[0] for carved in map(carving.as_record, carving.rows(path)) if carved]
    assert {record.seq: record for record in found} == {record.seq: record for record in written}
    assert found[-1].sealed == SEALED


def test_altered_words_are_damage(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(LedgerOpener(path, GATE_ID)()) as scan:
        scan.append([guest(1)])
        for wrong in ("x'01'", "NULL", "'words'"):
            with scan._transaction() as connection:
                connection.execute(f"UPDATE records SET sealed = {wrong}")  # noqa: S608
            with pytest.raises(LedgerDamagedError):
                verify(scan)
