"""Test stored alerts and messages in both databases."""

from server_bridge.store.alerts.alert_messages import (
    drop_resolved,
    due_messages,
    last_made_ms,
    make_message,
    messages_of,
    note_failed,
    note_sent,
    unreported,
    unsent_messages,
)
from server_bridge.store.alerts.alerts import (
    open_by_unit,
    raise_alert,
    raised_since,
    resolve_alerts,
)
from server_bridge.store.database import Database
from tests.builders.school import GATE, OTHER_GATE, SCHOOL
from tests.fakes.clock import MORNING_MS

MINUTE_MS = 60_000


def test_each_channel_is_told_once_and_of_the_end_only_what_it_was_told(database: Database) -> None:
    with database.write() as connection:
        one, other = (
            raise_alert(connection, "silent", gate, SCHOOL, since_ms=0, now_ms=MORNING_MS)
            for gate in (GATE, OTHER_GATE)
        )
        assert open_by_unit(connection) == {SCHOOL: 2}
        assert unreported(connection, "it", "raised") == {one, other}
        message = make_message(connection, "it", "raised", [one], ("t", "b"), MORNING_MS)
        assert unreported(connection, "it", "raised") == {other}
        assert unreported(connection, "b", "raised") == {one, other}
        assert last_made_ms(connection, "it", "raised") == MORNING_MS
        assert last_made_ms(connection, "it", "resolved") == 0
        resolve_alerts(connection, [one, other], MORNING_MS)
        assert unreported(connection, "it", "resolved") == set()  # not sent yet
        note_sent(connection, message, MORNING_MS)
        assert unreported(connection, "it", "resolved") == {one}
        assert [m.sent_ms for m in messages_of(connection, [one, other])[one]] == [MORNING_MS]
        assert raised_since(connection, "silent", MORNING_MS) == {GATE, OTHER_GATE}
        assert raised_since(connection, "silent", MORNING_MS + 1) == set()


def test_what_failed_waits_longer_each_time_and_is_dropped_when_it_is_old(
    database: Database,
) -> None:
    with database.write() as connection:
        alert = raise_alert(connection, "clock", GATE, SCHOOL, since_ms=0, now_ms=MORNING_MS)
        make_message(connection, "it", "raised", [alert], ("t", "b"), MORNING_MS)
        now_ms, pauses = MORNING_MS, []
        while found := unsent_messages(connection):
            assert due_messages(connection, found[0].next_ms - 1) == []
            now_ms = found[0].next_ms
            pauses.append((now_ms - MORNING_MS) // MINUTE_MS)
            note_failed(connection, due_messages(connection, now_ms)[0], "error", now_ms)
        assert pauses[:8] == [0, 1, 3, 8, 18, 38, 68, 128]
        assert 24 * 60 < pauses[-1] <= 25 * 60 + 8


def test_only_what_is_over_is_overtaken(database: Database) -> None:
    with database.write() as connection:
        one, other = (
            raise_alert(connection, "silent", gate, SCHOOL, since_ms=0, now_ms=MORNING_MS)
            for gate in (GATE, OTHER_GATE)
        )
        for alerts in ([one], [one, other]):
            make_message(connection, f"c{len(alerts)}", "raised", alerts, ("t", "b"), MORNING_MS)
        for message in unsent_messages(connection):
            note_failed(connection, message, "error", MORNING_MS)
        resolve_alerts(connection, [one], MORNING_MS)
        drop_resolved(connection, MORNING_MS)
        assert [message.channel for message in unsent_messages(connection)] == ["c2"]
