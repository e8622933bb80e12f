"""The pseudonym of a visitor: the same for one school and one day only."""

from datetime import date

from gate_contract.id_documents import (
    IdDocument,
    IdKind,
)
from gate_contract.visitor_pseudonym import pseudonym, school_key

WHO = IdDocument(IdKind.CCCD, "999085012345", "Nguyễn Văn Ví Dụ", "1985-02-05", "Thôn Một")


DAY = date(2026, 9, 5)


def test_a_pseudonym_is_of_one_school_and_one_day() -> None:
    district = bytes(range(32))
    here = school_key(district, "thcs-a")
    one = pseudonym(here, DAY, WHO)
    moved = IdDocument(IdKind.CCCD, WHO.number, "Nguyen Van Vi Du", "1985")
    assert pseudonym(here, DAY, moved) == one, "the number counts, however the name is written"
    others = {
        pseudonym(here, date(2026, 9, 6), WHO),
        pseudonym(school_key(district, "th-b"), DAY, WHO),
        pseudonym(here, DAY, IdDocument(IdKind.BHYT, WHO.number, WHO.name, WHO.born)),
    }
    assert len({one, *others}) == 4
    assert len(one) == 16
    assert set(one) <= set("0123456789abcdef")
