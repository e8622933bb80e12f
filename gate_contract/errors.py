"""The root exception. Its message says what is wrong and what to do about it."""


class SchoolgateError(Exception):
    """Anything that Schoolgate refuses or cannot do. `str(error)` can be shown to a technician."""


class ContractError(SchoolgateError):
    """Bytes that break the wire contract. `reason` is a stable code, kept with a dead letter."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
