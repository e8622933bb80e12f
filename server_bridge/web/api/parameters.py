"""The query parameters of the API, as types."""

from datetime import date, timedelta
from typing import Annotated, TypeVar
from urllib.parse import urlencode

import msgspec
from msgspec import Meta, Struct
from starlette.datastructures import QueryParams

from gate_contract.errors import SchoolgateError
from gate_contract.topics import GATE_ID, UNIT_ID

MAX_DAYS = 366
DEFAULT_DAYS = 30

UnitId = Annotated[str, Meta(pattern=f"^{UNIT_ID}$", description="A unit's id.")]
GateId = Annotated[str, Meta(pattern=f"^{GATE_ID}$", description="A gate's id.")]
Day = Annotated[date, Meta(description="A local day, YYYY-MM-DD.")]
Limit = Annotated[int, Meta(ge=1, le=500, description="The largest number of items to return.")]
After = Annotated[
    str,
    Meta(
        pattern="^[a-z0-9-]{0,40}$",
        description="Return items after this id; `next` of the last response has it.",
    ),
]

Parameters = TypeVar("Parameters", bound=Struct)


class ParameterError(SchoolgateError):
    """Raised for an invalid request. `parameter` is the one to correct."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


class NoParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters."""


class ListPage(Struct, frozen=True, forbid_unknown_fields=True):
    """One page of a list."""

    after: After = ""
    limit: Limit = 100

    def next_path(self, path: str, ids: list[str]) -> str | None:
        """Return the path of the next page, if `ids` are more than `limit`; else None."""
        if len(ids) <= self.limit:
            return None
        return f"{path}?{urlencode({'after': ids[self.limit - 1], 'limit': self.limit})}"


class DayRange(
    Struct, frozen=True, forbid_unknown_fields=True, rename={"first": "from", "last": "to"}
):
    """A range of days, both ends included; without them, the newest thirty days."""

    first: Day | None = None
    last: Day | None = None

    def days(self, today: date) -> tuple[date, date]:
        """Return the first and the last day.

        Raises ParameterError if the range is too long or its ends are in the wrong order.
        """
        last = self.last or today
        try:
            first = self.first or last - timedelta(days=DEFAULT_DAYS - 1)
        except OverflowError:
            first = date.min
        if first > last:
            raise ParameterError("from", f"from {first} to {last}: give the earlier day as `from`")
        if (last - first).days >= MAX_DAYS:
            raise ParameterError(
                "from", f"{MAX_DAYS} days at the most; request the rest separately"
            )
        return first, last


class SingleDay(Struct, frozen=True, forbid_unknown_fields=True):
    """One day; today if it is not given."""

    day: Day | None = None


def parse_query(query: QueryParams, kind: type[Parameters]) -> Parameters:
    """Return the query as one of the types above. Raises ParameterError."""
    given: dict[str, str] = {}
    names = {field.encode_name for field in msgspec.structs.fields(kind)}
    for name, value in query.multi_items():
        if name not in names:
            known = ", ".join(sorted(names)) or "no parameters"
            raise ParameterError(name[:60], f"unknown parameter; this endpoint takes: {known}")
        if name in given:
            raise ParameterError(name, "given twice")
        given[name] = value
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at ")
        raise ParameterError(place.strip("`").removeprefix("$."), message) from error
