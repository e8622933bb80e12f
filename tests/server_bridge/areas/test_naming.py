"""Names of areas, as people write them."""

import unicodedata

import pytest

from server_bridge.areas.naming import area_key, bare_key


@pytest.mark.parametrize(
    ("level", "name", "same"),
    [
        ("commune", "Xã Tân Tiến", ["tân tiến", "X. TÂN TIẾN", "xã  Tân\u00a0Tiến", "XA Tân Tiến"]),
        ("commune", "Phường 1", ["Phường 01", "P. 1", "1"]),
        ("commune", "Hòa Bình", ["Hoà Bình", unicodedata.normalize("NFD", "Hòa Bình")]),
        ("district", "Thành phố Đông Hà", ["TP Đông Hà", "TP. Đông Hà", "Ðông Hà"]),
        ("hamlet", "Tổ dân phố 3", ["Tổ 3", "TDP 03"]),
    ],
)
def test_one_name_in_many_spellings(level: str, name: str, same: list[str]) -> None:
    for other in same:
        assert area_key(level, other) == area_key(level, name), other


def test_diacritics_tell_names_apart_unless_nobody_writes_them() -> None:
    assert area_key("hamlet", "Thôn Hạ") != area_key("hamlet", "Thôn Hà")
    assert area_key("hamlet", "Thôn Hạ") != area_key("hamlet", "thon ha")
    assert bare_key("hamlet", "Thôn Hạ") == bare_key("hamlet", "thon ha")
