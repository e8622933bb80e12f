"""What a gate tells whoever sets it up: how its ticket fares, and what its self-test found.

One long white light announces words about the ticket, two about the self-test; what follows is
counted. Red: it cannot go on. Yellow: it works, but not all of it.
"""

from enum import StrEnum

from gate_contract.patterns import Light, Pattern, Step
from gate_contract.ticket import Refusal


class Notice(StrEnum):
    WAITING = "waiting"
    PIN_WANTED = "pin_wanted"
    TAKEN = "taken"
    WORKING = "working"
    ENROLLED = "enrolled"
    ALTERED = "altered"
    EXPIRED = "expired"
    USED = "used"
    FOREIGN = "foreign"
    WRONG_PIN = "wrong_pin"
    NO_NETWORK = "no_network"
    NO_DESK = "no_desk"
    PLAYING = "playing"
    ALL_WELL = "all_well"
    CAMERA = "camera"
    STORAGE = "storage"
    CLOCK = "clock"
    NETWORK = "network"
    BROKER = "broker"
    ROSTER = "roster"


REFUSALS = {
    Refusal.ALTERED: Notice.ALTERED,
    Refusal.EXPIRED: Notice.EXPIRED,
    Refusal.USED: Notice.USED,
    Refusal.FOREIGN: Notice.FOREIGN,
    Refusal.WRONG_PIN: Notice.WRONG_PIN,
}

TROUBLES = (
    Notice.CAMERA,
    Notice.STORAGE,
    Notice.CLOCK,
    Notice.NETWORK,
    Notice.BROKER,
    Notice.ROSTER,
)
"""What a self-test may find, by its count. Light and sound are tested by eye and ear."""

_LONG = (Step(900, Light.WHITE), Step(300, Light.OFF))
_DARK = Step(300, Light.OFF)


def _count(light: Light, number: int) -> Pattern:
    return (Step(250, light, tone=True), _DARK) * number


NOTICE_PATTERNS: dict[Notice, Pattern] = {
    Notice.WAITING: (Step(500, Light.WHITE), Step(500, Light.OFF)),
    Notice.PIN_WANTED: (Step(150, Light.WHITE, tone=True), Step(150, Light.OFF)) * 2,
    Notice.TAKEN: (Step(150, Light.GREEN, tone=True), Step(150, Light.OFF)),
    Notice.WORKING: (Step(150, Light.GREEN), Step(850, Light.OFF)),
    Notice.ENROLLED: (Step(300, Light.GREEN, tone=True), Step(200, Light.OFF)) * 3,
    Notice.ALTERED: _LONG + _count(Light.RED, 2),
    Notice.EXPIRED: _LONG + _count(Light.RED, 3),
    Notice.USED: _LONG + _count(Light.RED, 4),
    Notice.FOREIGN: _LONG + _count(Light.RED, 5),
    Notice.WRONG_PIN: _LONG + _count(Light.RED, 6),
    Notice.NO_NETWORK: _LONG + _count(Light.RED, 7),
    Notice.NO_DESK: _LONG + _count(Light.RED, 8),
    Notice.PLAYING: (
        Step(500, Light.RED),
        Step(500, Light.GREEN),
        Step(500, Light.WHITE),
        Step(500, Light.OFF, tone=True),
    ),
    Notice.ALL_WELL: (*_LONG, *_LONG, Step(1500, Light.GREEN, tone=True)),
    **{
        trouble: _LONG * 2 + _count(Light.YELLOW, number)
        for number, trouble in enumerate(TROUBLES, 2)
    },
}
"""Nothing is counted as one: a single blink is easily missed, or seen where there is none."""

