"""Cards lie in the order in which a school hands them out."""

import random

from gate_contract.card import CardKind
from server_bridge.cards.sort_order import print_order
from server_bridge.i18n.names import class_key
from tests.builders import card_samples


def test_classes_count_as_people_do() -> None:
    ordered = ["1A", "6A", "6A2", "6A10", "6Ă", "6B", "6Đ", "7A", "10A", "Lá 1", "Lá 2"]
    shuffled = random.Random(1).sample(ordered, len(ordered))
    assert sorted(shuffled, key=class_key) == ordered


def test_by_kind_then_class_then_given_name() -> None:
    wanted = [
        (CardKind.PUPIL, "6A", "Trần Văn Ân"),
        (CardKind.PUPIL, "6A", "Nguyễn Đức Dũng"),
        (CardKind.PUPIL, "6A", "Lê Anh Đào"),
        (CardKind.PUPIL, "6A", None),
        (CardKind.PUPIL, "10A", "Bùi An"),
        (CardKind.PUPIL, None, "Bùi Bình"),
        (CardKind.STAFF, "Tổ Toán", "An"),
        (CardKind.VISITOR, None, None),
    ]
    cards = [
        card_samples.card(number, kind=kind, group=group, name=name)
        for number, (kind, group, name) in enumerate(wanted)
    ]
    shuffled = random.Random(1).sample(cards, len(cards))
    ordered = sorted(shuffled, key=print_order)
    assert [(card.kind, card.group, card.name) for card in ordered] == wanted
