"""Places that look like a code and never read as one: a checked shirt, a grating, a poster."""

from device.scan.decode.boxes import Box

PATIENT_FRAMES = 8
"""A place has been looked at so often in vain before it becomes boring."""
FORGET_FRAMES = 8
SAME_PLACE = 0.7
MOST = 24


class NegativeCache:
    """Remembers where looking was in vain. Anything that moves on to another place is new."""

    def __init__(self) -> None:
        self._places: list[tuple[Box, int, int]] = []

    def bored_of(self, box: Box) -> bool:
        """Whether `box` was looked at often and lately, in vain."""
        return any(
            times >= PATIENT_FRAMES and _same(box, place) for place, times, _ in self._places
        )

    def in_vain(self, box: Box, frame: int) -> None:
        """`box` was looked at in frame number `frame` and nothing was read."""
        kept = [entry for entry in self._places if frame - entry[2] <= FORGET_FRAMES]
        same = [entry for entry in kept if _same(box, entry[0])]
        times = max((entry[1] for entry in same), default=0)
        kept = [entry for entry in kept if entry not in same]
        self._places = [*kept[-MOST:], (box, times + 1, frame)]


def _same(one: Box, other: Box) -> bool:
    alike = min(one.area, other.area) > 0.6 * max(one.area, other.area)
    return alike and one.overlap(other) > SAME_PLACE
