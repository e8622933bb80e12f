"""Sort printed cards as a school hands them out."""

from gate_contract.card import KIND_CODES
from server_bridge.cards.face import PrintedCard
from server_bridge.i18n.names import class_key, name_key


def print_order(card: PrintedCard) -> tuple[object, ...]:
    """Return the sorting key: kind, class and name; cards without a name last, by their number."""
    named = (0, name_key(card.name)) if card.name else (1, name_key(""))
    return (KIND_CODES[card.kind], not card.group, class_key(card.group or ""), named, card.card_id)
