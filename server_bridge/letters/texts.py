"""The fixed phrases of official letters, in Vietnamese and English."""

from server_bridge.i18n.phrases import Lang, Phrase

PHRASES: dict[str, Phrase] = {
    "letter_number": Phrase("Số:            /BC", "No.:            /BC"),
    "letter_kind": Phrase("BÁO CÁO", "REPORT"),
    "letter_sign": Phrase("(Ký, ghi rõ họ tên, đóng dấu)", "(Signature, full name, seal)"),
    "letter_to": Phrase("Nơi nhận:", "To:"),
    "letter_filed": Phrase("- Lưu: VT.", "- On file."),
    "letter_annex": Phrase("PHỤ LỤC", "ANNEX"),
}


def say(lang: Lang, key: str) -> str:
    """Return a phrase. Raises KeyError for one that does not exist."""
    phrase = PHRASES[key]
    return phrase.vi if lang == Lang.VI else phrase.en
