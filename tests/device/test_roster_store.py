"""Rosters at the gate: safe from power cuts, never replaced by older ones, shown, not recorded."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import pytest

from device.roster_store import DISTRICT_NAME, OWN_NAME, RosterStore
from device.scan.gatekeeper import Gatekeeper
from device.scan.roster_reader import RosterReader
from device.scan.signals import pattern
from device.scan.verdict import Answer, Policy
from device.uplink.roster_intake import RETRY_MS, RosterIntake
from device.uplink.session import Arrived
from gate_contract.crossing import Direction
from gate_contract.signal_patterns import PATTERNS, Light
from gate_contract.topics import GateChannel
from gate_contract.verdicts import Verdict
from tests.builders.issuer import Issuer, key_named
from tests.builders.rosters import Orders
from tests.builders.scanning_gate import GATE_ID, ZONE, Gate, open_ledger
from tests.device.ledger.test_file import filled
from tests.device.uplink.test_loop import Uplink

ORDERS = Orders(GATE_ID)
FULL = ORDERS.payload(10, {1: 4, 2: 2, 3: 3, 4: 1, 5: 0})


@dataclass
class Post:
    """A gate whose uplink receives rosters, and whose scanning side uses them."""

    folder: Path
    gate: Gate = field(init=False)

    def __post_init__(self) -> None:
        self.gate = Gate(self.folder / "ledger.db", Direction.IN, issuer=ORDERS.issuer)
        self.start()

    def start(self) -> None:
        """Restart both processes, as after a power cut."""
        self.intake = RosterIntake(self.folder, GATE_ID, ORDERS.public_keys)
        self.rosters = RosterReader(self.folder, GATE_ID, ORDERS.public_keys)
        policy = Policy(self.gate.direction, 5_000)
        self.gate.keeper.close()
        self.gate.keeper = Gatekeeper(
            policy,
            ORDERS.issuer.public_keys,
            ZONE,
            lambda: open_ledger(self.gate.path),
            rosters=self.rosters,
        )
        self.gate.leave(1_000)

    def hear(self, *payloads: bytes) -> str:
        """Receive rosters; return the uplink's fault after the last."""
        for payload in payloads:
            self.intake.take(payload, self.gate.clock.up_ms)
        self.gate.leave(1_000)
        return self.intake.fault

    def show(self, number: int) -> Answer:
        clock = self.gate.clock
        clock.pass_ms(6_000)
        codes = [ORDERS.issuer.code(number)]
        (answer,) = self.gate.keeper.see(codes, clock.up_ms, clock.read())
        return answer

    @property
    def version(self) -> int:
        return self.rosters.state.version


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    made = Post(tmp_path)
    yield made
    made.gate.keeper.close()


def test_without_a_roster_a_gate_is_as_it_was(post: Post) -> None:
    assert post.show(1) == Answer(Verdict.ADMITTED_IN)
    assert post.rosters.state == (0, 0, "")


def test_levels_and_withdrawn_cards_decide_the_entry(post: Post) -> None:
    post.hear(FULL, ORDERS.payload(3, revoked=[6], district=True))
    assert post.rosters.state == (10, 3, "")
    assert [post.show(number) for number in range(1, 8)] == [
        Answer(Verdict.RESTRICTED_LEVEL, 4),
        Answer(Verdict.ADMITTED_IN, 2),
        Answer(Verdict.ADMITTED_IN, 3),
        Answer(Verdict.ADMITTED_IN),
        Answer(Verdict.ADMITTED_IN),
        Answer(Verdict.REVOKED),
        Answer(Verdict.ADMITTED_IN),
    ]


def test_cards_of_a_newer_key_are_known_once_the_roster_says_so(post: Post) -> None:
    newer = Issuer(2, key_named("the next year's"))
    keys = {2: newer.key.public_key().public_bytes_raw()}

    def shown() -> Verdict:
        clock = post.gate.clock
        clock.pass_ms(6_000)
        (answer,) = post.gate.keeper.see([newer.code(9)], clock.up_ms, clock.read())
        return answer.verdict

    assert shown() is Verdict.UNKNOWN_KEY
    post.hear(ORDERS.payload(3, card_keys=keys))  # of this gate's own roster that is not taken
    assert shown() is Verdict.UNKNOWN_KEY
    post.hear(ORDERS.payload(4, card_keys=keys, district=True))
    assert shown() is Verdict.ADMITTED_IN
    assert post.show(1).verdict is Verdict.ADMITTED_IN  # nor is the older key forgotten
    impostor = {1: newer.key.public_key().public_bytes_raw()}
    post.hear(ORDERS.payload(5, card_keys=impostor, district=True))
    assert post.show(2).verdict is Verdict.ADMITTED_IN, "what a gate was set up with stands"


