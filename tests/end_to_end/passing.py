"""Let people pass a gate whose processes are real."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from device.clock import SystemClock
from device.scan.gatekeeper import Gatekeeper
from gate_contract.card import CardKind
from gate_contract.verdicts import Verdict
from server_bridge.cards.issuance import issue_cards
from tests.end_to_end.district_harness import SCHOOL, DistrictHarness


def card_codes(district: DistrictHarness, number: int) -> list[bytes]:
    """Return cards of the district's school, valid today."""
    today = datetime.now(district.home.zone).date()
    cards = issue_cards(
        number,
        kind=CardKind.PUPIL,
        unit_id=SCHOOL,
        not_before=today - timedelta(days=1),
        expires=today + timedelta(days=1),
        key_id=district.home.keys.card_key_id,
        key=district.home.keys.card_key(),
    )
    return [card.text.encode() for card in cards]


def passing(keeper: Gatekeeper, codes: list[bytes]) -> Iterator[Verdict]:
    """Yield the gate's verdicts on the cards in turn; each is a new presentation."""
    clock = SystemClock(battery=True)
    shown = 0
    while True:
        reading = clock.read()
        # Two seconds apart by the camera's clock, however fast the test runs.
        captured_up_ms = reading.up_ms + shown * 2_000
        for answer in keeper.see([codes[shown % len(codes)]], captured_up_ms, reading):
            yield answer.verdict
        shown += 1
