"""Hash and verify passwords with Argon2id, with the library's parameters (RFC 9106, low memory)."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gate_contract.errors import SchoolgateError

MIN_LENGTH = 10
MAX_LENGTH = 200

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Return the hash to store. Raises SchoolgateError if the password is too short or too long."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise SchoolgateError(
            f"a password has {MIN_LENGTH} to {MAX_LENGTH} characters; "
            "four random words make a good one"
        )
    return _hasher.hash(password)


def verify_password(password: str, kept: str | None) -> bool:
    """Return whether the password matches a stored hash.

    The check takes as long for `kept` None, an account that does not exist or has no password, so
    that the time does not reveal which names exist.
    """
    try:
        _hasher.verify(kept or _dummy_hash(), password[:MAX_LENGTH])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def needs_rehash(kept: str) -> bool:
    """Return whether the hash should be renewed with the current parameters."""
    return _hasher.check_needs_rehash(kept)


@cache
def _dummy_hash() -> str:
    return _hasher.hash("nobody has this password")
