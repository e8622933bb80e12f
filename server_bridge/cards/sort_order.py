"""The order of printed cards, as a school hands them out: by kind, class and name."""

import re

from gate_contract.card import KIND_CODES
from server_bridge.cards.face import PrintedCard
from server_bridge.i18n.names import SortKey, name_key, text_key

ClassKey = tuple[tuple[bool, int, SortKey], ...]


def class_key(name: str) -> ClassKey:
    """Sorts classes as people do: 6A, 6B, 7A, 10A."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    nothing = text_key("")
    return tuple(
        (False, int(part), nothing) if part[0] in "0123456789" else (True, 0, text_key(part))
        for part in parts
    )


def handing_out(card: PrintedCard) -> tuple[object, ...]:
    """Sorts cards by kind, class and name; those without a name last, by their number."""
    named = (0, name_key(card.name)) if card.name else (1, name_key(""))
    return (KIND_CODES[card.kind], not card.group, class_key(card.group or ""), named, card.card_id)
