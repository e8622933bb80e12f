"""The name that picamera2 imports."""


class Picamera2Camera:
    """Never made: a gate takes no raw pictures."""
