"""Track one code from frame to frame."""

from device.scan.decode import Code
from device.scan.decode.attempts import Attempt
from device.scan.decode.boxes import Box, around
from device.scan.frames import Grey


class Track:
    """A code that was read, and is searched in the next frame near its last position."""

    def __init__(self, code: Code, attempt: Attempt) -> None:
        self.code = code
        self.attempt = attempt
        self.box = around(code.corners)
        self.missed = 0
        self._step = (0, 0)

    def seen(self, code: Code, attempt: Attempt) -> None:
        """Update the position: the code was read again."""
        box = around(code.corners)
        if not self.missed:
            self._step = (
                (box.x0 + box.x1 - self.box.x0 - self.box.x1) // 2,
                (box.y0 + box.y1 - self.box.y0 - self.box.y1) // 2,
            )
        self.code, self.attempt, self.box, self.missed = code, attempt, box, 0

    def expected(self, image: Grey) -> Box:
        """Return where to search in the next frame: moved on at the same speed, with a margin."""
        dx, dy = self._step
        side = max(self.box.width, self.box.height)
        margin = side // 6 + 14 + max(abs(dx), abs(dy)) // 2 + self.missed * side // 12
        moved = Box(self.box.x0 + dx, self.box.y0 + dy, self.box.x1 + dx, self.box.y1 + dy)
        inside = moved.grown(margin, image)
        return inside if inside.width > 0 and inside.height > 0 else self.box.grown(margin, image)
