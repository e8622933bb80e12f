"""Notices to whoever sets up a gate: the state of its ticket, and the result of its self-test.

One long white light precedes a notice about the ticket, two precede one about the self-test; the
blinks that follow are counted. Red: the setup has stopped. Yellow: it works, but not everything.
"""

from enum import StrEnum

from gate_contract.signal_patterns import Light, Pattern, SignalStep
from gate_contract.ticket import TicketRefusal


class SetupNotice(StrEnum):
    """A notice, as a stable code."""

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
    NO_SERVER = "no_desk"
    PLAYING = "playing"
    ALL_WELL = "all_well"
    CAMERA = "camera"
    STORAGE = "storage"
    CLOCK = "clock"
    NETWORK = "network"
    BROKER = "broker"
    ROSTER = "roster"


REFUSALS = {
    TicketRefusal.ALTERED: SetupNotice.ALTERED,
    TicketRefusal.EXPIRED: SetupNotice.EXPIRED,
    TicketRefusal.USED: SetupNotice.USED,
    TicketRefusal.FOREIGN: SetupNotice.FOREIGN,
    TicketRefusal.WRONG_PIN: SetupNotice.WRONG_PIN,
}

TROUBLES = (
    SetupNotice.CAMERA,
    SetupNotice.STORAGE,
    SetupNotice.CLOCK,
    SetupNotice.NETWORK,
    SetupNotice.BROKER,
    SetupNotice.ROSTER,
)
"""Results of a self-test in the order of their counts. Light and sound are tested by people."""

_LONG = (SignalStep(900, Light.WHITE), SignalStep(300, Light.OFF))
_DARK = SignalStep(300, Light.OFF)


def _count(light: Light, number: int) -> Pattern:
    return (SignalStep(250, light, tone=True), _DARK) * number


NOTICE_PATTERNS: dict[SetupNotice, Pattern] = {
    SetupNotice.WAITING: (SignalStep(500, Light.WHITE), SignalStep(500, Light.OFF)),
    SetupNotice.PIN_WANTED: (SignalStep(150, Light.WHITE, tone=True), SignalStep(150, Light.OFF))
    * 2,
    SetupNotice.TAKEN: (SignalStep(150, Light.GREEN, tone=True), SignalStep(150, Light.OFF)),
    SetupNotice.WORKING: (SignalStep(150, Light.GREEN), SignalStep(850, Light.OFF)),
    SetupNotice.ENROLLED: (SignalStep(300, Light.GREEN, tone=True), SignalStep(200, Light.OFF)) * 3,
    SetupNotice.ALTERED: _LONG + _count(Light.RED, 2),
    SetupNotice.EXPIRED: _LONG + _count(Light.RED, 3),
    SetupNotice.USED: _LONG + _count(Light.RED, 4),
    SetupNotice.FOREIGN: _LONG + _count(Light.RED, 5),
    SetupNotice.WRONG_PIN: _LONG + _count(Light.RED, 6),
    SetupNotice.NO_NETWORK: _LONG + _count(Light.RED, 7),
    SetupNotice.NO_SERVER: _LONG + _count(Light.RED, 8),
    SetupNotice.PLAYING: (
        SignalStep(500, Light.RED),
        SignalStep(500, Light.GREEN),
        SignalStep(500, Light.WHITE),
        SignalStep(500, Light.OFF, tone=True),
    ),
    SetupNotice.ALL_WELL: (*_LONG, *_LONG, SignalStep(1500, Light.GREEN, tone=True)),
    **{
        trouble: _LONG * 2 + _count(Light.YELLOW, number)
        for number, trouble in enumerate(TROUBLES, 2)
    },
}
"""Counts begin at two: a single blink is easily missed, or seen where there is none."""

