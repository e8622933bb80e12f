"""The endpoints of the API: path, type of the parameters, type of the response, handler."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from server_bridge.web.api import figures, responses
from server_bridge.web.api.parameters import DayRange, ListPage, NoParameters, SingleDay

BASE = "/api/v1"


@dataclass(frozen=True, slots=True)
class ApiEndpoint:
    """An endpoint of the API. `path` follows `BASE`."""

    path: str
    parameters: type[Struct]
    response: type[Struct]
    handler: Callable[[figures.ApiRequest, Any], Struct]

    @property
    def summary(self) -> str:
        """The first line of the handler's docstring."""
        return (self.handler.__doc__ or "").splitlines()[0]

    @property
    def name(self) -> str:
        """The handler's name, the operation's id in the OpenAPI document."""
        return self.handler.__name__


ENDPOINTS = (
    ApiEndpoint("/units", ListPage, responses.Units, figures.units),
    ApiEndpoint("/units/{unit_id}", NoParameters, responses.Unit, figures.unit),
    ApiEndpoint("/units/{unit_id}/counts", NoParameters, responses.Counts, figures.counts),
    ApiEndpoint("/units/{unit_id}/days", DayRange, responses.Days, figures.days),
    ApiEndpoint("/units/{unit_id}/refusals", DayRange, responses.Refusals, figures.refusals),
    ApiEndpoint("/units/{unit_id}/arrivals", SingleDay, responses.Arrivals, figures.arrivals),
    ApiEndpoint("/counts", ListPage, responses.ManyCounts, figures.many_counts),
    ApiEndpoint("/gates", ListPage, responses.Gates, figures.gates),
    ApiEndpoint("/gates/{gate_id}", NoParameters, responses.Gate, figures.gate),
)
