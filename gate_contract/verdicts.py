"""The stable codes of a gate's decisions, each with its sentence in Vietnamese and English."""

from enum import StrEnum


class Verdict(StrEnum):
    """A gate's decision about one scan."""

    ADMITTED_IN = "admitted_in"
    ADMITTED_OUT = "admitted_out"
    REPEAT = "repeat"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    RESTRICTED_LEVEL = "restricted_level"
    NOT_A_PERSON_CARD = "not_a_person_card"
    CHECK_IN_POSTER = "check_in_poster"
    UNREADABLE = "unreadable"
    STORAGE_FAILED = "storage_failed"
    CLOCK_SET = "clock_set"


CROSSINGS = frozenset({Verdict.ADMITTED_IN, Verdict.ADMITTED_OUT})
REFUSALS = frozenset(Verdict) - CROSSINGS - {Verdict.STORAGE_FAILED, Verdict.CLOCK_SET}
"""Without `storage_failed`, a fault of the gate, and `clock_set`, a correction of time."""

SENTENCES: dict[Verdict, dict[str, str]] = {
    Verdict.ADMITTED_IN: {"vi": "Đã ghi nhận vào trường.", "en": "Entry recorded."},
    Verdict.ADMITTED_OUT: {"vi": "Đã ghi nhận ra về.", "en": "Exit recorded."},
    Verdict.REPEAT: {
        "vi": "Thẻ này vừa được quét rồi.",
        "en": "This card has just been scanned.",
    },
    Verdict.UNKNOWN_KEY: {
        "vi": "Thẻ do nơi khác cấp. Hãy liên hệ văn phòng nhà trường.",
        "en": "This card was issued elsewhere. Please ask the school office.",
    },
    Verdict.BAD_SIGNATURE: {
        "vi": "Thẻ không hợp lệ. Hãy liên hệ văn phòng nhà trường.",
        "en": "This card is not genuine. Please ask the school office.",
    },
    Verdict.NOT_YET_VALID: {
        "vi": "Thẻ chưa đến ngày sử dụng.",
        "en": "This card is not valid yet.",
    },
    Verdict.EXPIRED: {
        "vi": "Thẻ đã hết hạn. Hãy xin cấp thẻ mới.",
        "en": "This card has expired. Please ask for a new one.",
    },
    Verdict.REVOKED: {
        "vi": "Thẻ đã bị thu hồi. Hãy liên hệ văn phòng nhà trường.",
        "en": "This card was withdrawn. Please ask the school office.",
    },
    Verdict.RESTRICTED_LEVEL: {
        "vi": "Nơi cư trú đang hạn chế đi lại. Hãy gặp nhân viên trực cổng.",
        "en": "Your area of residence is restricted. Please see the staff at the gate.",
    },
    Verdict.NOT_A_PERSON_CARD: {
        "vi": "Đây không phải thẻ ra vào trường.",
        "en": "This is not a school gate card.",
    },
    Verdict.CHECK_IN_POSTER: {
        "vi": "Đây là mã của một địa điểm. Hãy đưa thẻ ra vào của bạn.",
        "en": "This code is of a place. Please show your own card.",
    },
    Verdict.UNREADABLE: {
        "vi": "Không đọc được thẻ. Hãy đưa thẻ lại gần, giữ yên.",
        "en": "The card could not be read. Hold it closer and keep it still.",
    },
    Verdict.STORAGE_FAILED: {
        "vi": "Máy quét gặp sự cố, thẻ không có lỗi. Hãy báo nhân viên trực cổng.",
        "en": "The scanner has a fault; the card is fine. Please tell the staff at the gate.",
    },
    Verdict.CLOCK_SET: {"vi": "Đồng hồ đã được chỉnh.", "en": "The clock was set."},
}
