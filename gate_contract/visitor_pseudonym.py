"""What stands for a visitor in records: a number that only the school's own gates can make again.

It is the same at all gates of a school for one day, so that who went in by one gate may leave by
another, and another one the next day and at another school. It is made slowly on purpose: ID
numbers are few enough to try them all, for whoever has stolen a gate and with it the school's key
(docs/decisions/0014).
"""

import hashlib
import hmac
from datetime import date

from gate_contract.id_documents import IdDocument

SCHOOL_DOMAIN = b"schoolgate visitor school v1\n"
DAY_DOMAIN = b"schoolgate visitor day v1\n"
KEY_SIZE = 32
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**12, 8, 1
"""4 MiB and, on a Pi, about as long as a frame or two."""


def school_key(district_key: bytes, unit_id: str) -> bytes:
    """What a school's gates hold: HMAC-SHA256 under the district's key, which no gate holds."""
    return hmac.digest(district_key, SCHOOL_DOMAIN + unit_id.encode(), "sha256")


def pseudonym(key: bytes, day: date, who: IdDocument) -> str:
    """A card_id for `who` on `day`: 16 hex digits, scrypt of `kind|number`, salted by the HMAC of
    the day under the school's key."""
    salt = hmac.digest(key, DAY_DOMAIN + day.isoformat().encode(), "sha256")
    told = f"{who.kind}|{who.number}".encode()
    return hashlib.scrypt(told, salt=salt, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P, dklen=8).hex()
