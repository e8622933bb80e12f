"""Decode consecutive frames of a camera: choose what to search, where, and how hard."""

import time
from collections.abc import Callable

from device.scan.advice import Advice, AdviceState, PatchStatistics, after_frame
from device.scan.decode import Code, patch_statistics
from device.scan.decode import attempts as a
from device.scan.decode.attempt_chain import IsCard, anything, run_attempts
from device.scan.decode.attempts import Attempt
from device.scan.decode.boxes import whole
from device.scan.decode.change import Cells, ChangeGate
from device.scan.decode.confirmation import Confirmation
from device.scan.decode.negative_cache import NegativeCache
from device.scan.decode.texture import Patch, patches
from device.scan.decode.track import Track
from device.scan.frames import Grey

BUDGET_MS = 45.0
"""The budget per frame; after it no further attempt begins, so one attempt may exceed it."""
LOST_FRAMES = 4
"""The number of frames without a code after which its track ends."""
SEARCH_EVERY = 3
"""While a card is being read, the rest of the picture is searched in every third frame only."""
LIKELY = 0.2
"""The likeness to a code below which a patch gets few attempts.

Such patches, and those in the negative cache, get one attempt in every UNLIKELY_EVERY-th frame.
"""
ADVISING = 0.27
"""The likeness from which on a patch is used for advice to the camera; crowds seldom reach it."""
UNLIKELY_EVERY = 4
CARD_PX = 96
"""The size of a patch, margins included, that every readable card fills."""
WHOLE_EVERY = 8
"""In every so many frames without a code, the whole picture gets one attempt.

It finds codes that the search for patches misses.
"""

_RESCUE = (a.SHARP, a.DOUBLE, a.SHARPER, a.PLAIN, a.BLURRED)
"""For a card that was read before, two of these in each frame where its own attempt fails."""


def attempts_at(patch: Patch) -> tuple[Attempt, ...]:
    """Return what is tried at a patch, in this order, until one reads a card."""
    return (a.BLURRED, a.DOUBLE) if patch.faint else (a.PLAIN, a.SHARP, a.DOUBLE, a.SHARPER)


class StreamDecoder:
    """A Decoder for consecutive frames of one camera, which remembers the scene and its cards.

    `is_card` tells a genuine card from any other bytes. A card is returned in the frame that shows
    it; other bytes only after their `Confirmation`.
    """

    def __init__(
        self,
        is_card: IsCard = anything,
        *,
        budget_ms: float = BUDGET_MS,
        gate: ChangeGate | None = None,
        attempts_at: Callable[[Patch], tuple[Attempt, ...]] = attempts_at,
        # Processor time: on a busy machine answers are late, but no fewer cards are read.
        clock: Callable[[], float] = time.thread_time,
    ) -> None:
        self._is_card = is_card
        self._budget_s = budget_ms / 1000
        self._clock = clock
        self._gate = gate or ChangeGate()
        self._attempts_at = attempts_at
        self._tracks: list[Track] = []
        self._confirmation = Confirmation(is_card)
        self._failed_places = NegativeCache()
        self._frames = 0
        self._until = 0.0
        self._look: PatchStatistics | None = None
        self._advice_state = AdviceState()

    @property
    def advice(self) -> Advice:
        """Advice to the camera, after the frames so far."""
        return self._advice_state.advice

    def decode(self, image: Grey) -> list[Code]:
        """Return the codes seen in this frame, each once. Never raises because of its content."""
        changed = self._gate.look(image)
        self._frames += 1
        self._look = None
        codes = self._read(image, changed)
        if changed is not None and not codes and self._look is None:
            self._look = patch_statistics.measure_change(self._gate.cells, changed)
        self._advice_state = after_frame(self._advice_state, self._look, read=bool(codes))
        return self._confirmation.accepted(codes, image)

    def _read(self, image: Grey, changed: Cells | None) -> list[Code]:
        if changed is None and not self._tracks:
            return []
        self._until = self._clock() + self._budget_s
        codes = self._follow_tracks(image)
        if changed is not None and (not codes or self._frames % SEARCH_EVERY == 0):
            codes += self._search(image, changed)
        return codes

    def clear_tracks(self) -> None:
        """Forget all tracks: the next frame is searched wherever something has changed."""
        self._tracks.clear()

    def _may_go_on(self) -> bool:
        return self._clock() < self._until

    def _follow_tracks(self, image: Grey) -> list[Code]:
        seen: list[Code] = []
        for track in self._tracks:
            code = self._follow(track, image)
            if code is not None and all(code.data != other.data for other in seen):
                seen.append(code)
        self._tracks = [track for track in self._tracks if track.missed <= LOST_FRAMES]
        return seen

    def _follow(self, track: Track, image: Grey) -> Code | None:
        box = track.expected(image)
        others = [attempt for attempt in _RESCUE if attempt is not track.attempt]
        turn = 2 * track.missed
        tries = (track.attempt, *(others * 2)[turn % len(others) :][:2])
        codes, by = run_attempts(image, box, tries, self._is_card, may_go_on=self._may_go_on)
        for code in codes:
            if code.data == track.code.data and by is not None:
                track.seen(code, by)
                return code
        if codes and by is not None:  # another card has taken this one's place
            track.missed = LOST_FRAMES + 1
            return self._note(codes[0], by)
        track.missed += 1
        return None

    def _note(self, code: Code, by: Attempt) -> Code:
        for track in self._tracks:
            if track.code.data == code.data:
                track.seen(code, by)
                return code
        self._tracks.append(Track(code, by))
        return code

    def _search(self, image: Grey, changed: Cells) -> list[Code]:
        taken = [track.box for track in self._tracks if not track.missed]
        seen: list[Code] = []
        for rank, patch in enumerate(patches(image, changed)):
            box = patch.box
            if any(box.overlap(other) > 0.6 and other.area > box.area / 3 for other in taken):
                continue
            tries = self._attempts_at(patch)
            likely = patch.likeness >= LIKELY and min(box.width, box.height) >= CARD_PX
            if not likely or self._failed_places.contains(box):
                turn, wait = divmod(self._frames + rank, UNLIKELY_EVERY)
                if wait:
                    continue
                tries = (tries[turn % len(tries)],)
            codes, by = run_attempts(image, box, tries, self._is_card, may_go_on=self._may_go_on)
            if by is not None:
                seen += [self._note(code, by) for code in codes]
            elif likely:
                self._failed_places.add(box, self._frames)
                if self._look is None and patch.likeness >= ADVISING:
                    self._look = patch_statistics.measure_patch(image, box)
            if not self._may_go_on():
                return seen
        if not seen and not self._tracks and self._frames % WHOLE_EVERY == 0:
            codes, by = run_attempts(image, whole(image), (a.PLAIN,), self._is_card)
            if by is not None:
                seen += [self._note(code, by) for code in codes]
        return seen