NOTICES: dict[SetupNotice, dict[str, str]] = {
    SetupNotice.WAITING: {
        "vi": "Chưa cài đặt. Đưa phiếu cài đặt trước camera.",
        "en": "Not set up yet. Hold the ticket before the camera.",
    },
    SetupNotice.PIN_WANTED: {
        "vi": "Đã đọc phiếu. Đưa mã PIN trước camera.",
        "en": "The ticket was read. Hold the PIN's code before the camera.",
    },
    SetupNotice.TAKEN: {"vi": "Đã nhận phiếu.", "en": "The ticket was taken."},
    SetupNotice.WORKING: {
        "vi": "Đang xin chứng thư. Chờ một phút.",
        "en": "Asking the district for a certificate. Wait a minute.",
    },
    SetupNotice.ENROLLED: {
        "vi": "Xong. Cổng tự chạy lại và tự kiểm tra.",
        "en": "Done. The gate starts again and tests itself.",
    },
    SetupNotice.ALTERED: {
        "vi": "Phiếu bị hỏng hoặc bị sửa. In lại phiếu.",
        "en": "The ticket is damaged or was altered. Print it again.",
    },
    SetupNotice.EXPIRED: {
        "vi": "Phiếu đã hết hạn. Xin phiếu mới: gate-bridge gate replace.",
        "en": "The ticket has expired. Make a new one: gate-bridge gate replace.",
    },
    SetupNotice.USED: {
        "vi": "Phiếu đã dùng cho thiết bị khác. Xin phiếu mới, và báo cho nơi quản lý.",
        "en": "Another device has used the ticket. Make a new one, and tell the district.",
    },
    SetupNotice.FOREIGN: {
        "vi": "Phiếu của nơi khác. Dùng phiếu và thẻ nhớ của cùng một nơi.",
        "en": "The ticket is another district's. Take ticket and SD card of the same one.",
    },
    SetupNotice.WRONG_PIN: {
        "vi": "Mã PIN không đúng với phiếu này. Xem lại mã PIN.",
        "en": "The PIN does not belong to this ticket. Look at the PIN again.",
    },
    SetupNotice.NO_NETWORK: {
        "vi": "Không có mạng. Kiểm tra dây mạng, hoặc tên và mật khẩu Wi-Fi.",
        "en": "No network. Check the cable, or the Wi-Fi's name and password.",
    },
    SetupNotice.NO_SERVER: {
        "vi": "Có mạng nhưng không tới được máy chủ quản lý. Gọi cho nơi quản lý.",
        "en": "There is a network, but the district's server does not answer. Call the district.",
    },
    SetupNotice.PLAYING: {
        "vi": "Thử đèn và còi: đỏ, xanh, trắng, tiếng kêu. Thiếu gì thì kiểm tra dây đó.",
        "en": "Light and sound: red, green, white, a tone. Check the wire of what is missing.",
    },
    SetupNotice.ALL_WELL: {"vi": "Tự kiểm tra: tất cả đều tốt.", "en": "Self-test: all is well."},
    SetupNotice.CAMERA: {
        "vi": "Camera không cho hình rõ. Kiểm tra cáp, nắp che và ánh sáng.",
        "en": "The camera gives no clear picture. Check its cable, its cover and the light.",
    },
    SetupNotice.STORAGE: {
        "vi": "Thẻ nhớ hỏng, đầy hoặc quá chậm. Thay thẻ nhớ.",
        "en": "The SD card is broken, full or too slow. Replace it.",
    },
    SetupNotice.CLOCK: {
        "vi": "Đồng hồ chưa đúng. Cổng vẫn chạy; kiểm tra xem mạng có cho lấy giờ (NTP) không.",
        "en": "The clock is not set. The gate works; check that the network lets NTP through.",
    },
    SetupNotice.NETWORK: {
        "vi": "Không có mạng. Cổng vẫn ghi; kiểm tra dây mạng hoặc Wi-Fi.",
        "en": "No network. The gate records nonetheless; check the cable or the Wi-Fi.",
    },
    SetupNotice.BROKER: {
        "vi": "Máy chủ quản lý không trả lời. Cổng vẫn ghi và gửi sau; gọi cho nơi quản lý.",
        "en": "The district's server does not answer. The gate records, and sends later; "
        "call the district.",
    },
    SetupNotice.ROSTER: {
        "vi": "Chưa có danh sách thẻ từ máy chủ. Chờ vài phút, rồi gọi cho nơi quản lý.",
        "en": "No roster has come from the district. Wait some minutes, then call the district.",
    },
}
