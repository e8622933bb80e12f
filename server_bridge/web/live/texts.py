"""The phrases of the live page, in Vietnamese and English."""

from server_bridge.i18n.phrases import Lang, Phrase

PHRASES: dict[str, Phrase] = {
    # The frame of the page
    "title": Phrase("Cổng trường hôm nay", "School gates today"),
    "all_units": Phrase("Tất cả đơn vị", "All units"),
    "skip": Phrase("Đến danh sách trường", "Skip to the schools"),
    "as_of": Phrase("Số liệu lúc {time}", "Figures as of {time}"),
    "loopback": Phrase(
        "Chưa có tài khoản nào nên trang này chỉ mở được trên chính máy chủ. "
        "Tạo tài khoản: gate-bridge account add.",
        "There are no accounts yet, so this page opens only on the server itself. "
        "To make one: gate-bridge account add.",
    ),
    "noscript": Phrase(
        "Trình duyệt không chạy JavaScript: trang tự tải lại mỗi 30 giây.",
        "JavaScript is off: the page reloads itself every 30 seconds.",
    ),
    # Figures
    "headline": Phrase("Toàn địa bàn", "The whole area"),
    "inside_now": Phrase("Đang ở trong trường", "Inside now"),
    "entered_today": Phrase("Lượt vào hôm nay", "Entries today"),
    "left_today": Phrase("Lượt ra hôm nay", "Exits today"),
    "refused_today": Phrase("Lượt bị từ chối", "Refused today"),
    "kind_pupil": Phrase("học sinh", "pupils"),
    "kind_staff": Phrase("cán bộ", "staff"),
    "kind_visitor": Phrase("khách", "visitors"),
    "kind_other": Phrase("khác", "others"),
    "no_figure": Phrase("chưa có số liệu", "no figures yet"),
    # The morning
    "today": Phrase("Hôm nay", "Today"),
    "yesterday": Phrase("Hôm qua", "Yesterday"),
    "week_ago": Phrase("{day} tuần trước", "{day} last week"),
    "arrivals_by": Phrase("Lượt vào đến {time}", "Entries until {time}"),
    "nobody_came": Phrase("không có ai vào", "nobody came"),
    "curve": Phrase(
        "Lượt vào mỗi 5 phút, từ {start} đến {end}.",
        "Entries every 5 minutes, from {start} to {end}.",
    ),
    "curve_peak": Phrase("Đông nhất lúc {time}: {count} lượt.", "Most came at {time}: {count}."),
    "usual": Phrase("tuần trước {count}", "last week {count}"),
    # Sorting and searching
    "search": Phrase("Tìm trường", "Find a school"),
    "sort": Phrase("Sắp xếp", "Sort by"),
    "show": Phrase("Hiện", "Show"),
    "show_all": Phrase("Hiện tất cả", "Show all"),
    "none_found": Phrase("Không có trường nào tên như vậy.", "There is no school of that name."),
    "sort_state": Phrase("Cổng cần kiểm tra trước", "Gates that need a look"),
    "sort_name": Phrase("Tên trường", "Name"),
    "sort_inside": Phrase("Số người trong trường", "People inside"),
    "sort_entered": Phrase("Lượt vào", "Entries"),
    "sort_left": Phrase("Lượt ra", "Exits"),
    "sort_refused": Phrase("Lượt bị từ chối", "Refusals"),
    "sort_last": Phrase("Lượt gần nhất", "Latest crossing"),
    # Why a school shows nothing, or perhaps too little
    "note_zero": Phrase("Cổng hoạt động, chưa có ai vào.", "The gate works; nobody has come yet."),
    "note_closed": Phrase(
        "Chưa có ai vào, cùng thứ tuần trước cũng không: có lẽ nghỉ.",
        "Nobody has come, nor on this day last week: closed, it seems.",
    ),
    "note_away": Phrase(
        "Mất liên lạc: chưa biết có ai vào hay không.", "Offline: whether anybody came is unknown."
    ),
    "note_behind": Phrase(
        "Mất liên lạc: số liệu có thể thiếu.", "Offline: the figures may lack the latest."
    ),
    # People by the level of where they live
    "level_2": Phrase("{count} vùng vàng", "{count} yellow"),
    "level_3": Phrase("{count} vùng cam", "{count} orange"),
    "level_4": Phrase("{count} vùng đỏ", "{count} red"),
    "levels": Phrase("Người ở vùng có dịch", "People who live where a level holds"),
    # The schools
    "schools": Phrase("Các trường", "Schools"),
    "school": Phrase("Trường", "School"),
    "inside": Phrase("Trong trường", "Inside"),
    "entered": Phrase("Vào", "In"),
    "left": Phrase("Ra", "Out"),
    "refused": Phrase("Từ chối", "Refused"),
    "last_seen": Phrase("Lượt cuối", "Last seen"),
    "gates": Phrase("Tình trạng cổng", "Gates"),
    "none_today": Phrase("chưa có lượt nào hôm nay", "no crossing today"),
    "no_schools": Phrase(
        "Chưa có trường nào. Quản trị viên thêm trường bằng lệnh gate-bridge unit add.",
        "There are no schools yet. The administrator adds one with gate-bridge unit add.",
    ),
    # Gates
    "gate_ok": Phrase("Hoạt động tốt", "Working"),
    "gates_ok": Phrase("{count} cổng hoạt động tốt", "{count} gates working"),
    "gates_ok_one": Phrase("1 cổng hoạt động tốt", "1 gate working"),
    "gates_sick": Phrase("{count} cổng cần kiểm tra", "{count} gates need a look"),
    "gates_sick_one": Phrase("1 cổng cần kiểm tra", "1 gate needs a look"),
    "gates_never": Phrase("{count} cổng chưa kết nối lần nào", "{count} gates never connected"),
    "gates_never_one": Phrase("1 cổng chưa kết nối lần nào", "1 gate never connected"),
    "alerts_open": Phrase("{count} cảnh báo đang mở", "{count} open alerts"),
    "alerts_open_one": Phrase("1 cảnh báo đang mở", "1 open alert"),
    "gate_never": Phrase("Chưa kết nối lần nào", "Never connected"),
    "gate_none": Phrase("Chưa có cổng nào", "No gate yet"),
    "gate_offline": Phrase("Mất liên lạc", "Offline"),
    "gate_offline_since": Phrase("Mất liên lạc từ {time}", "Offline since {time}"),
    "gate_backlog": Phrase("Đang gửi bù {count} lượt", "Catching up: {count} records to send"),
    "gate_held": Phrase("còn giữ {count} lượt", "holds {count} records"),
    "fault_camera": Phrase("Camera không hoạt động", "Camera not working"),
    "fault_storage": Phrase("Không ghi được dữ liệu", "Cannot store records"),
    "fault_signals": Phrase("Đèn hoặc còi hỏng", "Lights or buzzer not working"),
    "fault_clock": Phrase("Đồng hồ chưa chính xác", "Clock not set"),
    "fault_scan_silent": Phrase("Bộ quét không phản hồi", "Scanner not responding"),
    "fault_delivery": Phrase("Không gửi được dữ liệu", "Cannot deliver its records"),
    "fault_conflict": Phrase("Sổ ghi là bản sao cũ", "Its ledger is an old copy"),
    "fault_two_ledgers": Phrase("Hai sổ ghi dùng chung một mã cổng", "Two ledgers claim this gate"),
    "fault_ledger_damaged": Phrase("Thẻ nhớ hỏng, cần thay", "SD card failing, to be replaced"),
    "fault_ledger_gap": Phrase("Sổ ghi bị thiếu bản ghi", "Records missing from the ledger"),
    "fault_roster_refused": Phrase("Không nhận danh sách mới", "Refuses its new roster"),
    "fault_roster_old": Phrase("Danh sách cũ", "Roster old"),
    "fault_roster_old_of": Phrase("Danh sách cũ, từ {time}", "Roster old, of {time}"),
    "fault_unknown": Phrase("Sự cố: {code}", "Fault: {code}"),
    # When figures are old
    "waiting": Phrase("Đang lấy số liệu.", "Fetching the figures."),
    "stale": Phrase(
        "Số liệu cũ, của lúc {time}: cơ sở dữ liệu không trả lời. Trang tự thử lại.",
        "Old figures, from {time}: the database does not answer. The page keeps trying.",
    ),
    "stale_none": Phrase(
        "Chưa có số liệu: cơ sở dữ liệu không trả lời. Trang tự thử lại.",
        "No figures yet: the database does not answer. The page keeps trying.",
    ),
    "lost": Phrase(
        "Số liệu cũ, của lúc {time}: mất kết nối với máy chủ. Trang tự kết nối lại.",
        "Old figures, from {time}: the server is out of reach. The page keeps trying.",
    ),
}


def say(lang: Lang, key: str, **values: str) -> str:
    """The phrase `key` in `lang`. Raises KeyError for a key that is not in the catalogue."""
    phrase = PHRASES[key]
    return (phrase.vi if lang == Lang.VI else phrase.en).format(**values)


def say_count(lang: Lang, key: str, count: int, shown: str) -> str:
    """The phrase `key`, or its `_one` form when `count` is 1; `shown` is the formatted count."""
    return say(lang, f"{key}_one") if count == 1 else say(lang, key, count=shown)
