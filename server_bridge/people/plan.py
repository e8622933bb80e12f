"""Compare a school's spreadsheet with its people list: who is new, moved, changed, gone. Pure.

People are the same if their identifier is, else if their national number is. A name never makes
them the same; it only causes a warning.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from server_bridge.i18n.names import name_key
from server_bridge.people.entries import PeopleFile, PersonRow
from server_bridge.people.residence import Atlas, NotFoundError
from server_bridge.sheets import grid
from server_bridge.sheets.faults import Fault, RowRefusal
from server_bridge.store.areas.areas import Area
from server_bridge.store.people.people import Person, Placement
from server_bridge.store.people.people_list import KnownPerson


@dataclass(frozen=True, slots=True)
class PersonChange:
    """A row, and the change of its person. `known` is None for a new one; `fields` have changed."""

    entry: PersonRow
    known: KnownPerson | None
    who: Person
    place: Placement
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes that a file makes.

    `suspects`: rows of new people who have the name and birthday of somebody who leaves. `here`:
    the number of people who belonged to the school before.
    """

    new: list[PersonChange] = field(default_factory=list)
    moved: list[PersonChange] = field(default_factory=list)
    changed: list[PersonChange] = field(default_factory=list)
    gone: list[KnownPerson] = field(default_factory=list)
    refusals: list[RowRefusal] = field(default_factory=list)
    suspects: list[grid.CellAddress] = field(default_factory=list)
    hamlets: list[Area] = field(default_factory=list)
    same: int = 0
    here: int = 0

    def is_idle(self) -> bool:
        """Return whether nothing would change."""
        return not (self.new or self.moved or self.changed or self.gone)


def plan_people(
    reading: PeopleFile,
    known: Iterable[KnownPerson],
    unit_id: str,
    atlas: Atlas,
) -> Plan:
    """Compare a file with the known people. New hamlets are added to `atlas`."""
    listed = list(known)
    by_code = {one.who.code: one for one in listed}
    by_national_id = {one.who.national_id: one for one in listed}
    here = [one for one in listed if one.place and one.place.unit_id == unit_id]
    taken: dict[int, PersonRow] = {}
    refusals = list(reading.refusals)
    new, moved, changed, same = [], [], [], 0
    traces = set(reading.traces)
    for entry in reading.entries:
        found = by_code.get(entry.who.code) if entry.who.code else None
        number = entry.who.national_id
        by_number = by_national_id.get(number) if number else None
        refusal = None
        if found and by_number and found is not by_number:
            refusal = RowRefusal(entry.places["national_id"], Fault.TWO_KNOWN_PEOPLE)
        found = found or by_number
        if found and found.person in taken:
            other = taken[found.person].place
            refusal = RowRefusal(entry.place, Fault.SAME_PERSON_TWICE, str(other))
        area_id = None
        if not refusal:
            try:
                area_id = atlas.locate(entry.residence)
            except NotFoundError as error:
                where = entry.places.get(error.level, entry.place)
                refusal = RowRefusal(where, error.fault, error.value)
        if refusal:
            refusals.append(refusal)
            traces |= {entry.who.code, entry.who.national_id, name_key(entry.who.name)}
            continue
        if found:
            taken[found.person] = entry
        change = _change(entry, found, unit_id, area_id)
        if not found:
            new.append(change)
        elif not found.place or found.place.unit_id != unit_id:
            moved.append(change)
        elif change.fields:
            changed.append(change)
        else:
            same += 1
    gone = [one for one in here if one.person not in taken and not _traced(one, traces)]
    leaving = {_looks(one.who) for one in gone}
    arriving = new if leaving else []
    suspects = [change.entry.place for change in arriving if _looks(change.who) in leaving]
    return Plan(new, moved, changed, gone, refusals, suspects, list(atlas.added), same, len(here))


def _change(
    entry: PersonRow, known: KnownPerson | None, unit_id: str, area_id: str | None
) -> PersonChange:
    """Return the change of one person; a field that the file lacks stays as it is."""
    if known is None:
        return PersonChange(entry, None, entry.who, Placement(unit_id, entry.group_name, area_id))
    told = {
        name: value for name in Person.__slots__ if (value := getattr(entry.who, name)) is not None
    }
    who = replace(known.who, **told)
    was = known.place
    stayed = was is not None and was.unit_id == unit_id
    place = Placement(
        unit_id,
        entry.group_name or (was.group_name if was and stayed else None),
        area_id or (was.area_id if was else None),
    )
    fields = [name for name in told if told[name] != getattr(known.who, name)]
    fields += [
        name for name in Placement.__slots__ if getattr(place, name) != getattr(was, name, None)
    ]
    return PersonChange(entry, known, who, place, tuple(fields))


def _traced(known: KnownPerson, traces: set[object]) -> bool:
    """Return whether a refused row may be about this person, who then does not count as gone."""
    who = known.who
    return not traces.isdisjoint({who.code, who.national_id, name_key(who.name)} - {None})


def _looks(who: Person) -> tuple[object, ...]:
    return name_key(who.name), who.born
