"""Export counts and gate states of selected units for Prometheus."""

from collections.abc import Collection, Iterator
from datetime import date

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from server_bridge.store.crossings.dead_letters import count_dead_letters
from server_bridge.store.crossings.unit_figures import UnitDayCounts, tallies_of
from server_bridge.store.gates.gate_sheets import GateSheet, gate_sheets

CONNECTION_STATES = ("online", "offline", "silent", "never")


def district_figures(
    connection: sa.Connection, now_ms: int, day: date, in_units: Collection[str]
) -> bytes:
    """Return the counts of `day` and the gates of these units, in Prometheus's text format."""
    tallies = tallies_of(connection, in_units, day)
    sheets = [sheet for sheet in gate_sheets(connection, now_ms, in_units) if not sheet.shut_out]
    reasons: dict[str, int] = {}
    for (_topic, reason), number in count_dead_letters(connection).items():
        reasons[reason] = reasons.get(reason, 0) + number
    registry = CollectorRegistry()
    registry.register(
        _Figures([*_counts(tallies), *_gates(sheets, now_ms), _dead_letters(reasons)])
    )
    return generate_latest(registry)


class _Figures:
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> list[Metric]:
        return self._metrics


def _counts(tallies: dict[str, UnitDayCounts]) -> Iterator[Metric]:
    named = {
        "inside": "People inside now.",
        "entered": "Entries today.",
        "left": "Exits today.",
        "refused": "Refused scans today.",
        "people": "People seen today.",
    }
    for name, help_text in named.items():
        metric = GaugeMetricFamily(f"schoolgate_unit_{name}", help_text, labels=["unit"])
        for unit_id, tally in sorted(tallies.items()):
            metric.add_metric([unit_id], getattr(tally, name))
        yield metric


def _gates(sheets: list[GateSheet], now_ms: int) -> Iterator[Metric]:
    by_state = GaugeMetricFamily("schoolgate_gates", "Gates by state.", labels=["state"])
    for state in CONNECTION_STATES:
        by_state.add_metric([state], sum(sheet.connection_state == state for sheet in sheets))
    yield by_state
    online = _of_gate("online", "Whether a gate is online and has sent messages recently.")
    faults = _of_gate("faults", "Number of faults of a gate.")
    backlog = _of_gate("backlog", "Records that a gate has not delivered, as last reported.")
    heard = _of_gate("heard_seconds", "Seconds since the last message of a gate.")
    celsius = _of_gate("temperature_celsius", "Processor temperature of a gate.")
    free = _of_gate("free_bytes", "Free storage of a gate.")
    for sheet in sheets:
        labels = [sheet.state.gate_id, sheet.state.unit_id]
        online.add_metric(labels, sheet.connection_state == "online")
        faults.add_metric(labels, len(sheet.state.faults))
        backlog.add_metric(labels, sheet.state.backlog)
        if sheet.heard_ms is not None:
            heard.add_metric(labels, max(0, now_ms - sheet.heard_ms) / 1000)
        if sheet.health and sheet.health.temperature_c is not None:
            celsius.add_metric(labels, sheet.health.temperature_c)
        if sheet.health and sheet.health.free_bytes is not None:
            free.add_metric(labels, sheet.health.free_bytes)
    yield from (online, faults, backlog, heard, celsius, free)


def _of_gate(name: str, help_text: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"schoolgate_gate_{name}", help_text, labels=["gate", "unit"])


def _dead_letters(reasons: dict[str, int]) -> Metric:
    metric = CounterMetricFamily(
        "schoolgate_dead_letters", "Messages that could not be stored.", labels=["reason"]
    )
    for reason, number in sorted(reasons.items()):
        metric.add_metric([reason], number)
    return metric
