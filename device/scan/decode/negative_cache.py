"""Remember places that look like a code and are never read: a checked shirt, a poster."""

from device.scan.decode.boxes import Box

PATIENT_FRAMES = 8
"""The number of failed attempts after which a place is in the cache."""
FORGET_FRAMES = 8
SAME_PLACE = 0.7
MOST = 24


class NegativeCache:
    """Remembers where attempts failed. Anything that moves to another place is new."""

    def __init__(self) -> None:
        self._places: list[tuple[Box, int, int]] = []

    def contains(self, box: Box) -> bool:
        """Whether attempts at `box` failed often and recently."""
        return any(
            times >= PATIENT_FRAMES and _same(box, place) for place, times, _ in self._places
        )

    def add(self, box: Box, frame: int) -> None:
        """Record a failed attempt at `box` in frame number `frame`."""
        kept = [entry for entry in self._places if frame - entry[2] <= FORGET_FRAMES]
        same = [entry for entry in kept if _same(box, entry[0])]
        times = max((entry[1] for entry in same), default=0)
        kept = [entry for entry in kept if entry not in same]
        self._places = [*kept[-MOST:], (box, times + 1, frame)]


def _same(one: Box, other: Box) -> bool:
    alike = min(one.area, other.area) > 0.6 * max(one.area, other.area)
    return alike and one.overlap(other) > SAME_PLACE