NOTICES: dict[Notice, dict[str, str]] = {
    Notice.WAITING: {
        "vi": "Chưa cài đặt. Đưa phiếu cài đặt trước camera.",
        "en": "Not set up yet. Hold the ticket before the camera.",
    },
    Notice.PIN_WANTED: {
        "vi": "Đã đọc phiếu. Đưa mã PIN trước camera.",
        "en": "The ticket was read. Hold the PIN's code before the camera.",
    },
    Notice.TAKEN: {"vi": "Đã nhận phiếu.", "en": "The ticket was taken."},
    Notice.WORKING: {
        "vi": "Đang xin chứng thư. Chờ một phút.",
        "en": "Asking the district for a certificate. Wait a minute.",
    },
    Notice.ENROLLED: {
        "vi": "Xong. Cổng tự chạy lại và tự kiểm tra.",
        "en": "Done. The gate starts again and tests itself.",
    },
    Notice.ALTERED: {
        "vi": "Phiếu bị hỏng hoặc bị sửa. In lại phiếu.",
        "en": "The ticket is damaged or was altered. Print it again.",
    },
    Notice.EXPIRED: {
        "vi": "Phiếu đã hết hạn. Xin phiếu mới: gate-bridge gate replace.",
        "en": "The ticket has expired. Make a new one: gate-bridge gate replace.",
    },
    Notice.USED: {
        "vi": "Phiếu đã dùng cho thiết bị khác. Xin phiếu mới, và báo cho nơi quản lý.",
        "en": "Another device has used the ticket. Make a new one, and tell the district.",
    },
    Notice.FOREIGN: {
        "vi": "Phiếu của nơi khác. Dùng phiếu và thẻ nhớ của cùng một nơi.",
        "en": "The ticket is another district's. Take ticket and SD card of the same one.",
    },
    Notice.WRONG_PIN: {
        "vi": "Mã PIN không đúng với phiếu này. Xem lại mã PIN.",
        "en": "The PIN does not belong to this ticket. Look at the PIN again.",
    },
    Notice.NO_NETWORK: {
        "vi": "Không có mạng. Kiểm tra dây mạng, hoặc tên và mật khẩu Wi-Fi.",
        "en": "No network. Check the cable, or the Wi-Fi's name and password.",
    },
    Notice.NO_DESK: {
        "vi": "Có mạng nhưng không tới được máy chủ quản lý. Gọi cho nơi quản lý.",
        "en": "There is a network, but the district's server does not answer. Call the district.",
    },
    Notice.PLAYING: {
        "vi": "Thử đèn và còi: đỏ, xanh, trắng, tiếng kêu. Thiếu gì thì kiểm tra dây đó.",
        "en": "Light and sound: red, green, white, a tone. Check the wire of what is missing.",
    },
    Notice.ALL_WELL: {"vi": "Tự kiểm tra: tất cả đều tốt.", "en": "Self-test: all is well."},
    Notice.CAMERA: {
        "vi": "Camera không cho hình rõ. Kiểm tra cáp, nắp che và ánh sáng.",
        "en": "The camera gives no clear picture. Check its cable, its cover and the light.",
    },
    Notice.STORAGE: {
        "vi": "Thẻ nhớ hỏng, đầy hoặc quá chậm. Thay thẻ nhớ.",
        "en": "The SD card is broken, full or too slow. Replace it.",
    },
    Notice.CLOCK: {
        "vi": "Đồng hồ chưa đúng. Cổng vẫn chạy; kiểm tra xem mạng có cho lấy giờ (NTP) không.",
        "en": "The clock is not set. The gate works; check that the network lets NTP through.",
    },
    Notice.NETWORK: {
        "vi": "Không có mạng. Cổng vẫn ghi; kiểm tra dây mạng hoặc Wi-Fi.",
        "en": "No network. The gate records nonetheless; check the cable or the Wi-Fi.",
    },
    Notice.BROKER: {
        "vi": "Máy chủ quản lý không trả lời. Cổng vẫn ghi và gửi sau; gọi cho nơi quản lý.",
        "en": "The district's server does not answer. The gate records, and sends later; "
        "call the district.",
    },
    Notice.ROSTER: {
        "vi": "Chưa có danh sách thẻ từ máy chủ. Chờ vài phút, rồi gọi cho nơi quản lý.",
        "en": "No roster has come from the district. Wait some minutes, then call the district.",
    },
}
