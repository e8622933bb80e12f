"""The words of the pages of reports, beside those of reports themselves."""

from server_bridge.i18n.phrases import Phrase
from server_bridge.reports.texts import WORDS

OWN: dict[str, Phrase] = {
    "report_door": Phrase("Báo cáo", "Reports"),
    "report_units": Phrase("Đơn vị của bạn", "Your units"),
    "report_unit": Phrase("Đơn vị", "Unit"),
    "report_period": Phrase("Kỳ báo cáo", "Period"),
    "report_p_day": Phrase("Ngày", "Day"),
    "report_p_week": Phrase("Tuần", "Week"),
    "report_p_month": Phrase("Tháng", "Month"),
    "report_p_year": Phrase("Năm học", "School year"),
    "report_on": Phrase("Ngày trong kỳ", "A day of it"),
    "report_show": Phrase("Xem", "Show"),
    "report_before": Phrase("Kỳ trước", "The one before"),
    "report_after": Phrase("Kỳ sau", "The one after"),
    "report_download": Phrase("Tải về", "Download"),
    "report_xlsx": Phrase("Bảng tính (XLSX)", "Spreadsheet (XLSX)"),
    "report_pdf": Phrase("Công văn (PDF)", "Letter (PDF)"),
    "report_csv": Phrase("Dữ liệu (CSV)", "Data (CSV)"),
    "report_noted": Phrase("Việc tải về được ghi lại.", "Downloads are written down."),
    "report_nothing": Phrase(
        "Kỳ này chưa có số liệu của đơn vị.", "There are no figures of this period."
    ),
    "report_definitions": Phrase("Cách tính", "How it is counted"),
    "report_up": Phrase("Lên {unit}", "Up to {unit}"),
    "report_see_staff": Phrase("Quét thẻ của cán bộ, giáo viên", "Scanning record of the staff"),
    "report_see_requests": Phrase("Xác nhận số liệu theo hạn", "Figures to confirm by a deadline"),
    # Staff
    "report_staff_hint": Phrase(
        "Tính trên các ngày làm việc của trường: ngày cổng ghi nhận ít nhất một phần mười cán bộ, "
        "giáo viên. Mỗi lần xem tên đều được ghi lại.",
        "Of the school's days: on which gates saw at least a tenth of the staff. Looking at names "
        "is written down.",
    ),
    "report_staff_nobody": Phrase("Không có ai trong kỳ này.", "Nobody in this period."),
    "report_day_state": Phrase("Ghi nhận", "Record"),
    "report_day_in": Phrase("Vào", "In"),
    "report_day_out": Phrase("Ra", "Out"),
    "report_day_note": Phrase("Giải trình", "Notes"),
    "report_day_missing": Phrase("Không ghi nhận", "No record"),
    "report_day_no_in": Phrase("Thiếu lượt vào", "No way in"),
    "report_day_no_out": Phrase("Thiếu lượt ra", "No way out"),
    "report_day_by_hand": Phrase("nhập tay", "by hand"),
    "report_day_complete": Phrase("Đủ", "Complete"),
    "report_open_days": Phrase("Các ngày còn thiếu", "Incomplete days"),
    "report_all_days": Phrase("Tất cả các ngày", "All days"),
    "report_no_open_days": Phrase("Không có ngày nào thiếu.", "No day is incomplete."),
    "report_appeal": Phrase("Ghi giải trình", "Add a note"),
    "report_appeal_hint": Phrase(
        "Thành một bản ghi mới, có tên người ghi; không sửa, không xóa được và không làm thay đổi "
        "số liệu.",
        "It becomes a record with its author; it cannot be edited or taken away, and changes no "
        "figure.",
    ),
    "report_appeal_day": Phrase("Ngày", "Day"),
    "report_appeal_reason": Phrase("Lý do", "Reason"),
    "report_appeal_write": Phrase("Ghi", "Write it"),
    "report_appeal_by": Phrase("{name} ghi lúc {time}", "by {name} at {time}"),
    # Requests
    "report_requests": Phrase("Xác nhận số liệu theo hạn", "Figures to confirm by a deadline"),
    "report_requests_none": Phrase("Chưa có yêu cầu nào.", "Nothing has been asked for yet."),
    "report_request_title": Phrase("Nội dung", "Title"),
    "report_request_deadline": Phrase("Hạn xác nhận", "Deadline"),
    "report_request_day": Phrase("Hạn: ngày", "Deadline: day"),
    "report_request_time": Phrase("giờ", "time"),
    "report_request_open": Phrase("Yêu cầu các trường xác nhận", "Ask the schools to confirm"),
    "report_request_send": Phrase("Gửi yêu cầu", "Ask"),
    "report_request_until": Phrase("hạn {time}", "until {time}"),
    "report_request_over": Phrase("đã hết hạn", "over"),
    "report_request_closed": Phrase("đã kết thúc", "closed"),
    "report_request_counts": Phrase(
        "Đúng hạn {on_time}, muộn {late}, chưa xác nhận {waiting}, thiếu {missing}",
        "On time {on_time}, late {late}, not yet {waiting}, missing {missing}",
    ),
    "report_request_missing": Phrase(
        "Trường chưa xác nhận để trống, không tính là bằng không.",
        "A school that has not confirmed is left empty; it does not count as zero.",
    ),
    "report_confirm": Phrase("Xác nhận số liệu của trường", "Confirm the school's figures"),
    "report_confirm_hint": Phrase(
        "Xác nhận số liệu như báo cáo hiện có. Có thể xác nhận lại cho đến khi bị khóa; lần cuối "
        "được tính, các lần trước vẫn được giữ.",
        "Confirms the figures as the report has them now. It can be done again until it is "
        "locked; the last one counts, the others are kept.",
    ),
    "report_see_report": Phrase("Xem báo cáo", "See the report"),
    "report_lock": Phrase("Khóa", "Lock"),
    "report_reopen": Phrase("Mở khóa", "Reopen"),
    "report_reopen_reason": Phrase("Lý do mở khóa", "Why it is reopened"),
    "report_school": Phrase("Trường", "School"),
    "report_manage": Phrase("Khóa và mở khóa", "Lock and reopen"),
}
PHRASES = WORDS | OWN
