"""Reading a camera's frames one after the other: what to look at, where, and how hard."""

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
"""Per frame. After it no further attempt begins, so a frame may take one attempt longer."""
LOST_FRAMES = 4
"""A code that was not seen in so many frames is gone."""
SEARCH_EVERY = 3
"""While a card is being read, the rest of the picture is searched in each third frame only."""
LIKELY = 0.2
"""Patches less like a code than this, and boring ones, get one attempt in each
UNLIKELY_EVERY-th frame."""
ADVISING = 0.27
"""So much like a code a patch has to be for the camera to hear of it; a crowd's seldom are."""
UNLIKELY_EVERY = 4
CARD_PX = 96
"""A card that can be read at all fills a patch of this size, margins included."""
WHOLE_EVERY = 8
"""In each so-manieth frame with nothing read, the whole picture gets one attempt: whatever the
search for patches does not know of is found then."""

_RESCUE = (a.SHARP, a.DOUBLE, a.SHARPER, a.PLAIN, a.BLURRED)
"""For a card that was read before, two of these in each frame where its own attempt fails."""


def attempts_at(patch: Patch) -> tuple[Attempt, ...]:
    """What is tried at a patch, in this order, until one reads a card."""
    return (a.BLURRED, a.DOUBLE) if patch.faint else (a.PLAIN, a.SHARP, a.DOUBLE, a.SHARPER)


class StreamDecoder:
    """A Decoder for consecutive frames of one camera. It remembers the scene and the cards in it.

    `is_card` tells a genuine card from any other bytes. A card is handed on in the frame that
    shows it; other bytes only after `Confirmation` has seen them often enough.
    """

    def __init__(
        self,
        is_card: IsCard = anything,
        *,
        budget_ms: float = BUDGET_MS,
        gate: ChangeGate | None = None,
        attempts_at: Callable[[Patch], tuple[Attempt, ...]] = attempts_at,
        # Of processor time: a busy machine makes answers late, but reads no fewer cards.
        clock: Callable[[], float] = time.thread_time,
    ) -> None:
        self._is_card = is_card
        self._budget_s = budget_ms / 1000
        self._clock = clock
        self._gate = gate or ChangeGate()
        self._attempts_at = attempts_at
        self._tracks: list[Track] = []
        self._patience = Confirmation(is_card)
        self._boredom = NegativeCache()
        self._frames = 0
        self._until = 0.0
        self._look: PatchStatistics | None = None
        self._standing = AdviceState()

    @property
    def advice(self) -> Advice:
        """What the camera should do differently, after the frames so far."""
        return self._standing.advice

    def decode(self, image: Grey) -> list[Code]:
        """The codes seen in this frame, each once. Never raises for what an image shows."""
        changed = self._gate.look(image)
        self._frames += 1
        self._look = None
        codes = self._read(image, changed)
        if changed is not None and not codes and self._look is None:
            self._look = patch_statistics.measure_change(self._gate.cells, changed)
        self._standing = after_frame(self._standing, self._look, read=bool(codes))
        return self._patience.handed_on(codes, image)

    def _read(self, image: Grey, changed: Cells | None) -> list[Code]:
        if changed is None and not self._tracks:
            return []
        self._until = self._clock() + self._budget_s
        codes = self._follow_tracks(image)
        if changed is not None and (not codes or self._frames % SEARCH_EVERY == 0):
            codes += self._search(image, changed)
        return codes

    def forget_tracks(self) -> None:
        """The next frame begins anew wherever something has changed."""
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
        if codes and by is not None:  # another card is where this one was
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
            if not likely or self._boredom.bored_of(box):
                turn, wait = divmod(self._frames + rank, UNLIKELY_EVERY)
                if wait:
                    continue
                tries = (tries[turn % len(tries)],)
            codes, by = run_attempts(image, box, tries, self._is_card, may_go_on=self._may_go_on)
            if by is not None:
                seen += [self._note(code, by) for code in codes]
            elif likely:
                self._boredom.in_vain(box, self._frames)
                if self._look is None and patch.likeness >= ADVISING:
                    self._look = patch_statistics.measure_patch(image, box)
            if not self._may_go_on():
                return seen
        if not seen and not self._tracks and self._frames % WHOLE_EVERY == 0:
            codes, by = run_attempts(image, whole(image), (a.PLAIN,), self._is_card)
            if by is not None:
                seen += [self._note(code, by) for code in codes]
        return seen
