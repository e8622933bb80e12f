"""Signal the patterns of `gate_contract.signal_patterns`: on pins, as lines of text, or not at all.

A level that is to be shown follows the green light with its own colour and rhythm. The light has
three pins, each on or off, so orange is red and yellow in turn.
"""

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TextIO
from zoneinfo import ZoneInfo

from device.scan.verdict import Answer
from gate_contract.errors import SchoolgateError
from gate_contract.notices import NOTICE_PATTERNS, NOTICES, SetupNotice
from gate_contract.signal_patterns import PATTERNS, Light, Pattern
from gate_contract.signal_patterns import SignalStep as Step
from gate_contract.verdicts import CROSSINGS, SENTENCES, Verdict

GAP = Step(60, Light.OFF)
"""Between two patterns, so that two equal ones in a row are seen as two."""

_LEVEL_BEATS: dict[int, Pattern] = {
    2: (Step(300, Light.YELLOW), Step(150, Light.OFF)) * 3,
    3: (Step(150, Light.RED), Step(150, Light.YELLOW)) * 5,
    4: (Step(80, Light.RED), Step(80, Light.OFF)) * 9,
}
"""Levels are shown by light only, so that nobody's level is announced. Level 1 is plain green."""


def pattern(answer: Answer) -> Pattern:
    """Return the pattern of the verdict, with the colour of the level if that is shown."""
    plain = PATTERNS[answer.verdict]
    beats = _LEVEL_BEATS.get(answer.level or 1)
    if beats is None:
        return plain
    if answer.verdict is Verdict.RESTRICTED_LEVEL:
        return tuple(step for sounding in plain for step in _coloured(sounding, beats))
    return (Step(120, Light.GREEN, tone=True), Step(280, Light.GREEN), *beats)


def _coloured(step: Step, beats: Pattern) -> Pattern:
    """Return a lit step in the level's colours, one after the other."""
    lights = list(dict.fromkeys(beat.light for beat in beats if beat.light is not Light.OFF))
    if step.light is Light.OFF:
        return (step,)
    return tuple(Step(step.ms // len(lights), light, step.tone) for light in lights)


SIGNS = {1: "🟢", 2: "🟡", 3: "🟠", 4: "🔴"}


class SignalError(SchoolgateError):
    """Light or sound cannot be driven."""


class Signaller(Protocol):
    """Answers the person at the gate."""

    @property
    def fault(self) -> str | None:
        """The fault of light or sound, None if none is known."""
        ...

    def give(self, answers: Sequence[Answer]) -> None:
        """Signal these answers, one after the other; cuts short what is still playing."""
        ...

    def close(self) -> None:
        """Switch light and sound off."""
        ...


class Announcer(Signaller, Protocol):
    """A signaller that also signals notices to whoever sets the gate up."""

    def notify(self, notices: Sequence[SetupNotice]) -> None:
        """Signal these notices, as `give` does."""
        ...


class Panel(Protocol):
    """A light and a buzzer. Any exception means that they could not be driven."""

    def show(self, light: Light, *, tone: bool) -> None:
        """Switch to this light and tone, until the next call."""
        ...

    def close(self) -> None:
        """Release the pins."""
        ...


class SilentSignaller:
    """For a gate without light and sound. `fault` says why, if there should be some."""

    def __init__(self, fault: str | None = None) -> None:
        self.fault = fault

    def give(self, answers: Sequence[Answer]) -> None:
        """Do nothing."""

    def notify(self, notices: Sequence[SetupNotice]) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class TerminalSignaller:
    """Prints each verdict as a line of text: time, sign, code, sentence.

    A level's colour is printed to a terminal only, so that it never gets into a file or the
    journal.
    """

    fault: str | None = None

    def __init__(self, out: TextIO, language: str, zone: ZoneInfo) -> None:
        self._out = out
        self._language = language
        self._zone = zone

    def give(self, answers: Sequence[Answer]) -> None:
        """Print one line for each answer."""
        now = datetime.now(self._zone).strftime("%H:%M:%S")
        for verdict, level in answers:
            sign = "✔" if verdict in CROSSINGS else "✘"
            sentence = SENTENCES[verdict][self._language]
            colour = f" {SIGNS[level]}" if level and self._out.isatty() else ""
            print(f"{now} {sign} {verdict:<17} {sentence}{colour}", file=self._out, flush=True)

    def notify(self, notices: Sequence[SetupNotice]) -> None:
        """Print one line for each notice."""
        now = datetime.now(self._zone).strftime("%H:%M:%S")
        for notice in notices:
            print(f"{now} … {notice:<17} {NOTICES[notice][self._language]}", file=self._out)
        self._out.flush()

    def close(self) -> None:
        """Do nothing."""


class PatternSignaller:
    """Plays patterns on a panel, in its own thread so that the camera never waits."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._steps: list[Step] | None = None
        self._playing = False
        self._changed = threading.Condition()
        self._closing = False
        self.fault: str | None = None
        self._thread = threading.Thread(target=self._run, name="signals", daemon=True)
        self._thread.start()

    def give(self, answers: Sequence[Answer]) -> None:
        """Play the patterns of these answers; cuts short what is still playing."""
        self._begin([pattern(answer) for answer in answers])

    def notify(self, notices: Sequence[SetupNotice]) -> None:
        """Play the patterns of these notices, as `give` does."""
        self._begin([NOTICE_PATTERNS[notice] for notice in notices])

    def _begin(self, patterns: Sequence[Pattern]) -> None:
        steps = [step for one in patterns for step in (GAP, *one)]
        with self._changed:
            self._steps = steps if self._playing else steps[1:]
            self._playing = True
            self._changed.notify()

    def close(self) -> None:
        """Stop and switch everything off."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()
        self._panel.close()

    def _run(self) -> None:
        while steps := self._next():
            self._play(steps)

    def _next(self) -> list[Step] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._steps or self._closing)
            steps, self._steps = self._steps, None
            return None if self._closing else steps

    def _finish(self) -> None:
        with self._changed:
            self._playing = self._steps is not None

    def _play(self, steps: list[Step]) -> None:
        try:
            for step in steps:
                self._panel.show(step.light, tone=step.tone)
                with self._changed:
                    cut = self._changed.wait_for(
                        lambda: self._steps or self._closing, timeout=step.ms / 1000
                    )
                if cut:
                    break
            else:
                self._panel.show(Light.OFF, tone=False)
                self._finish()
            self.fault = None
        except Exception as error:
            self._finish()
            self.fault = f"light or sound cannot be driven: {error!r}. Check the wiring."
