"""Passwords, kept as Argon2id hashes with the library's own parameters (RFC 9106, low memory)."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gate_contract.errors import SchoolgateError

MIN_LENGTH = 10
MAX_LENGTH = 200

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The hash to keep. Raises SchoolgateError if the password is too short or too long."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise SchoolgateError(
            f"a password has {SHORTEST} to {LONGEST} characters; four random words make a good one"
        )
    return _hasher.hash(password)


def verify_password(password: str, kept: str | None) -> bool:
    """Whether this is the password. It takes as long for `kept` None, an account that is not there
    or has no password, so that the time does not tell which names exist."""
    try:
        _hasher.verify(kept or _nobodys(), password[:MAX_LENGTH])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def needs_rehash(kept: str) -> bool:
    """Whether the hash should be made again with today's parameters."""
    return _hasher.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")
