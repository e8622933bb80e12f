"""Every endpoint of the API: path, what it takes, what it answers, who makes the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from server_bridge.web.api import bodies, figures
from server_bridge.web.api.asking import Nothing, OneDay, Paged, Span

BASE = "/api/v1"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`path` follows `BASE`; the first line of the maker's docstring says what it is."""

    path: str
    asks: type[Struct]
    answers: type[Struct]
    make: Callable[[figures.Asker, Any], Struct]

    @property
    def summary(self) -> str:
        return (self.make.__doc__ or "").splitlines()[0]

    @property
    def name(self) -> str:
        return self.make.__name__


ENDPOINTS = (
    Endpoint("/units", Paged, bodies.Units, figures.units),
    Endpoint("/units/{unit_id}", Nothing, bodies.Unit, figures.unit),
    Endpoint("/units/{unit_id}/counts", Nothing, bodies.Counts, figures.counts),
    Endpoint("/units/{unit_id}/days", Span, bodies.Days, figures.days),
    Endpoint("/units/{unit_id}/refusals", Span, bodies.Refusals, figures.refusals),
    Endpoint("/units/{unit_id}/arrivals", OneDay, bodies.Arrivals, figures.arrivals),
    Endpoint("/counts", Paged, bodies.ManyCounts, figures.many_counts),
    Endpoint("/gates", Paged, bodies.Gates, figures.gates),
    Endpoint("/gates/{gate_id}", Nothing, bodies.Gate, figures.gate),
)
