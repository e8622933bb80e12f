"""Cards of invented people, signed with a key that is no secret."""

from datetime import UTC, date, datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_contract.card import Card, CardKind
from gate_contract.card_signing import sign
from server_bridge.cards.face import PrintedCard

CREATED = datetime(2026, 9, 1, tzinfo=UTC)
KEY_ID = 1
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SCHOOLS = [
    "Trường THCS Lê Quý Đôn",
    "Trường Tiểu học Phụng Công",
    "Mầm non Họa Mi",
    "Trường Trung học phổ thông chuyên Khoa học Tự nhiên và Xã hội Nhân văn huyện Văn Giang",
]
PEOPLE = [
    (None, None),
    ("Nguyễn Thị Khánh Huyền", "7A2"),
    ("Công Tằng Tôn Nữ Khánh Huyền Trang", "Tổ Khoa học tự nhiên"),
    (None, "Lớp 5B"),
]


def cards(count: int) -> list[PrintedCard]:
    """Every kind, short and long schools, with and without names."""
    return [card(number) for number in range(count)]


def card(number: int, **changes: object) -> PrintedCard:
    kind = list(CardKind)[number % 3]
    name, group = PEOPLE[(number // 3) % len(PEOPLE)]
    card_id = sha256(str(number).encode()).hexdigest()[:16]
    expires = date(2027, 5, 31)
    genuine = Card(card_id, kind, date(2026, 9, 1), expires)
    fields: dict[str, object] = {
        "text": sign(genuine, KEY_ID, KEY),
        "school": SCHOOLS[number % len(SCHOOLS)],
        "kind": kind,
        "card_id": card_id,
        "expires": expires,
        "name": name,
        "group": group,
    }
    return PrintedCard(**fields | changes)  # type: ignore[arg-type]
