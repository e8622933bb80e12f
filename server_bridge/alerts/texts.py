"""The words of alerts, in messages and on their page. `alerts_do_...`: what to do about a kind."""

from server_bridge.i18n.phrases import Phrase

PHRASES: dict[str, Phrase] = {
    "alerts_door": Phrase("Cảnh báo", "Alerts"),
    "alerts_now": Phrase("Đang mở", "Open"),
    "alerts_past": Phrase("Đã xong", "Over"),
    "alerts_none": Phrase("Không có cảnh báo nào đang mở.", "No alert is open."),
    "alerts_none_past": Phrase("Chưa có.", "None yet."),
    "alerts_what": Phrase("Sự cố", "What"),
    "alerts_where": Phrase("Nơi", "Where"),
    "alerts_from": Phrase("Từ", "Since"),
    "alerts_until": Phrase("Đến", "Until"),
    "alerts_told": Phrase("Đã báo cho", "Told"),
    "alerts_not_sent": Phrase(
        "{channel}: chưa gửi được, đã thử {tries} lần ({error})",
        "{channel}: not sent after {tries} tries ({error})",
    ),
    "alerts_waits": Phrase("{channel}: đang chờ gửi", "{channel}: waiting to be sent"),
    "alerts_dropped": Phrase("{channel}: không gửi được", "{channel}: could not be sent"),
    "alerts_acknowledge": Phrase("Tôi đang xử lý", "I see to it"),
    "alerts_acknowledged": Phrase(
        "{name} đang xử lý, từ {time}", "{name} sees to it, since {time}"
    ),
    "alerts_at_the_server": Phrase("Người quản trị máy chủ", "Whoever keeps the server"),
    "alerts_server": Phrase("Máy chủ", "The server"),
    # Kinds
    "alerts_silent": Phrase("Cổng mất liên lạc trong giờ học", "Gate silent in school hours"),
    "alerts_storage": Phrase("Thẻ nhớ sắp hỏng hoặc sắp đầy", "SD card failing or nearly full"),
    "alerts_broken": Phrase("Cổng không quét được", "Gate not working"),
    "alerts_clock": Phrase("Đồng hồ cổng chưa chính xác", "Gate's clock is not set"),
    "alerts_backlog": Phrase("Lượt qua không gửi về được", "Crossings do not get through"),
    "alerts_shared_card": Phrase(
        "Một thẻ qua hai cổng quá nhanh", "One card at two gates too soon"
    ),
    "alerts_certificate": Phrase("Chứng thư sắp hết hạn", "Certificate about to expire"),
    "alerts_rollout": Phrase("Đợt cập nhật phần mềm bị dừng", "Roll-out of an update stopped"),
    "alerts_do_rollout": Phrase(
        "Một cổng không dùng được phiên bản mới và đã tự quay lại bản cũ; không cổng nào khác được "
        "cập nhật nữa. Mở trang của cổng đó, yêu cầu nhật ký (gate logs --request), báo cho người "
        "làm phần mềm, rồi gõ gate-bridge gate rollout stop.",
        "A gate could not use the new version and went back to the old one by itself; no other "
        "gate is updated. Open that gate's page, ask for its log (gate logs --request), tell "
        "whoever makes the software, then type gate-bridge gate rollout stop.",
    ),
    "alerts_do_silent": Phrase(
        "Gọi cho trường: cổng có điện không, mạng có chạy không? Cổng vẫn ghi lượt qua và gửi bù "
        "khi có mạng lại.",
        "Call the school: has the gate power, does the network work? It goes on recording, and "
        "sends everything when it is back.",
    ),
    "alerts_do_storage": Phrase(
        "Thay thẻ nhớ của cổng; xem trang của cổng để biết phải thay ngay hay trong tuần.",
        "Replace the gate's SD card; its page says whether at once or within the week.",
    ),
    "alerts_do_broken": Phrase(
        "Mở trang của cổng: ở đó ghi hỏng gì và phải làm gì.",
        "Open the gate's page: it says what is wrong and what to do.",
    ),
    "alerts_do_clock": Phrase(
        "Kiểm tra xem cổng có lấy được giờ từ mạng không. Giờ của các lượt sẽ được sửa lại sau.",
        "Check that the gate gets the time from its network. The times of its records are "
        "corrected afterwards.",
    ),
    "alerts_do_backlog": Phrase(
        "Cổng có mạng nhưng không gửi được: kiểm tra đường truyền, rồi lời báo ở trang của cổng.",
        "The gate is online but does not get through: check its line, then its own words on its "
        "page.",
    ),
    "alerts_do_shared_card": Phrase(
        "Văn phòng trường: hỏi xem thẻ có bị cho mượn hoặc chụp lại không; nếu có, thu hồi và cấp "
        "thẻ mới.",
        "The school's office: ask whether the card was lent or photographed; if so, withdraw it "
        "and issue a new one.",
    ),
    "alerts_do_certificate": Phrase(
        "Thay chứng thư trước khi hết hạn, nếu không sẽ không ai vào được trang.",
        "Replace it before it expires, or nobody reaches the pages.",
    ),
    "alerts_detail_shared_card": Phrase("{detail}", "at {detail}"),
    "alerts_detail_certificate": Phrase("còn {detail} ngày", "{detail} days left"),
    "alerts_detail_rollout": Phrase("do cổng {detail}", "by gate {detail}"),
    "alerts_detail_backlog": Phrase("{detail} lượt", "{detail} records"),
    # Messages
    "alerts_title_one": Phrase("{what}: {where}", "{what}: {where}"),
    "alerts_title_many": Phrase("{what}: {number} nơi", "{what}: {number} places"),
    "alerts_title_mixed": Phrase("{number} cảnh báo mới", "{number} new alerts"),
    "alerts_title_over": Phrase("Đã ổn: {title}", "Over: {title}"),
    "alerts_title_over_mixed": Phrase("Đã ổn: {number} cảnh báo", "Over: {number} alerts"),
    "alerts_line": Phrase("- {where}, từ {time}{detail}", "- {where}, since {time}{detail}"),
    "alerts_line_over": Phrase(
        "- {where}, từ {time} đến {until}", "- {where}, from {time} until {until}"
    ),
    "alerts_more": Phrase("- và {number} nơi khác", "- and {number} more"),
    "alerts_many_at_once": Phrase(
        "{number} trên {all} cổng cùng lúc: trước hết kiểm tra máy chủ, broker, đường truyền và "
        "điện, không phải từng cổng.",
        "{number} of {all} gates at once: look at the server, the broker, the line and the power "
        "first, not at each gate.",
    ),
    "alerts_see": Phrase(
        "Xem và nhận việc: {link}", "See them, and say that you see to it: {link}"
    ),
    "alerts_test_title": Phrase("Tin thử", "A test"),
    "alerts_test_body": Phrase(
        "Tin thử từ Schoolgate. Nơi này sẽ nhận cảnh báo.",
        "A test from Schoolgate. Alerts will come here.",
    ),
}


def say(lang: object, key: str, **values: object) -> str:
    """A phrase in a language."""
    index = 0 if lang == "vi" else 1
    return PHRASES[key][index].format(**values)
