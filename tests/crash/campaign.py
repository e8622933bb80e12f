"""Cut the power at every point of a recording, and check what must hold after each cut."""

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from device.config import LEDGER_NAME
from device.ledger.file import create
from device.ledger.scan_ledger import ScanLedger
from device.ledger.verification import verify
from gate_contract.crossing import Record
from gate_contract.errors import SchoolgateError
from tests.crash.disk import Create, Disk, Image, Write
from tests.crash.work import GATE_ID, Plan, Recording, record, scratch

KEPT = (0.0, 1.0, 0.5, 0.15, 0.85)
"""How likely an unsynced sector is to survive, one image each. The first two are all or nothing."""
AFTERMATH = 80
"""Effects after a write to the ledger file itself, as by a checkpoint, that are always cut at."""


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that did not hold after the cut at effect `at` of the plan's recording."""

    plan: Plan
    at: int
    said: str


@dataclass(frozen=True, slots=True)
class Outcome:
    cuts: int
    violations: list[Violation]


def campaign(plan: Plan, cuts: int, *, stop_at_first: bool = False) -> Outcome:
    """Cut the power `cuts` times, in recordings of `plan` with successive seeds."""
    done, violations = 0, list[Violation]()
    with scratch() as folder:
        while done < cuts and not (stop_at_first and violations):
            recording = record(plan)
            for at, image in _images(recording, random.Random(plan.seed)):
                if done == cuts:
                    break
                done += 1
                said = _check(folder / "gate", image, recording, at)
                if said:
                    violations.append(Violation(plan, at, said))
            plan = replace(plan, seed=plan.seed + 1)
    return Outcome(done, violations)


def _images(recording: Recording, chance: random.Random) -> Iterator[tuple[int, Image]]:
    disk = Disk()
    ledger_files = set[int]()
    checkpointed = -AFTERMATH
    for at, effect in enumerate(recording.effects, 1):
        disk.apply(effect)
        if isinstance(effect, Create) and effect.name == LEDGER_NAME:
            ledger_files.add(effect.file)
        if isinstance(effect, Write) and effect.file in ledger_files:
            checkpointed = at
        if at - checkpointed >= AFTERMATH and chance.random() > recording.density:
            continue
        for kept in KEPT[:1] if disk.settled else KEPT:
            yield at, disk.crashed(chance, kept)


def _check(folder: Path, image: Image, recording: Recording, at: int) -> str | None:
    """Return what is wrong with a gate that starts on `image`, None if nothing."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, data in image.items():
        (folder / name).write_bytes(data)
    promises = [promise for promise in recording.promises if promise.after <= at]
    promised = [record for promise in promises for record in promise.records]
    prunable = max((seq for since, seq in recording.receipts if since <= at), default=0)
    path = folder / "ledger.db"
    try:
        create(path, GATE_ID)  # as gate-scan does whenever it opens its ledger
        ledger = ScanLedger.open(path, GATE_ID)
        try:
            if promises and ledger.ledger_id != promises[-1].ledger_id:
                return "this is another ledger"
            proof = verify(ledger)
            held = {record.seq: record for record, _ in ledger.records(proof.first, proof.last)}
        finally:
            ledger.close()
    except SchoolgateError as error:
        return str(error)
    if proof.first > prunable + 1:
        return f"begins at {proof.first}, but only {prunable} may be gone"
    lost = [record.seq for record in promised if _is_lost(record, proof.first, held)]
    return f"lost {lost}" if lost else None


def _is_lost(record: Record, first: int, held: dict[int, Record]) -> bool:
    return record.seq >= first and held.get(record.seq) != record
