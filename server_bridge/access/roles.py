"""Roles, what each may do, and where. Pure: grants and the tree of units in, a viewer out.

Nobody sees people of more than one's own school: above schools there are counts only. Whoever
grants roles sees no people by that, and each grant is in the log.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Permission(StrEnum):
    """What a page or a command needs."""

    COUNTS = "counts"
    PEOPLE = "people"
    REPORTS = "reports"
    GATES = "gates"
    ACCOUNTS = "accounts"


class Role(StrEnum):
    """What somebody is at a unit, and at all units below it."""

    VIEWER = "viewer"
    OFFICE = "office"
    OFFICER = "officer"
    TECHNICIAN = "technician"
    ADMINISTRATOR = "administrator"


PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.COUNTS}),
    Role.OFFICE: frozenset({Permission.COUNTS, Permission.REPORTS, Permission.PEOPLE}),
    Role.OFFICER: frozenset({Permission.COUNTS, Permission.REPORTS, Permission.GATES}),
    Role.TECHNICIAN: frozenset({Permission.COUNTS, Permission.GATES}),
    Role.ADMINISTRATOR: frozenset(
        {Permission.COUNTS, Permission.REPORTS, Permission.GATES, Permission.ACCOUNTS}
    ),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A role at a unit."""

    role: Role
    unit_id: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks. `units` are those where each permission holds; `account` is None for this
    machine's own browser, as long as there are no accounts at all."""

    account: int | None
    name: str
    units: Mapping[Permission, frozenset[str]] = field(default_factory=dict)

    def where(self, permission: Permission) -> frozenset[str]:
        """The units where the viewer has this permission; queries are limited to them."""
        return self.units.get(permission, frozenset())

    def may(self, permission: Permission, unit_id: str | None = None) -> bool:
        """Whether the viewer may at `unit_id`; None: anywhere at all."""
        held = self.where(permission)
        return bool(held) if unit_id is None else unit_id in held


NOBODY = Viewer(None, "")


def viewer_from_grants(
    account: int | None,
    name: str,
    grants: Iterable[Grant],
    lines: Mapping[str, tuple[str, ...]],
) -> Viewer:
    """What `grants` come to. `lines`: of each unit, itself and all units above it."""
    granted: dict[Permission, set[str]] = {}
    for grant in grants:
        below = {unit_id for unit_id, line in lines.items() if grant.unit_id in line}
        for permission in PERMISSIONS[grant.role]:
            granted.setdefault(permission, set()).update(below)
    return Viewer(account, name, {what: frozenset(units) for what, units in granted.items()})
