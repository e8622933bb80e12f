"""Roles and throttling, as values."""

from server_bridge.access.roles import Grant, Permission, Role, viewer
from server_bridge.access.throttle import FORGOTTEN_MS, LONGEST_MS, Failures, failed, wait_ms

LINES = {
    "province": ("province",),
    "commune": ("commune", "province"),
    "a": ("a", "commune", "province"),
    "b": ("b", "commune", "province"),
}


def test_a_role_holds_at_its_unit_and_below() -> None:
    seen = viewer(1, "x", [Grant(Role.OFFICE, "a"), Grant(Role.VIEWER, "commune")], LINES)
    assert seen.where(Permission.PEOPLE) == {"a"}
    assert seen.where(Permission.COUNTS) == {"a", "b", "commune"}
    assert seen.may(Permission.PEOPLE, "a")
    assert not seen.may(Permission.PEOPLE, "b")
    assert not seen.may(Permission.COUNTS, "province")
    assert not seen.may(Permission.GATES)


def test_only_school_offices_see_people() -> None:
    for role in set(Role) - {Role.OFFICE}:
        assert not viewer(1, "x", [Grant(role, "province")], LINES).may(Permission.PEOPLE)


def test_guessing_becomes_slow_and_is_forgiven() -> None:
    failures, now_ms, waited = Failures(), 1_000_000, []
    for _ in range(20):
        waited.append(wait_ms(failures, now_ms, free=5))
        failures = failed(failures, now_ms)
    assert waited[:5] == [0] * 5
    assert waited[5:9] == [1_000, 2_000, 4_000, 8_000]
    assert waited[-1] == LONGEST_MS
    assert wait_ms(failures, now_ms + LONGEST_MS, free=5) == 0
    assert wait_ms(failures, now_ms - 10**9, free=5) <= LONGEST_MS  # the clock was set back
    assert failed(failures, now_ms + FORGOTTEN_MS).count == 1
