"""Every endpoint of the API: path, what it takes, what it answers, who makes the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from server_bridge.web.api import figures, responses
from server_bridge.web.api.parameters import Nothing, OneDay, Paged, Span

BASE = "/api/v1"


@dataclass(frozen=True, slots=True)
class ApiEndpoint:
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
    ApiEndpoint("/units", Paged, responses.Units, figures.units),
    ApiEndpoint("/units/{unit_id}", Nothing, responses.Unit, figures.unit),
    ApiEndpoint("/units/{unit_id}/counts", Nothing, responses.Counts, figures.counts),
    ApiEndpoint("/units/{unit_id}/days", Span, responses.Days, figures.days),
    ApiEndpoint("/units/{unit_id}/refusals", Span, responses.Refusals, figures.refusals),
    ApiEndpoint("/units/{unit_id}/arrivals", OneDay, responses.Arrivals, figures.arrivals),
    ApiEndpoint("/counts", Paged, responses.ManyCounts, figures.many_counts),
    ApiEndpoint("/gates", Paged, responses.Gates, figures.gates),
    ApiEndpoint("/gates/{gate_id}", Nothing, responses.Gate, figures.gate),
)
