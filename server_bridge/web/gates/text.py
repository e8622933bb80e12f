"""The words of the gates pages. `gates_do_...` says what to do next, by what is wrong."""

from server_bridge.web.text import Phrase

PHRASES: dict[str, Phrase] = {
    "gates_door": Phrase("Thiết bị cổng", "Gates"),
    "gates_none": Phrase(
        "Chưa có cổng nào. Thêm cổng bằng lệnh gate-bridge gate add.",
        "There are no gates yet. Add one with gate-bridge gate add.",
    ),
    "gates_alerts": Phrase("Cảnh báo đang mở: {number}", "Open alerts: {number}"),
    "gates_alert": Phrase("Cảnh báo từ {time}: {what}", "Alert since {time}: {what}"),
    "gates_gate": Phrase("Cổng", "Gate"),
    "gates_state": Phrase("Tình trạng, việc cần làm", "State and what to do"),
    "gates_last_crossing": Phrase("Lượt cuối", "Last crossing"),
    "gates_backlog": Phrase("Chờ gửi", "To be sent"),
    "gates_clock": Phrase("Đồng hồ", "Clock"),
    "gates_storage": Phrase("Còn trống", "Free storage"),
    "gates_temperature": Phrase("Nhiệt độ", "Temperature"),
    "gates_version": Phrase("Phiên bản", "Version"),
    "gates_roster": Phrase("Danh sách thẻ", "Roster"),
    "gates_roster_of": Phrase("Danh sách thẻ lập lúc", "Roster made at"),
    "gates_district_roster_of": Phrase("Danh sách chung lập lúc", "Shared roster made at"),
    "gates_heard": Phrase("Tin cuối", "Last heard"),
    "gates_damaged": Phrase("Sổ ghi hỏng đã cất riêng", "Damaged ledgers set aside"),
    "gates_settings": Phrase("Cài đặt từ xa lập lúc", "Settings made at"),
    "gates_self_test": Phrase("Tự kiểm tra: chưa tốt", "Self-test: not well"),
    "gates_all_well": Phrase("không có gì", "nothing"),
    "gates_check_camera": Phrase("máy quay", "camera"),
    "gates_check_signals": Phrase("đèn và còi", "light and sound"),
    "gates_check_storage": Phrase("thẻ nhớ", "storage"),
    "gates_check_clock": Phrase("đồng hồ", "clock"),
    "gates_check_network": Phrase("mạng", "network"),
    "gates_check_broker": Phrase("máy chủ", "the server"),
    "gates_check_roster": Phrase("danh sách thẻ", "roster"),
    "gates_up": Phrase("Chạy liên tục", "Running for"),
    "gates_mishaps": Phrase("Bộ đọc mã phải chạy lại", "Decoder restarted"),
    "gates_trusted": Phrase("chính xác", "right"),
    "gates_untrusted": Phrase("chưa chính xác", "not set"),
    "gates_unknown": Phrase("chưa rõ", "not known"),
    "gates_none_yet": Phrase("chưa có", "none"),
    "gates_facts": Phrase("Thông số", "Readings"),
    "gates_own_words": Phrase("Cổng tự báo", "In the gate's own words"),
    "gates_history": Phrase("Nhật ký tình trạng", "History"),
    "gates_history_none": Phrase("Chưa có gì được ghi lại.", "Nothing has been written down yet."),
    "gates_from": Phrase("Từ", "From"),
    "gates_lasted": Phrase("Kéo dài", "For"),
    "gates_what": Phrase("Tình trạng", "State"),
    "gates_still": Phrase("đến nay", "until now"),
    "gates_all": Phrase("Tất cả các cổng", "All gates"),
    "gates_was_online": Phrase("Hoạt động tốt", "Working"),
    "gates_was_offline": Phrase("Mất liên lạc", "Offline"),
    "gates_was_silent": Phrase("Không có tin nào đến", "Nothing was heard of it"),
    "gates_days": Phrase("{n} ngày", "{n} d"),
    "gates_hours": Phrase("{n} giờ", "{n} h"),
    "gates_minutes": Phrase("{n} phút", "{n} min"),
    "gates_seconds": Phrase("{n} giây", "{n} s"),
    "gates_is_shut_out": Phrase("Đang bị chặn", "Shut out"),
    "gates_is_low": Phrase("Sắp hết chỗ trống", "Storage nearly full"),
    "gates_is_hot": Phrase("Quá nóng", "Too hot"),
    "gates_do": Phrase("Việc cần làm", "What to do"),
    "gates_do_nothing": Phrase("Không cần làm gì.", "Nothing to do."),
    "gates_do_shut_out": Phrase(
        "Nếu đã tìm lại được cổng: gate-bridge gate shut-out --undo.",
        "If it was found again: gate-bridge gate shut-out --undo.",
    ),
    "gates_do_never": Phrase(
        "Cổng chưa gửi tin lần nào: kiểm tra nguồn điện, mạng, và gói cài đặt trên thẻ nhớ.",
        "It has never reported: check its power, its network, and the bundle on its SD card.",
    ),
    "gates_do_offline": Phrase(
        "Gọi cho trường: cổng có điện không, mạng có chạy không? Cổng vẫn ghi lượt qua và gửi bù "
        "khi có mạng lại.",
        "Call the school: has the gate power, does the network work? It goes on recording, and "
        "sends everything when it is back.",
    ),
    "gates_do_camera": Phrase(
        "Kiểm tra cáp camera. Cổng tự khởi động lại vài lần; nếu vẫn hỏng thì thay camera.",
        "Check the camera's cable. The gate restarts by itself some times; if that does not help, "
        "replace the camera.",
    ),
    "gates_do_storage": Phrase(
        "Thay thẻ nhớ ngay: hiện không ghi được lượt qua nào.",
        "Replace the SD card now: nothing is being recorded.",
    ),
    "gates_do_signals": Phrase(
        "Kiểm tra dây đèn và còi. Lượt qua vẫn được đếm đúng.",
        "Check the wires of lights and buzzer. People are still counted rightly.",
    ),
    "gates_do_clock": Phrase(
        "Kiểm tra xem cổng có lấy được giờ từ mạng không. Giờ của các lượt sẽ được sửa lại sau.",
        "Check that the gate gets the time from its network. The times of its records are "
        "corrected afterwards.",
    ),
    "gates_do_scan_silent": Phrase(
        "Chờ 5 phút, cổng tự khởi động lại. Nếu không được thì rút điện 10 giây rồi cắm lại.",
        "Wait 5 minutes, it restarts by itself. If that does not help, unplug it for 10 seconds.",
    ),
    "gates_do_delivery": Phrase(
        "Đọc lời báo của cổng ở trang riêng của nó; lượt qua được giữ lại trên thẻ nhớ.",
        "Read the gate's own words on its page. Its records are kept on its SD card.",
    ),
    "gates_do_conflict": Phrase(
        "Một bản sao cũ của thẻ nhớ đang chạy. Lắp lại thẻ mới nhất; đừng chép thẻ nhớ.",
        "An old copy of its SD card is running. Put the newest card back; never copy SD cards.",
    ),
    "gates_do_two_ledgers": Phrase(
        "Hai thiết bị dùng chung mã cổng này. Tìm và tắt thiết bị thứ hai, cấp mã khác cho nó.",
        "Two devices use this gate's identity. Find the second, switch it off, and give it an "
        "identity of its own.",
    ),
    "gates_do_ledger_damaged": Phrase(
        "Thẻ nhớ sắp hỏng: thay trong tuần này. Những gì còn đọc được đã được gửi đi.",
        "The SD card is failing: replace it this week. What could still be read has been sent.",
    ),
    "gates_do_ledger_gap": Phrase(
        "Một số lượt đã mất trước khi được gửi, không lấy lại được. Kiểm tra thẻ nhớ.",
        "Some records were lost before they were sent, and will not come back. Check the SD card.",
    ),
    "gates_do_roster_refused": Phrase(
        "Cổng không tin danh sách mới: so khóa của nó với gate-bridge gate keys.",
        "It does not believe the new roster: compare its keys with gate-bridge gate keys.",
    ),
    "gates_do_roster_old": Phrase(
        "Chờ vài phút. Nếu danh sách vẫn cũ thì khởi động lại cổng.",
        "Wait some minutes. If the roster stays old, restart the gate.",
    ),
    "gates_do_unknown": Phrase(
        "Báo mã sự cố này cho người hỗ trợ kỹ thuật.", "Tell technical support this fault's code."
    ),
    "gates_do_backlog": Phrase(
        "Cổng đang gửi bù, chỉ cần chờ.", "It is catching up; there is nothing to do but wait."
    ),
    "gates_do_low": Phrase(
        "Thay thẻ nhớ lớn hơn trước khi đầy.", "Put in a larger SD card before it is full."
    ),
    "gates_do_hot": Phrase(
        "Che nắng và làm thoáng hộp thiết bị.", "Shade the box and let air through it."
    ),
}
