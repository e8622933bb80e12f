"""Find what still verifies in a ledger that was set aside as damaged, and deliver it.

The records fall into runs of consecutive ones whose chain hashes prove them. The damaged file is
never written; the progress of its delivery is in a small file beside it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import msgspec
from msgspec import Struct

from device.ledger import carving, damage_report
from device.ledger.file import LedgerError, explained
from gate_contract.crossing import MAX_RECORDS, Batch, Record, chain_next, chain_start
from gate_contract.durable_file import replace_file

PATTERN = "ledger-damaged-*.db"
Found = dict[int, list[tuple[Record, bytes]]]
"""By seq; a page may occur twice, in the file and in its write-ahead log."""


class SalvageProgress(Struct, frozen=True, kw_only=True):
    """The delivery of a damaged ledger.

    `receipted` is the mark, as in a ledger; `done`: the district has all that could be proven.
    """

    receipted: int = 0
    proven: int = 0
    done: bool = False


@dataclass(frozen=True, slots=True)
class VerifiedRun:
    """Verified records `first`..`last`."""

    first: int
    last: int


class Salvage:
    """A damaged ledger to deliver, with the methods that delivery needs of `UplinkLedger`."""

    def __init__(self, path: Path, gate_id: str, ledger_id: str, found: Found) -> None:
        self.path = path
        self.gate_id = gate_id
        self.ledger_id = ledger_id
        self._records: dict[int, Record] = {}
        self._chains: dict[int, bytes] = {0: chain_start(gate_id, ledger_id)}
        self._prove(found)
        self.runs = list(_runs(sorted(self._records)))
        self._receipted = _progress(path).receipted

    @classmethod
    def open(cls, path: Path, gate_id: str) -> Self:
        """Parse every page of a file that was set aside.

        It takes seconds, and as much memory as the file has bytes.

        Raises:
            LedgerError: it cannot be read, or its identity is unclear.
        """
        found: Found = {}
        names = {damage_report.read_identity(path, path.with_suffix(".id").name)}
        with explained(path):
            for row in carving.rows(path):
                names.add(carving.as_name(row))
                entry = carving.as_record(row)
                if entry:
                    found.setdefault(entry[0].seq, []).append(entry)
        ledger_ids = {name[1] for name in names if name and name[0] == gate_id}
        candidates = [cls(path, gate_id, ledger_id, found) for ledger_id in sorted(ledger_ids)]
        whole = [salvage for salvage in candidates if 1 in salvage._records] or candidates
        if len(whole) != 1:
            raise LedgerError(
                f"{path}: the ledger's identity is unclear; keep the file for the district"
            )
        return whole[0]

    @property
    def proven(self) -> int:
        """The number of verified records."""
        return len(self._records)

    @property
    def last(self) -> int:
        """The last verified record, 0 if there is none."""
        return self.runs[-1].last if self.runs else 0

    def window(self) -> VerifiedRun | None:
        """Return the first run without a receipt, None if all have one.

        The run behind a hole is sent only after it: it makes the district give up the hole.
        """
        return next((run for run in self.runs if run.last > self._receipted), None)

    def chain_at(self, seq: int) -> bytes | None:
        """Return the chain hash after `seq`, None if it is lost."""
        return self._chains.get(seq)

    def batch(self, run: VerifiedRun, first: int, last: int) -> Batch:
        """Return records of one run, 256 at most.

        Its `oldest` states that nothing before the run is left.
        """
        last = min(last, run.last, first + MAX_RECORDS - 1)
        return Batch(
            gate_id=self.gate_id,
            ledger_id=self.ledger_id,
            oldest=run.first,
            previous=self._chains[first - 1].hex(),
            head=self._chains[last].hex(),
            records=[self._records[seq] for seq in range(first, last + 1)],
        )

    def receipted(self) -> int:
        """Return the seq up to which all proven records are stored at the district."""
        return self._receipted

    def set_receipted(self, seq: int) -> None:
        """Move the delivery mark. Raises LedgerError if it cannot be written."""
        self._receipted = seq
        progress = SalvageProgress(receipted=seq, proven=self.proven, done=self.window() is None)
        with explained(self.path):
            replace_file(self.path.with_suffix(".json"), msgspec.json.encode(progress), 0o660)

    def _prove(self, found: Found) -> None:
        tentative: dict[int, tuple[Record, bytes]] = {}
        for seq in sorted(found):
            for record, chain in found[seq]:
                previous = self._chains.get(seq - 1)
                if previous is not None and chain_next(previous, record) == chain:
                    self._keep(seq, record, chain)
                elif seq - 1 in tentative and chain_next(tentative[seq - 1][1], record) == chain:
                    # The record before is right; only its own hash is damaged.
                    self._keep(seq - 1, *tentative[seq - 1])
                    self._keep(seq, record, chain)
                elif previous is not None:
                    tentative[seq] = record, chain_next(previous, record)
            # The first record after a hole cannot be proven, but it proves those after it.
            if seq not in self._chains and len({chain for _, chain in found[seq]}) == 1:
                self._chains[seq] = found[seq][0][1]

    def _keep(self, seq: int, record: Record, chain: bytes) -> None:
        self._records[seq] = record
        self._chains[seq] = chain


def undelivered(folder: Path) -> list[Path]:
    """Return the damaged ledgers in `folder` that are not fully delivered."""
    return [path for path in sorted(folder.glob(PATTERN)) if not _progress(path).done]


def count_set_aside(folder: Path) -> int:
    """Count the ledgers that were set aside, delivered or not; each suggests a failing SD card."""
    return len(list(folder.glob("ledger-*-*.db")))


def _progress(path: Path) -> SalvageProgress:
    try:
        return msgspec.json.decode(path.with_suffix(".json").read_bytes(), type=SalvageProgress)
    except (OSError, msgspec.DecodeError):
        return SalvageProgress()


def _runs(seqs: Iterable[int]) -> Iterator[VerifiedRun]:
    first = last = 0
    for seq in seqs:
        if seq != last + 1 or not last:
            if last:
                yield VerifiedRun(first, last)
            first = seq
        last = seq
    if last:
        yield VerifiedRun(first, last)
