"""Test the alert watch with a real database and real services on loopback.

Each alert is sent once, grouped with others, and retried until a service accepts it.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from gate_contract.health import Health, ScanHealth
from gate_contract.orders import Update
from server_bridge.alert_kinds import MINUTE_MS, AlertKind
from server_bridge.alerts.channels import AlertChannel, Channels
from server_bridge.alerts.hours import parse_days
from server_bridge.alerts.sending import send
from server_bridge.alerts.watch import AlertWatch, WatchSettings
from server_bridge.fleet.rollout_watch import rollout_conditions
from server_bridge.i18n.phrases import Lang
from server_bridge.store.alerts.alert_messages import unsent_messages
from server_bridge.store.alerts.alerts import Alert, acknowledge, open_alerts, past_alerts
from server_bridge.store.database import Database
from server_bridge.store.gates.health import store_health
from server_bridge.store.gates.rollouts import begin_rollout, end_rollout
from server_bridge.store.schema.base import gate_health
from server_bridge.store.units.tree import Unit, add_gate, add_unit, gate_units
from tests.builders.intake import take
from tests.builders.school import (
    COMMUNE,
    GATE,
    OTHER_GATE,
    OTHER_SCHOOL,
    SCHOOL,
    SECOND_GATE,
    ZONE,
    Scribe,
    add_units_and_gates,
)
from tests.fakes.alert_sinks import HookSink, MailSink
from tests.fakes.clock import MORNING_MS

WELL = Health(
    state="online",
    free_bytes=20_000_000_000,
    scan=ScanHealth(camera="ok", storage="ok", signals="ok", clock_trusted=True),
)
RULES = WatchSettings(
    ZONE, parse_days("mon tue wed thu fri sat"), "https://gates.example.vn/alerts"
)


# apprise imports modules that newer versions of Python do not have.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@dataclass
class District:
    """A database, gates that report their health unless they are away, and the watch."""

    database: Database
    watch: AlertWatch
    hook: HookSink
    now_ms: int = MORNING_MS
    away: frozenset[str] = frozenset()

    def pass_minutes(self, minutes: int) -> list[str]:
        """Let time pass; return the titles that arrived at the web hook."""
        before = len(self.hook.posts)
        for _ in range(0, minutes, 2):
            self.now_ms += 2 * MINUTE_MS
            with self.database.write() as connection:
                there = gate_health.c.gate_id.not_in(self.away)
                connection.execute(gate_health.update().where(there).values(heard_ms=self.now_ms))
            self.watch.step(self.now_ms)
        return [post["title"] for post in self.hook.posts[before:]]

    def connect(self) -> None:
        """Let all gates report their health for the first time."""
        with self.database.write() as connection:
            for gate_id in gate_units(connection):
                store_health(connection, gate_id, WELL, self.now_ms)

    def open(self) -> list[Alert]:
        with self.database.read() as connection:
            return open_alerts(connection)

    def restart_watch(self, *channels: AlertChannel) -> None:
        """Create a new watch, as after a restart of the bridge."""
        self.watch = AlertWatch(self.database, RULES, Channels(channels), send)


@pytest.fixture
def hook() -> Iterator[HookSink]:
    with HookSink().running() as sink:
        yield sink


@pytest.fixture
def district(tmp_path: Path, hook: HookSink) -> Iterator[District]:
    with closing(add_units_and_gates(Database(f"sqlite:///{tmp_path}/bridge.db"))) as database:
        channel = AlertChannel(name="it", urls=(hook.url,), language=Lang.EN)
        watch = AlertWatch(database, RULES, Channels([channel]), send)
        made = District(database, watch, hook)
        made.connect()
        yield made


def test_one_gate_one_message_and_one_when_it_is_back(district: District) -> None:
    district.away = frozenset({GATE})
    assert district.pass_minutes(40) == [
        "Gate silent in school hours: Trường THCS A (gate-a1)",
    ]
    message = district.hook.posts[0]["message"]
    assert "since 07:00" in message
    assert "Call the school" in message
    assert "https://gates.example.vn/alerts" in message
    district.away = frozenset()
    assert district.pass_minutes(40) == [
        "Resolved: Gate silent in school hours: Trường THCS A (gate-a1)"
    ]
    assert district.open() == []


def test_a_storm_is_one_message(district: District) -> None:
    with district.database.write() as connection:
        for number in range(60):
            add_unit(connection, Unit(f"th-{number:02}", f"Trường {number:02}", "school", COMMUNE))
            add_gate(connection, f"storm-{number:02}", f"th-{number:02}", MORNING_MS)
    district.connect()
    for some in range(0, 60, 20):  # gates notice a failed broker one after another
        district.away |= {f"storm-{number:02}" for number in range(some, some + 20)}
        assert district.pass_minutes(2) == []
    assert district.pass_minutes(50) == ["Gate silent in school hours: 60 places"]
    assert "60 of 63 gates at once: check the server" in district.hook.posts[0]["message"]
    assert "and 52 more" in district.hook.posts[0]["message"]
    assert len(district.open()) == 60
    district.away = frozenset()
    assert district.pass_minutes(50) == ["Resolved: Gate silent in school hours: 60 places"]
    assert district.open() == []


def test_a_restart_neither_forgets_nor_repeats(district: District) -> None:
    district.away = frozenset({GATE})
    assert len(district.pass_minutes(60)) == 1
    it = AlertChannel(name="it", urls=(district.hook.url,), language=Lang.EN)
    late = AlertChannel(name="late", urls=(district.hook.url,), kinds=(AlertKind.CLOCK,))
    district.restart_watch(it, late)
    assert district.pass_minutes(60) == []
    district.away = frozenset()
    assert len(district.pass_minutes(60)) == 1


def test_what_is_not_taken_is_tried_again_and_its_failure_is_seen(district: District) -> None:
    district.hook.status = 503
    district.away = frozenset({GATE})
    assert district.pass_minutes(60) == []
    with district.database.read() as connection:
        (message,) = unsent_messages(connection)
    assert message.tries >= 4
    assert "503" in message.error
    assert "secret-token-of-the-hook" not in message.error
    district.hook.status = 200
    assert len(district.pass_minutes(60)) == 1
    with district.database.read() as connection:
        assert unsent_messages(connection) == []


def test_news_that_is_old_is_not_told_when_the_service_is_back(district: District) -> None:
    district.hook.status = 503
    district.away = frozenset({GATE})
    assert district.pass_minutes(60) == []
    district.away = frozenset()
    assert district.pass_minutes(30) == []
    district.hook.status = 200
    assert district.pass_minutes(120) == []
    with district.database.read() as connection:
        assert unsent_messages(connection) == []
        assert len(past_alerts(connection, 9)) == 1


def test_everybody_hears_of_their_own_in_their_language(district: District) -> None:
    with MailSink().running() as mail:
        district.restart_watch(
            AlertChannel(name="all", urls=(mail.url, district.hook.url)),
            AlertChannel(
                name="b", urls=(district.hook.url,), units=(OTHER_SCHOOL,), language=Lang.EN
            ),
            AlertChannel(name="clock", urls=(district.hook.url,), kinds=(AlertKind.CLOCK,)),
        )
        district.away = frozenset({OTHER_GATE})
        assert sorted(district.pass_minutes(60)) == [
            "Cổng mất liên lạc trong giờ học: Trường Tiểu học B (gate-b1)",
            "Gate silent in school hours: Trường Tiểu học B (gate-b1)",
        ]
        district.away = frozenset({OTHER_GATE, GATE})
        assert district.pass_minutes(60) == [
            "Cổng mất liên lạc trong giờ học: Trường THCS A (gate-a1)"
        ]
        assert [mail["subject"] for mail in mail.mails] == [
            "Cổng mất liên lạc trong giờ học: Trường Tiểu học B (gate-b1)",
            "Cổng mất liên lạc trong giờ học: Trường THCS A (gate-a1)",
        ]
        mail.refuses = True
        district.away = frozenset()
        district.pass_minutes(60)
        with district.database.read() as connection:
            assert {message.channel for message in unsent_messages(connection)} == {"all"}


def test_a_card_at_two_gates_is_told_of_without_the_card(district: District) -> None:
    first = Scribe(OTHER_GATE).enter(0xC0FFEE, at=district.now_ms)
    second = Scribe(GATE).enter(0xC0FFEE, at=district.now_ms + 60_000)
    third = Scribe(SECOND_GATE).enter(0xC0FFEE, at=district.now_ms + 70_000)
    take(district.database, [first.letter(), second.letter()], district.now_ms)
    assert district.pass_minutes(5) == ["One card at two gates too soon: Trường THCS A"]
    assert "c0ffee" not in str(district.hook.posts).lower()
    assert "gate-b1, gate-a1" in district.hook.posts[0]["message"]
    take(district.database, [third.letter()], district.now_ms)
    district.restart_watch()
    assert district.pass_minutes(5) == []
    (alert,) = district.open()
    assert (alert.kind, alert.unit_id) == (AlertKind.SHARED_CARD, SCHOOL)
    with district.database.write() as connection:
        acknowledge(connection, alert.alert, None, district.now_ms)
    district.restart_watch()
    assert district.pass_minutes(60) == []
    assert district.open() == []


def test_a_roll_out_that_a_gate_has_stopped_is_told_until_somebody_ends_it(
    district: District,
) -> None:
    channel = AlertChannel(name="it", urls=(district.hook.url,), language=Lang.EN)
    district.watch = AlertWatch(
        district.database, RULES, Channels([channel]), send, more_conditions=rollout_conditions
    )
    wanted = Update(number=1, version="20260528", url="https://a.vn/u", size=9, sha256=bytes(32))
    with district.database.write() as connection:
        number = begin_rollout(connection, wanted, None, (), 5, district.now_ms)
    assert district.pass_minutes(10) == []
    with district.database.write() as connection:
        end_rollout(connection, number, "stopped", district.now_ms, GATE, "given_up")
    assert district.pass_minutes(20) == [
        "Roll-out of an update stopped: The server (20260528)",
    ]
    message = district.hook.posts[-1]["message"]
    assert "by gate gate-a1: given_up" in message
    assert "gate rollout stop" in message
    with district.database.write() as connection:
        end_rollout(connection, number, "ended", district.now_ms)
    assert district.pass_minutes(40) == [
        "Resolved: Roll-out of an update stopped: The server (20260528)"
    ]
