"""Stands in for kms++, which Debian does not have: a gate has no screen to preview on."""


class _Named:
    """Any attribute is its own name; picamera2 lists pixel formats when it is imported."""

    def __getattr__(self, name: str) -> str:
        return name


PixelFormat = _Named()
PlaneType = _Named()
