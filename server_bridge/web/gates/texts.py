"""The words of the gates pages. `gates_do_...` says what to do next, by what is wrong."""

from server_bridge.i18n.phrases import Phrase

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
        "Cổng chưa gửi tin lần nào: kiểm tra nguồn điện, mạng, và phiếu cài đặt trên thẻ nhớ.",
        "It has never reported: check its power, its network, and the ticket on its SD card.",
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
    "gates_update": Phrase("Cập nhật", "Update"),
    "gates_update_none": Phrase("không có", "none wanted"),
    "gates_update_unknown": Phrase("{version}, cổng báo: {stage}", "{version}, it says: {stage}"),
    "gates_update_current": Phrase("đang chạy bản {version}", "runs {version}"),
    "gates_update_waiting": Phrase("{version}: đang chờ", "{version}: waits"),
    "gates_update_fetching": Phrase(
        "{version}: đang tải về, được {fetched} MB", "{version}: being fetched, {fetched} MB so far"
    ),
    "gates_update_fetched": Phrase(
        "{version}: đã tải xong, sắp cài", "{version}: fetched, about to be installed"
    ),
    "gates_update_pending": Phrase(
        "{version}: đã cài, sắp chạy thử", "{version}: installed, about to be tried"
    ),
    "gates_update_trial": Phrase("{version}: đang chạy thử", "{version}: being tried"),
    "gates_update_stopped": Phrase("{version}: đã dừng", "{version}: stopped"),
    "gates_is_update_stopped": Phrase(
        "Không cài được bản cập nhật", "Update could not be installed"
    ),
    "gates_do_update_unreachable": Phrase(
        "Cổng chưa tải được bản cập nhật; cổng sẽ thử lại mỗi nửa giờ, trong giờ đã hẹn. Nếu mấy "
        "đêm vẫn vậy: kiểm tra mạng của trường và cổng 8884 của máy chủ.",
        "It could not fetch the update; it tries again every half hour, in the hours given. If it "
        "is so for several nights: check the school's network, and port 8884 of the server.",
    ),
    "gates_do_update_untrusted": Phrase(
        "Máy chủ chứa bản cập nhật không xưng đúng tên: kiểm tra chứng thư của nó, hoặc để chính "
        "máy chủ này phát bản cập nhật (gate update không có --url).",
        "The server with the update is not who it should be: check its certificate, or let this "
        "server hand the update out (gate update without --url).",
    ),
    "gates_do_update_not_served": Phrase(
        "Không có bản cập nhật ở địa chỉ đã cho: kiểm tra --url, hoặc chạy lại gate update.",
        "There is no update at its address: check --url, or type gate update again.",
    ),
    "gates_do_update_no_space": Phrase(
        "Thẻ nhớ không đủ chỗ cho bản cập nhật (phải luôn còn 1 GB cho sổ ghi): thay thẻ lớn hơn.",
        "There is no room for the update on its SD card (1 GB always stays free for the ledger): "
        "put in a larger one.",
    ),
    "gates_do_update_too_large": Phrase(
        "Tệp cập nhật lớn hơn 1 GB: đó không phải bản cập nhật của cổng. Chọn tệp .raucb đúng.",
        "The update's file is larger than 1 GB: it is none of a gate's. Choose the right .raucb.",
    ),
    "gates_do_update_wrong_size": Phrase(
        "Tệp ở địa chỉ --url không phải tệp đã ra lệnh: đặt đúng tệp vào đó, rồi chạy lại gate "
        "update.",
        "The file at --url is not the one that was ordered: put the right one there, then type "
        "gate update again.",
    ),
    "gates_do_update_wrong_bytes": Phrase(
        "Bản cập nhật tải về bị sai nội dung hai lần: kiểm tra tệp ở máy chủ, thẻ nhớ của cổng, "
        "rồi chạy lại gate update.",
        "What was fetched was not what was ordered, twice: check the file at the server and the "
        "gate's SD card, then type gate update again.",
    ),
    "gates_do_update_no_key": Phrase(
        "Cổng chưa biết khóa ký bản cập nhật của huyện. Gõ lại gate-bridge gate update như trước, "
        "thêm --update-ca update-ca.pem.",
        "It does not know the key that the district signs updates with. Type: gate-bridge gate "
        "update --update-ca update-ca.pem, and the rest as before.",
    ),
    "gates_do_update_bad_bundle": Phrase(
        "Bản cập nhật không do khóa của huyện ký, hoặc bị hỏng: làm lại bằng gate-image bundle.",
        "The update is not signed with the district's key, or damaged: make it again with "
        "gate-image bundle.",
    ),
    "gates_do_update_other_machine": Phrase(
        "Bản cập nhật dành cho loại máy khác: chọn đúng tệp.",
        "The update is for another kind of machine: choose the right file.",
    ),
    "gates_do_update_other_version": Phrase(
        "Phiên bản trong tệp khác với --version: ghi đúng phiên bản của image đã làm ra nó.",
        "The file holds another version than --version says: name that of the image "
        "that it was made of.",
    ),
    "gates_do_update_old": Phrase(
        "Cổng đang chạy bản mới hơn; cổng không cài bản cũ.",
        "It runs a later version; gates do not go back to an older one.",
    ),
    "gates_do_update_given_up": Phrase(
        "Cổng đã thử bản mới hai lần không được và đã quay lại bản cũ, vẫn đếm đúng. Lấy nhật ký "
        "(gate logs --request), báo cho người làm phần mềm, rồi gửi bản sau.",
        "It has tried the new version twice in vain and went back to the old one, which counts "
        "rightly. Get its log (gate logs --request), tell whoever makes the software, and send a "
        "later version.",
    ),
    "gates_do_update_storage": Phrase(
        "Không ghi được bản cập nhật vào thẻ nhớ: thay thẻ nhớ trong tuần này.",
        "The update could not be written to its SD card: replace the card this week.",
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
