"""Which gates are told of an update next: pure. One, then ten, then all, each only if the gates
that were told before run it and are well."""

from collections.abc import Mapping, Sequence

from gate_contract.errors import SchoolgateError
from gate_contract.health import UpdateStage
from gate_contract.orders import Update
from server_bridge.store.gates.gate_sheets import GateSheet

STAGES = {"one": 1, "ten": 10, "all": None}


def choose(
    sheets: Sequence[GateSheet],
    told: Mapping[str, Update | None],
    wanted: Update,
    *,
    stage: str,
    first: Sequence[str] = (),
    force: bool = False,
) -> list[str]:
    """The ids of the gates to be told now; `told` is what each was told before.

    `first` are to be among them. Gates that are online and without fault come before others.

    Raises:
        SchoolgateError: a stage is left out or not well yet (unless `force`), or a gate of `first`
            is not there.
    """
    by_id = {sheet.state.gate_id: sheet for sheet in sheets if not sheet.shut_out}
    unknown = [gate_id for gate_id in first if gate_id not in by_id]
    if unknown:
        raise SchoolgateError(
            f"there is no gate {unknown[0]} to update; see: gate-bridge gate list"
        )
    before = [
        gate_id for gate_id in by_id if _is_ordered(told.get(gate_id), wanted, by_id[gate_id])
    ]
    if not force:
        _check(stage, before, by_id, wanted)
    most = STAGES[stage]
    rest = update_order([by_id[gate_id] for gate_id in by_id if gate_id not in before], first)
    return rest if most is None else rest[: max(0, most - len(before))]


def update_order(sheets: Sequence[GateSheet], first: Sequence[str]) -> list[str]:
    """The ids of gates as they are told: `first`, then those that are well."""
    ordered = sorted(
        sheets,
        key=lambda sheet: (
            sheet.state.gate_id not in first,
            not _is_healthy(sheet),
            sheet.state.gate_id,
        ),
    )
    return [sheet.state.gate_id for sheet in ordered]


def runs_update(sheet: GateSheet, wanted: Update) -> bool:
    """Whether a gate runs the software that is wanted, as far as it was ever heard of. While it is
    on trial it may still be gone back from."""
    told = sheet.told
    on_trial = told and told.update and told.update.stage == UpdateStage.TRIAL
    return told is not None and told.software == wanted.version and not on_trial


def _check(
    stage: str, before: Sequence[str], by_id: Mapping[str, GateSheet], wanted: Update
) -> None:
    if stage != "one" and not before:
        raise SchoolgateError(f"no gate was told of {wanted.version} yet; begin with --stage one")
    if stage == "all" and len(before) < min(STAGES["ten"] or 0, len(by_id)):
        raise SchoolgateError(
            f"{len(before)} gates were told of {wanted.version}: --stage ten first"
        )
    behind = [gate_id for gate_id in before if not runs_update(by_id[gate_id], wanted)]
    sick = [gate_id for gate_id in before if not _is_healthy(by_id[gate_id])]
    for gates, what in ((behind, "do not run it yet"), (sick, "run it and are not well")):
        if stage != "one" and gates:
            raise SchoolgateError(
                f"{', '.join(gates[:5])} {what}; wait, look at them with: gate-bridge gate show"
            )


def _is_ordered(told: Update | None, wanted: Update, sheet: GateSheet) -> bool:
    """A gate that has stopped trying goes on only when it is told once more."""
    if told is None or (told.version, told.sha256) != (wanted.version, wanted.sha256):
        return False
    update = sheet.told.update if sheet.told else None
    return update is None or (update.wanted, update.stage) != (wanted.version, UpdateStage.STOPPED)


def _is_healthy(sheet: GateSheet) -> bool:
    return bool(sheet.state.online) and not sheet.state.faults
