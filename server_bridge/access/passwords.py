"""Hash and verify passwords with Argon2id, with the library's parameters (RFC 9106, low memory)."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gate_contract.errors import SchoolgateError

SHORTEST = 10
LONGEST = 200

_hasher = PasswordHasher()


def hashed(password: str) -> str:
    """Return the hash to store. Raises SchoolgateError if the password is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise SchoolgateError(
            f"a password has {SHORTEST} to {LONGEST} characters; four random words make a good one"
        )
    return _hasher.hash(password)


def is_right(password: str, kept: str | None) -> bool:
    """Return whether the password matches a stored hash.

    The check takes as long for `kept` None, an account that does not exist or has no password, so
    that the time does not reveal which names exist.
    """
    try:
        _hasher.verify(kept or _nobodys(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Return whether the hash should be renewed with the current parameters."""
    return _hasher.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")
