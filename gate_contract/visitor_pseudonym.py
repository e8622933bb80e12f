"""The pseudonym of a visitor in records: a card_id that only the school's own gates can compute.

It is the same at all gates of a school for one day, so that a visitor may enter by one gate and
leave by another; it differs the next day and at another school. The computation is slow on purpose:
ID numbers are few enough to try all of them, for a thief who has a gate and with it the school's
key (docs/decisions/0014).
"""

import hashlib
import hmac
from datetime import date

from gate_contract.id_documents import IdDocument

SCHOOL_DOMAIN = b"schoolgate visitor school v1\n"
DAY_DOMAIN = b"schoolgate visitor day v1\n"
KEY_SIZE = 32
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**12, 8, 1
"""4 MiB of memory and, on a Pi, about the duration of one or two frames."""


def school_key(district_key: bytes, unit_id: str) -> bytes:
    """Return the key of a school's gates: HMAC-SHA256 under the district's key.

    No gate holds the district's key.
    """
    return hmac.digest(district_key, SCHOOL_DOMAIN + unit_id.encode(), "sha256")


def pseudonym(key: bytes, day: date, who: IdDocument) -> str:
    """Return a card_id for `who` on `day`: 16 hex digits.

    It is scrypt of `kind|number`, salted with the HMAC of the day under the school's key.
    """
    salt = hmac.digest(key, DAY_DOMAIN + day.isoformat().encode(), "sha256")
    identity = f"{who.kind}|{who.number}".encode()
    return hashlib.scrypt(identity, salt=salt, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P, dklen=8).hex()
