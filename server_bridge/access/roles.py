"""Define roles, the permissions of each, and the units where they apply. Pure functions.

Nobody sees people of a school other than their own: above schools there are counts only.
Administrators, who grant roles, do not see people through that role, and each grant is logged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Permission(StrEnum):
    """What a page or a command requires."""

    COUNTS = "counts"
    PEOPLE = "people"
    REPORTS = "reports"
    GATES = "gates"
    ACCOUNTS = "accounts"


class Role(StrEnum):
    """The role of an account at a unit and at all units below it."""

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
    """A signed-in account or program; `units` are those where each permission applies.

    `account` is None for a browser on this machine while no accounts exist.
    """

    account: int | None
    name: str
    units: Mapping[Permission, frozenset[str]] = field(default_factory=dict)

    def where(self, permission: Permission) -> frozenset[str]:
        """Return the units where the viewer has this permission; queries are limited to them."""
        return self.units.get(permission, frozenset())

    def may(self, permission: Permission, unit_id: str | None = None) -> bool:
        """Return whether the viewer has this permission at `unit_id`; None: at any unit."""
        held = self.where(permission)
        return bool(held) if unit_id is None else unit_id in held


NOBODY = Viewer(None, "")


def viewer_from_grants(
    account: int | None,
    name: str,
    grants: Iterable[Grant],
    lines: Mapping[str, tuple[str, ...]],
) -> Viewer:
    """Return a viewer with the permissions of `grants`.

    `lines` maps each unit to itself and all units above it.
    """
    granted: dict[Permission, set[str]] = {}
    for grant in grants:
        below = {unit_id for unit_id, line in lines.items() if grant.unit_id in line}
        for permission in PERMISSIONS[grant.role]:
            granted.setdefault(permission, set()).update(below)
    return Viewer(account, name, {what: frozenset(units) for what, units in granted.items()})
