"""Parse codes of other issuers: chip ID cards, health insurance cards, check-in posters.

None of them is signed, so none proves anything: anybody can print such a code. The result is a
claim that a guard has to compare with the person.

Chip ID card (`cccd`), UTF-8, 7 fields between `|`: number of 12 digits, number of the former card
(9 digits, or empty), name, birth, sex (`Nam`, `Nữ`), address, day of issue. Cards of 2024 and later
have 11: the same seven, then four that concern the parents. Dates are ddmmyyyy; people whose
birthday is not known have mmyyyy or yyyy. The number's 4th digit tells century and sex (0 and 1:
born 1900-1999, even: male), the 5th and 6th the year of birth. Sources: Circular 59/2021/TT-BCA,
article 4 (the number); Circulars 06/2021/TT-BCA and 16/2024/TT-BCA (contents of the QR code);
public readers of these codes, among them github.com/dangbaokhoa/identity-card.

Health insurance card (`bhyt`), fields between `|`, the last one `$`: number (2 letters and 13
digits, or since 2021 the insured's 10 digits), name, birth, sex (1 male, 2 female), address, then
place and period of validity, which a gate does not use. Name and address are UTF-8 in hexadecimal
digits, dates dd/mm/yyyy, mm/yyyy or yyyy. Sources: Decision 1666/QD-BHXH of 2020 (the number);
readers of these codes that hospitals have published.

Check-in poster: a web address of tokhaiyte.vn, such as `?page=Group.checkin&groupId=...`. It names
a place that registered for contact tracing in 2020-2022, not a person. Source: the guide to such
posters of Kon Tum's Department of Transport (sgtvt.kontum.gov.vn).
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import urlsplit

LONGEST = 2_048
LONGEST_NAME = 80
LONGEST_FIELD = 250
POSTER_HOST = "tokhaiyte.vn"


class IdKind(StrEnum):
    """The kind of an ID document."""

    CCCD = "cccd"
    BHYT = "bhyt"


@dataclass(frozen=True, slots=True)
class IdDocument:
    """The person on a chip ID or health insurance card.

    `born` is YYYY, YYYY-MM or YYYY-MM-DD, as far as it is known.
    """

    kind: IdKind
    number: str
    name: str
    born: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class CheckInPoster:
    """A code that names a place, not a person."""


def parse_code(code: bytes) -> IdDocument | CheckInPoster | None:
    """Return what `code` names, None if it is none of these formats. Any bytes may come."""
    if len(code) > LONGEST:
        return None
    try:
        text = code.decode()
    except UnicodeDecodeError:
        return None
    if text.startswith(("http://", "https://")):
        return _poster(text)
    fields = text.split("|")
    try:
        if len(fields) in (7, 11):
            return _cccd(fields)
        if 9 <= len(fields) <= 20 and fields[-1] == "$":
            return _bhyt(fields)
    except ValueError:
        return None
    return None


def _poster(text: str) -> CheckInPoster | None:
    try:
        host = urlsplit(text).hostname or ""
    except ValueError:
        return None
    is_place = host == POSTER_HOST or host.endswith(f".{POSTER_HOST}")
    return CheckInPoster() if is_place and text.isascii() and text.isprintable() else None


def _cccd(fields: list[str]) -> IdDocument:
    number, former, name, birth, sex, address, issued, *rest = fields
    _match(r"[0-9]{12}", number)
    _match(r"|[0-9]{9}|[0-9]{12}", former)
    _match(r"[0-9]{8}", issued)
    born = _date(issued) and _date(birth)
    code = int(number[3])
    if int(born[:4]) != 1900 + 100 * (code // 2) + int(number[4:6]):
        raise ValueError("the number belongs to another year of birth")
    if sex != ("Nữ" if code % 2 else "Nam"):
        raise ValueError("the number belongs to the other sex")
    for field in rest:
        _printable(field)
    return IdDocument(IdKind.CCCD, number, _name(name), born, _printable(address))


def _bhyt(fields: list[str]) -> IdDocument:
    number, name, birth, sex, address, *rest = fields
    _match(r"[A-Z]{2}[0-9]{13}|[0-9]{10}", number)
    _match(r"[12]", sex)
    for field in rest:
        _printable(field)
    born = _date(birth.replace("/", ""))
    return IdDocument(IdKind.BHYT, number, _name(_unhex(name)), born, _printable(_unhex(address)))


def _match(pattern: str, text: str) -> None:
    if not re.fullmatch(pattern, text):
        raise ValueError("a field has another format than on such a card")


def _date(text: str) -> str:
    """Return ddmmyyyy, mmyyyy or yyyy as YYYY-MM-DD, YYYY-MM or YYYY. Raises ValueError."""
    _match(r"(?:(?:[0-9]{2})?[0-9]{2})?(?:19|20)[0-9]{2}", text)
    parts = [text[-4:], text[-6:-4], text[-8:-6]]
    known = [part for part in parts if part]
    date(*(int(part or 1) for part in parts))  # raises ValueError if there is no such day
    return "-".join(known)


def _name(text: str) -> str:
    """Return a name of Latin letters, Vietnamese ones included.

    Other letters are refused: they result from a wrong character set. Raises ValueError.
    """
    tidy = unicodedata.normalize("NFC", text).strip()
    if not 2 <= len(tidy) <= LONGEST_NAME or not all(
        character in " '.-" or unicodedata.name(character, "").startswith("LATIN")
        for character in tidy
    ):
        raise ValueError("this is not a name")
    return tidy


def _printable(text: str) -> str | None:
    tidy = unicodedata.normalize("NFC", text).strip()
    if len(tidy) > LONGEST_FIELD or not tidy.isprintable():
        raise ValueError("the text is too long or not printable")
    return tidy or None


def _unhex(text: str) -> str:
    """Decode hexadecimal digits; a field that is not filled in is empty, or a dash."""
    return (
        bytes.fromhex(text).decode() if re.fullmatch(r"(?:[0-9A-Fa-f]{2})*", text) else _dash(text)
    )


def _dash(text: str) -> str:
    if text != "-":
        raise ValueError("these are no hexadecimal digits")
    return ""