def test_nobody_is_refused_on_the_way_out(post: Post) -> None:
    post.gate.direction = Direction.OUT
    post.start()
    post.hear(FULL, ORDERS.payload(3, revoked=[6], district=True))
    assert {post.show(number) for number in range(1, 8)} == {Answer(Verdict.ADMITTED_OUT)}


def test_no_level_is_written_down(post: Post, capsys: pytest.CaptureFixture[str]) -> None:
    post.hear(FULL)
    for number in (2, 4, 5):
        post.show(number)
    written = [str(record) for record in post.gate.records() if record.card_id]
    assert len(written) == 3
    told = {line.split("verdict=")[1].split(", card_id")[0] for line in written}
    assert told == {"<Verdict.ADMITTED_IN: 'admitted_in'>"}, "a shown level leaves no other trace"
    assert "level" not in capsys.readouterr().out


def test_changes_come_in_any_order_and_at_once(post: Post) -> None:
    changes = ORDERS.payload(12, {1: 1, 9: 4}, base=10)
    assert post.hear(changes) == ""
    assert post.version == 0
    assert post.hear(FULL) == ""
    assert post.version == 12
    assert [post.show(number).verdict for number in (1, 9)] == [
        Verdict.ADMITTED_IN,
        Verdict.RESTRICTED_LEVEL,
    ]
    post.hear(ORDERS.payload(13, {1: 4}, base=10))
    post.hear(ORDERS.payload(20, {2: 4}), b"")
    assert post.version == 20
    assert post.show(1) == Answer(Verdict.ADMITTED_IN)


HOSTILE = {
    "old": ORDERS.payload(9, {1: 1}),
    "bad_signature": Orders(GATE_ID, key=key_named("thief")).payload(99, {1: 1}),
    "unknown_key": Orders(GATE_ID, key_id=7, key=key_named("thief")).payload(99, {1: 1}),
    "wrong_gate": ORDERS.payload(99, {1: 1}, gate_id="gate-b1"),
    "malformed": b"{}",
    "oversized": bytes(3 * 2**20 + 1),
}


@pytest.mark.parametrize("reason", HOSTILE)
def test_what_a_hostile_broker_sends_changes_nothing(post: Post, reason: str) -> None:
    post.hear(FULL, ORDERS.payload(3, revoked=[6], district=True))
    before = {path: path.read_bytes() for path in post.folder.glob("*.bin")}
    assert reason in post.hear(HOSTILE[reason])
    assert {path: path.read_bytes() for path in post.folder.glob("*.bin")} == before
    post.start()
    assert reason in post.hear(HOSTILE[reason]), "nor after a restart"
    assert post.show(1) == Answer(Verdict.RESTRICTED_LEVEL, 4)
    assert post.hear(ORDERS.payload(30, {1: 1})) == "", "a good one is taken after it"
    assert post.show(1) == Answer(Verdict.ADMITTED_IN)


def test_a_gate_without_orders_keys_believes_none_and_says_so(tmp_path: Path) -> None:
    intake = RosterIntake(tmp_path, GATE_ID, {})
    intake.take(FULL, 0)
    assert "[orders.keys]" in intake.fault
    assert not list(tmp_path.iterdir())


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def edited(data: bytes) -> bytes:
    return data[:-3] + bytes([data[-3] ^ 1]) + data[-2:]


@pytest.mark.parametrize("damage", [cut, edited, lambda _: b"", lambda _: b"\0" * 10_000_000])
def test_a_damaged_file_leaves_the_roster_before_it(
    post: Post, damage: Callable[[bytes], bytes]
) -> None:
    post.hear(FULL)
    post.hear(ORDERS.payload(20, {1: 2}))
    path = post.folder / OWN_NAME
    path.write_bytes(damage(path.read_bytes()))
    post.gate.leave(1_000)
    assert post.version == 20, "a running gate goes on with what it had"
    assert OWN_NAME in post.rosters.state.fault
    post.start()
    assert post.version == 10, "one that was restarted goes by the last whole file"
    assert OWN_NAME in post.rosters.state.fault
    assert post.show(1) == Answer(Verdict.RESTRICTED_LEVEL, 4)
    post.hear(ORDERS.payload(20, {1: 2}))
    assert (post.version, post.rosters.state.fault) == (20, "")
    path.unlink()
    post.start()
    assert post.version == 10, "and the damaged one did not take the place of the good one before"


def test_a_power_cut_leaves_the_old_or_the_new_one(post: Post) -> None:
    """Check the three states between the steps of storing."""
    post.hear(FULL)
    own = post.folder / OWN_NAME
    (post.folder / "roster.new").write_bytes(cut(own.read_bytes()))
    post.start()
    assert (post.version, post.rosters.state.fault) == (10, "")
    own.replace(own.with_suffix(".before"))
    post.start()
    assert (post.version, post.rosters.state.fault) == (10, "")
    assert post.hear(ORDERS.payload(11, {1: 1})) == ""
    post.start()
    assert post.version == 11


