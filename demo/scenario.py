"""Decide what the two simulated cameras see: who holds up which card, and when."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from demo.district import GREEN, ORANGE, RED, YELLOW, CardHolder
from demo.scenes.showing import Showing
from gate_contract.card import Card, CardKind
from gate_contract.card_signing import sign
from server_bridge.home import Home

SHOWN_S = 0.8
PAUSE_S = 0.5
AWAY_S = 1.4
"""Long enough for a card to count as taken away, short enough to be a repeat."""
POSTER = "https://tokhaiyte.vn/?page=Group.checkin&groupId=0000000000"
ADVERTISEMENT = "https://shop.example/sale"
FPS = 8.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """What one camera is shown."""

    showings: tuple[Showing, ...]

    def presented(self, frames: int) -> int:
        """Return how many cards had come into view by frame number `frames`."""
        lengths = [max(1, round(showing.seconds * FPS)) for showing in self.showings]
        laps, rest = divmod(frames, sum(lengths))
        shown = laps * sum(bool(showing.text) for showing in self.showings)
        for showing, length in zip(self.showings, lengths, strict=True):
            if rest <= 0:
                break
            shown += bool(showing.text)
            rest -= length
        return shown


def make_scenario(
    home: Home, held: list[CardHolder], seconds: float, today: date, *, turn: int = 0
) -> Scenario:
    """Return a scenario of about `seconds`: people come, some leave, and some scans are refused.

    `turn`: which of the refused ones comes first.
    """
    showings = [Showing("", PAUSE_S)]
    texts = _texts(home, held, today, turn)
    looks = cycle([(10.0, 0, 0.2), (22.0, 1, 0.3), (30.0, 0, 0.45), (16.0, 2, 0.3)])
    while True:
        text, pause_s = next(texts)
        tilt_deg, people, motion = next(looks)
        if sum(showing.seconds for showing in showings) + SHOWN_S + pause_s > seconds:
            return Scenario(tuple(showings))
        showings += [
            Showing(text, SHOWN_S, tilt_deg=tilt_deg, people=people, motion=motion),
            Showing("", pause_s, people=people),
        ]


def _texts(
    home: Home, held: list[CardHolder], today: date, turn: int
) -> Iterator[tuple[str, float]]:
    """Yield the cards' texts in the order in which they are held up, and the pause after each."""
    expired = _own(home, today - timedelta(days=400), today - timedelta(days=35))
    not_yet = _own(home, today + timedelta(days=3), today + timedelta(days=300))
    forged = _text(Ed25519PrivateKey.generate(), 1, today, today)
    foreign = _text(Ed25519PrivateKey.generate(), 9, today, today)
    red = next(one.card.text for one in held if one.level == RED and not one.revoked)
    lost = next(one.card.text for one in held if one.revoked)
    things = [red, lost, POSTER, forged, ADVERTISEMENT, expired, foreign, not_yet]
    wrong = cycle(things[turn:] + things[:turn])
    arriving = cycle(_arrivals(held))
    inside: list[str] = []
    for number in range(10_000):
        place = number % 6
        if place in (2, 4):
            yield next(wrong), PAUSE_S
        elif place == 5 and len(inside) > 3:
            yield inside.pop(0), PAUSE_S
        else:
            card = next(arriving)
            inside = [other for other in inside if other != card] + [card]
            if number == 7:
                yield card, AWAY_S
            yield card, PAUSE_S


def _arrivals(held: list[CardHolder]) -> list[str]:
    """Return eighteen cards that may come in, of the three levels."""
    at = {
        level: iter([one.card.text for one in held if one.level == level and not one.revoked])
        for level in (GREEN, YELLOW, ORANGE)
    }
    return [next(at[level]) for level in (GREEN, GREEN, YELLOW, GREEN, ORANGE, GREEN) * 3]


def _own(home: Home, not_before: date, expires: date) -> str:
    return _text(home.keys.card_key(), home.keys.card_key_id, not_before, expires)


def _text(key: Ed25519PrivateKey, key_id: int, not_before: date, expires: date) -> str:
    return sign(Card(secrets.token_hex(8), CardKind.PUPIL, not_before, expires), key_id, key)
