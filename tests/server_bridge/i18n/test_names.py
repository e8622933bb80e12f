"""Vietnamese names in order."""

import random
import unicodedata

from server_bridge.i18n.names import name_key, text_key, tidy


def test_words_sort_as_in_a_vietnamese_dictionary() -> None:
    words = ["an", "ăn", "ấn", "ba", "da", "đa", "ma", "mà", "mả", "mã", "má", "mạ", "mai"]
    shuffled = random.Random(1).sample(words, len(words))
    assert sorted(shuffled, key=text_key) == words


def test_people_sort_by_their_given_name() -> None:
    names = ["Trần Thị An", "Lê Văn Ánh", "Bùi Đức Ân", "Nguyễn Bình", "Đỗ Văn Dũng", "Vũ Đông"]
    assert sorted(random.Random(1).sample(names, len(names)), key=name_key) == names


def test_one_spelling_whatever_the_keyboard() -> None:
    name = "Nguyễn  Thị\u200b Hằng\n"
    assert tidy(unicodedata.normalize("NFD", name)) == "Nguyễn Thị Hằng"
    assert tidy("\ufeffNguy\u200bễn\u00a0Ðức") == "Nguyễn Đức"
    assert name_key(unicodedata.normalize("NFD", "Đặng Ước")) == name_key("Đặng Ước")