def test_the_files_are_not_taken_for_each_other(post: Post) -> None:
    post.hear(FULL, ORDERS.payload(3, revoked=[6], district=True))
    own, district = post.folder / OWN_NAME, post.folder / DISTRICT_NAME
    swapped = own.read_bytes(), district.read_bytes()
    district.write_bytes(swapped[0])
    own.write_bytes(swapped[1])
    post.start()
    assert post.rosters.state.version == post.rosters.state.district_version == 0
    assert "other file" in post.rosters.state.fault


def test_scan_goes_back_to_nothing_older_whoever_writes_it(post: Post) -> None:
    post.hear(FULL)
    old = (post.folder / OWN_NAME).read_bytes()
    post.hear(ORDERS.payload(20, {1: 1}))
    (post.folder / OWN_NAME).write_bytes(old)
    post.gate.leave(1_000)
    assert post.version == 20
    assert "older" in post.rosters.state.fault


def test_a_full_disk_is_said_and_tried_again(post: Post) -> None:
    post.hear(FULL)
    blocked = post.folder / "roster.new"
    blocked.mkdir()
    assert "cannot be stored" in post.hear(ORDERS.payload(11, {1: 1}))
    assert post.version == 10
    blocked.rmdir()
    post.intake.tend(post.gate.clock.up_ms + RETRY_MS)
    post.gate.leave(1_000)
    assert (post.version, post.intake.fault) == (11, "")


def test_the_reader_reads_through_the_group_only(tmp_path: Path) -> None:
    shelf = RosterStore(tmp_path, GATE_ID, ORDERS.public_keys)
    shelf.keep(FULL)
    assert shelf.path.stat().st_mode & 0o777 == 0o640


def test_the_uplink_takes_rosters_from_the_line_and_tells_what_it_refuses(tmp_path: Path) -> None:
    uplink = Uplink(tmp_path / "ledger.db")
    filled(uplink.path, 1).close()
    uplink.loop._rosters = RosterIntake(tmp_path, GATE_ID, ORDERS.public_keys)
    uplink.turn(3)
    line = uplink.district.sessions[-1]
    for channel, payload in (
        (GateChannel.ROSTER, FULL),
        (GateChannel.ROSTER_CHANGES, ORDERS.payload(12, {1: 1}, base=10)),
        (GateChannel.ROSTER, HOSTILE["old"]),
    ):
        line.events.append(Arrived(channel, payload))
    uplink.turn(3)
    assert "old" in uplink.district.healths[-1].roster_fault
    book = RosterStore(tmp_path, GATE_ID, ORDERS.public_keys).read().roster
    assert book
    assert book.version == 12
    with closing(open_ledger(uplink.path)):
        uplink.loop.close()


class TestLight:
    LEVELS = (2, 3, 4)

    def colours(self, answer: Answer) -> list[Light]:
        return [step.light for step in pattern(answer) if step.light is not Light.OFF]

    @pytest.mark.parametrize("verdict", [Verdict.ADMITTED_IN, Verdict.RESTRICTED_LEVEL])
    def test_levels_are_told_apart_by_rhythm_as_well(self, verdict: Verdict) -> None:
        for one, other in combinations(self.LEVELS, 2):
            first, second = pattern(Answer(verdict, one)), pattern(Answer(verdict, other))
            assert [step.light for step in first] != [step.light for step in second]
            if verdict is Verdict.ADMITTED_IN:
                assert [step.ms for step in first] != [step.ms for step in second]

    @pytest.mark.parametrize("level", LEVELS)
    def test_who_is_admitted_sees_green_first_and_hears_what_everybody_hears(
        self, level: int
    ) -> None:
        shown = pattern(Answer(Verdict.ADMITTED_IN, level))
        assert shown[0] == PATTERNS[Verdict.ADMITTED_IN][0]
        assert [step.tone for step in shown].count(True) == 1
        assert sum(step.ms for step in shown) <= 2_200

    def test_colours(self) -> None:
        for verdict in (Verdict.ADMITTED_IN, Verdict.RESTRICTED_LEVEL):
            seen = {level: set(self.colours(Answer(verdict, level))) for level in self.LEVELS}
            green = {Light.GREEN} if verdict is Verdict.ADMITTED_IN else set()
            assert seen[2] == green | {Light.YELLOW}
            assert seen[3] == green | {Light.RED, Light.YELLOW}
            assert seen[4] == green | {Light.RED}

    def test_green_and_no_level_look_as_ever(self) -> None:
        for verdict in (Verdict.ADMITTED_IN, Verdict.RESTRICTED_LEVEL):
            assert pattern(Answer(verdict)) == pattern(Answer(verdict, 1)) == PATTERNS[verdict]
