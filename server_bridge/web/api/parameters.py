"""What a request may ask for: the parameters of its query, as types."""

from datetime import date, timedelta
from typing import Annotated, TypeVar
from urllib.parse import urlencode

import msgspec
from msgspec import Meta, Struct
from starlette.datastructures import QueryParams

from gate_contract.errors import SchoolgateError
from gate_contract.topics import GATE_ID, UNIT_ID

MOST_DAYS = 366
USUAL_DAYS = 30

UnitId = Annotated[str, Meta(pattern=f"^{UNIT_ID}$", description="A unit's id.")]
GateId = Annotated[str, Meta(pattern=f"^{GATE_ID}$", description="A gate's id.")]
Day = Annotated[date, Meta(description="A local day, YYYY-MM-DD.")]
Limit = Annotated[int, Meta(ge=1, le=500, description="How many at the most.")]
After = Annotated[
    str,
    Meta(
        pattern="^[a-z0-9-]{0,40}$",
        description="Go on after this id; `next` of the last answer has it.",
    ),
]

Asked = TypeVar("Asked", bound=Struct)


class AskingError(SchoolgateError):
    """A request that cannot be meant. `parameter` is the one to mend."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters."""


class Paged(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a list."""

    after: After = ""
    limit: Limit = 100

    def following(self, path: str, ids: list[str]) -> str | None:
        """Where the list goes on, if `ids` are one more than were asked for."""
        if len(ids) <= self.limit:
            return None
        return f"{path}?{urlencode({'after': ids[self.limit - 1], 'limit': self.limit})}"


class Span(Struct, frozen=True, forbid_unknown_fields=True, rename={"first": "from", "last": "to"}):
    """Days from one to another, both included; without them, the newest thirty."""

    first: Day | None = None
    last: Day | None = None

    def days(self, today: date) -> tuple[date, date]:
        """Raises AskingError if they are too many or the wrong way round."""
        last = self.last or today
        try:
            first = self.first or last - timedelta(days=USUAL_DAYS - 1)
        except OverflowError:
            first = date.min
        if first > last:
            raise AskingError("from", f"from {first} to {last}: give the earlier day as `from`")
        if (last - first).days >= MOST_DAYS:
            raise AskingError("from", f"{MOST_DAYS} days at the most; ask for the rest separately")
        return first, last


class OneDay(Struct, frozen=True, forbid_unknown_fields=True):
    """One day; today, if it is not given."""

    day: Day | None = None


def understood(query: QueryParams, kind: type[Asked]) -> Asked:
    """The query as one of the types above. Raises AskingError."""
    given: dict[str, str] = {}
    names = {field.encode_name for field in msgspec.structs.fields(kind)}
    for name, value in query.multi_items():
        if name not in names:
            known = ", ".join(sorted(names)) or "no parameters"
            raise AskingError(name[:60], f"unknown here; there are: {known}")
        if name in given:
            raise AskingError(name, "given twice")
        given[name] = value
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at ")
        raise AskingError(place.strip("`").removeprefix("$."), message) from error
