"""What the district's database says, for Prometheus: counts and gates, of some units only."""

from collections.abc import Collection, Iterator
from datetime import date

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from server_bridge.store.crossings.dead_letters import letter_counts
from server_bridge.store.crossings.unit_figures import UnitDayCounts, tallies_of
from server_bridge.store.gates.gate_sheets import GateSheet, gate_sheets

STANDINGS = ("online", "offline", "silent", "never")


def district_figures(
    connection: sa.Connection, now_ms: int, day: date, in_units: Collection[str]
) -> bytes:
    """Counts of `day` and gates of these units, in Prometheus's text format."""
    tallies = tallies_of(connection, in_units, day)
    sheets = [sheet for sheet in gate_sheets(connection, now_ms, in_units) if not sheet.shut_out]
    reasons: dict[str, int] = {}
    for (_topic, reason), letters in letter_counts(connection).items():
        reasons[reason] = reasons.get(reason, 0) + letters
    registry = CollectorRegistry()
    registry.register(_Figures([*_counts(tallies), *_gates(sheets, now_ms), _letters(reasons)]))
    return generate_latest(registry)


class _Figures:
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> list[Metric]:
        return self._metrics


def _counts(tallies: dict[str, UnitDayCounts]) -> Iterator[Metric]:
    named = {
        "inside": "People inside now.",
        "entered": "Ways in today.",
        "left": "Ways out today.",
        "refused": "Refused scans today.",
        "people": "People seen today.",
    }
    for name, help_text in named.items():
        metric = GaugeMetricFamily(f"schoolgate_unit_{name}", help_text, labels=["unit"])
        for unit_id, tally in sorted(tallies.items()):
            metric.add_metric([unit_id], getattr(tally, name))
        yield metric


def _gates(sheets: list[GateSheet], now_ms: int) -> Iterator[Metric]:
    standings = GaugeMetricFamily("schoolgate_gates", "Gates by state.", labels=["state"])
    for standing in STANDINGS:
        standings.add_metric([standing], sum(sheet.standing == standing for sheet in sheets))
    yield standings
    online = _of_gate("online", "Whether a gate is online, and is heard of.")
    faults = _of_gate("faults", "How many things are wrong with a gate.")
    backlog = _of_gate("backlog", "Records that a gate has not delivered, as it last told.")
    heard = _of_gate("heard_seconds", "How long ago anything came from a gate.")
    celsius = _of_gate("temperature_celsius", "A gate's processor.")
    free = _of_gate("free_bytes", "Free storage of a gate.")
    for sheet in sheets:
        labels = [sheet.state.gate_id, sheet.state.unit_id]
        online.add_metric(labels, sheet.standing == "online")
        faults.add_metric(labels, len(sheet.state.faults))
        backlog.add_metric(labels, sheet.state.backlog)
        if sheet.heard_ms is not None:
            heard.add_metric(labels, max(0, now_ms - sheet.heard_ms) / 1000)
        if sheet.told and sheet.told.temperature_c is not None:
            celsius.add_metric(labels, sheet.told.temperature_c)
        if sheet.told and sheet.told.free_bytes is not None:
            free.add_metric(labels, sheet.told.free_bytes)
    yield from (online, faults, backlog, heard, celsius, free)


def _of_gate(name: str, help_text: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"schoolgate_gate_{name}", help_text, labels=["gate", "unit"])


def _letters(reasons: dict[str, int]) -> Metric:
    metric = CounterMetricFamily(
        "schoolgate_dead_letters", "Messages that could not be taken.", labels=["reason"]
    )
    for reason, letters in sorted(reasons.items()):
        metric.add_metric([reason], letters)
    return metric
