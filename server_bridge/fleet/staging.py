"""Choose which gates get an update next. Pure functions.

The stages are one gate, then ten, then all; each requires that the gates before run the update and
are healthy.
"""

from collections.abc import Mapping, Sequence

from gate_contract.errors import SchoolgateError
from gate_contract.health import UpdateStage
from gate_contract.orders import Update
from server_bridge.store.gates.gate_sheets import GateSheet

STAGES = {"one": 1, "ten": 10, "all": None}


def choose_gates(
    sheets: Sequence[GateSheet],
    ordered: Mapping[str, Update | None],
    wanted: Update,
    *,
    stage: str,
    first: Sequence[str] = (),
    force: bool = False,
) -> list[str]:
    """Return the ids of the gates to update now; `ordered` is the update each was ordered before.

    `first` are gates to include. Gates that are online and without faults come before others.

    Raises:
        SchoolgateError: a stage was skipped or is not healthy yet (unless `force`), or a gate of
            `first` does not exist.
    """
    by_id = {sheet.state.gate_id: sheet for sheet in sheets if not sheet.shut_out}
    unknown = [gate_id for gate_id in first if gate_id not in by_id]
    if unknown:
        raise SchoolgateError(
            f"there is no gate {unknown[0]} to update; see: gate-bridge gate list"
        )
    already = [
        gate_id for gate_id in by_id if _is_ordered(ordered.get(gate_id), wanted, by_id[gate_id])
    ]
    if not force:
        _check(stage, already, by_id, wanted)
    limit = STAGES[stage]
    rest = update_order([by_id[gate_id] for gate_id in by_id if gate_id not in already], first)
    return rest if limit is None else rest[: max(0, limit - len(already))]


def update_order(sheets: Sequence[GateSheet], first: Sequence[str]) -> list[str]:
    """Return gate ids in the order of updating: `first`, then healthy gates, then others."""
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
    """Return whether a gate runs the wanted software, according to its last report.

    A version on trial does not count, because it may still be rolled back.
    """
    health = sheet.health
    on_trial = health and health.update and health.update.stage == UpdateStage.TRIAL
    return health is not None and health.software == wanted.version and not on_trial


def _check(
    stage: str, already: Sequence[str], by_id: Mapping[str, GateSheet], wanted: Update
) -> None:
    if stage != "one" and not already:
        raise SchoolgateError(
            f"no gate has orders for {wanted.version} yet; begin with --stage one"
        )
    if stage == "all" and len(already) < min(STAGES["ten"] or 0, len(by_id)):
        raise SchoolgateError(
            f"only {len(already)} gates have orders for {wanted.version}: use --stage ten first"
        )
    behind = [gate_id for gate_id in already if not runs_update(by_id[gate_id], wanted)]
    unhealthy = [gate_id for gate_id in already if not _is_healthy(by_id[gate_id])]
    for gates, what in ((behind, "do not run it yet"), (unhealthy, "run it and are not healthy")):
        if stage != "one" and gates:
            raise SchoolgateError(
                f"{', '.join(gates[:5])} {what}; wait, or inspect them with: gate-bridge gate show"
            )


def _is_ordered(ordered: Update | None, wanted: Update, sheet: GateSheet) -> bool:
    """Return whether a gate has this update in its orders and has not stopped trying.

    A gate that has stopped trying continues only after it is ordered again.
    """
    if ordered is None or (ordered.version, ordered.sha256) != (wanted.version, wanted.sha256):
        return False
    update = sheet.health.update if sheet.health else None
    return update is None or (update.wanted, update.stage) != (wanted.version, UpdateStage.STOPPED)


def _is_healthy(sheet: GateSheet) -> bool:
    return bool(sheet.state.online) and not sheet.state.faults
