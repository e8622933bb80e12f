"""Every word of a report, in Vietnamese and English, whatever it is written as."""

from datetime import date

from server_bridge.i18n.formats import Formats
from server_bridge.i18n.phrases import ENGLISH_MONTHS, Lang, Phrase
from server_bridge.reports.period import Period, PeriodKind

WORDS: dict[str, Phrase] = {
    # Titles
    "report_title": Phrase("Báo cáo quét thẻ tại cổng trường", "Report of school gate scans"),
    "report_week": Phrase("Tuần từ {first} đến {last}", "Week from {first} to {last}"),
    "report_month": Phrase("Tháng {month}", "{month}"),
    "report_year": Phrase("Năm học {first}–{last}", "School year {first}–{last}"),
    "report_t_summary": Phrase("Tổng hợp", "Summary"),
    "report_t_compliance": Phrase("Tỷ lệ quét thẻ", "Cards shown"),
    "report_t_attendance": Phrase("Chuyên cần học sinh", "Attendance of pupils"),
    "report_t_course": Phrase("Diễn biến", "Course"),
    "report_t_refusals": Phrase("Lượt bị từ chối", "Refused scans"),
    "report_t_gates": Phrase("Cổng và mức sử dụng", "Gates and their use"),
    "report_t_schools": Phrase("Các trường", "Schools"),
    "report_t_classes": Phrase("Theo lớp", "By class"),
    "report_t_charts": Phrase("Biểu đồ", "Charts"),
    "report_t_indicators": Phrase("Số liệu chung", "Overall"),
    "report_t_figures": Phrase("Số liệu", "Figures"),
    # Columns
    "report_c_figure": Phrase("Chỉ tiêu", "Figure"),
    "report_c_unit": Phrase("Đơn vị", "Unit"),
    "report_c_unit_id": Phrase("Mã đơn vị", "Unit id"),
    "report_c_level": Phrase("Cấp", "Level"),
    "report_c_who": Phrase("Đối tượng", "Who"),
    "report_c_class": Phrase("Lớp", "Class"),
    "report_c_gate": Phrase("Cổng", "Gate"),
    "report_c_day": Phrase("Ngày", "Day"),
    "report_c_month": Phrase("Tháng", "Month"),
    "report_c_days": Phrase("Ngày học", "School days"),
    "report_c_odd_days": Phrase("Ngày lẻ", "Odd days"),
    "report_c_enrolled": Phrase("Lượt sĩ số", "Roster, person-days"),
    "report_c_mean": Phrase("Sĩ số bình quân", "Roster, mean"),
    "report_c_scanned": Phrase("Lượt có quét thẻ", "Scanned, person-days"),
    "report_c_present": Phrase("Lượt có mặt", "Present, person-days"),
    "report_c_compliance": Phrase("Tỷ lệ quét thẻ", "Cards shown, %"),
    "report_c_attendance": Phrase("Tỷ lệ có mặt", "Present, %"),
    "report_c_pupils": Phrase("HS: lượt sĩ số", "Pupils: roster, person-days"),
    "report_c_pupils_scanned": Phrase("HS: có quét thẻ", "Pupils: scanned"),
    "report_c_pupils_share": Phrase("HS quét thẻ", "Pupils: cards shown, %"),
    "report_c_staff": Phrase("CBGV: lượt sĩ số", "Staff: roster, person-days"),
    "report_c_staff_scanned": Phrase("CBGV: có quét thẻ", "Staff: scanned"),
    "report_c_staff_share": Phrase("CBGV quét thẻ", "Staff: cards shown, %"),
    "report_c_pupils_present": Phrase("HS có mặt", "Pupils: present, %"),
    "report_c_absent": Phrase("Lượt vắng", "Absent, person-days"),
    "report_c_late": Phrase("Lượt đến muộn", "Late"),
    "report_c_left_early": Phrase("Lượt về sớm", "Left early"),
    "report_c_entered": Phrase("Lượt vào", "Entries"),
    "report_c_left": Phrase("Lượt ra", "Exits"),
    "report_c_cards": Phrase("Lượt thẻ trong ngày", "Cards seen, card-days"),
    "report_c_no_exit": Phrase("Thiếu lượt ra (suy luận)", "Exit missed (inferred)"),
    "report_c_no_entry": Phrase("Thiếu lượt vào (suy luận)", "Entry missed (inferred)"),
    "report_c_refused": Phrase("Bị từ chối", "Refused"),
    "report_c_reason": Phrase("Lý do", "Reason"),
    "report_c_scans": Phrase("Số lượt", "Scans"),
    "report_c_share": Phrase("Tỷ lệ", "Share"),
    "report_c_schools": Phrase("Số trường", "Schools"),
    "report_c_with_gates": Phrase("Trường có cổng", "Schools with gates"),
    "report_c_reporting": Phrase("Trường có số liệu", "Schools with figures"),
    "report_c_gates": Phrase("Cổng đăng ký", "Gates registered"),
    "report_c_gates_used": Phrase("Cổng có dùng", "Gates used"),
    "report_c_gate_days": Phrase("Ngày cổng hoạt động", "Days in use, of all gates"),
    "report_c_per_day": Phrase("Lượt qua mỗi ngày cổng", "Passages a day of use"),
    "report_c_used_days": Phrase("Ngày hoạt động", "Days in use"),
    "report_c_note": Phrase("Ghi chú", "Note"),
    "report_all": Phrase("Tổng cộng", "Total"),
    "report_drawn_up": Phrase("NGƯỜI LẬP BIỂU", "DRAWN UP BY"),
    "report_head": Phrase("THỦ TRƯỞNG ĐƠN VỊ", "HEAD OF THE UNIT"),
    # Who
    "report_pupil": Phrase("Học sinh", "Pupils"),
    "report_staff": Phrase("Cán bộ, giáo viên", "Staff"),
    "report_visitor": Phrase("Khách", "Visitors"),
    "report_no_class": Phrase("Chưa xếp lớp", "In no class"),
    # Why there are no figures
    "report_no_gate": Phrase("Chưa đăng ký cổng", "No gate registered"),
    "report_no_scans": Phrase("Không có số liệu", "No figures"),
    "report_no_school": Phrase("Chưa có trường", "No school yet"),
    "report_silent_of": Phrase(
        "{silent}/{schools} trường không có số liệu", "{silent} of {schools} schools: no figures"
    ),
    # Reasons of refusals
    "report_r_repeat": Phrase("Quét lại ngay sau lượt trước", "Shown again at once"),
    "report_r_unknown_key": Phrase("Thẻ do nơi khác cấp", "Issued elsewhere"),
    "report_r_bad_signature": Phrase("Thẻ không hợp lệ (nghi giả)", "Not genuine"),
    "report_r_not_yet_valid": Phrase("Thẻ chưa đến ngày dùng", "Not valid yet"),
    "report_r_expired": Phrase("Thẻ hết hạn", "Expired"),
    "report_r_revoked": Phrase("Thẻ đã thu hồi", "Withdrawn"),
    "report_r_restricted_level": Phrase("Nơi cư trú đang hạn chế", "Area of residence restricted"),
    "report_r_not_a_person_card": Phrase("Không phải thẻ ra vào", "Not a gate card"),
    "report_r_check_in_poster": Phrase("Mã của một địa điểm", "A place's code"),
    "report_r_unreadable": Phrase("Không đọc được", "Could not be read"),
    # Staff
    "report_t_staff": Phrase("Quét thẻ của cán bộ, giáo viên", "Scanning record of the staff"),
    "report_t_staff_days": Phrase("Các ngày thiếu lượt", "Incomplete days"),
    "report_s_first_in": Phrase("Vào đầu", "First in"),
    "report_s_last_out": Phrase("Ra cuối", "Last out"),
    "report_s_hand": Phrase("Nhập tay", "By hand"),
    "report_s_notes": Phrase("Giải trình", "Notes"),
    "report_s_name": Phrase("Họ và tên", "Name"),
    "report_s_code": Phrase("Mã định danh", "Identifier"),
    "report_s_group": Phrase("Tổ", "Group"),
    "report_s_days": Phrase("Ngày làm việc của trường", "School's days"),
    "report_s_present": Phrase("Ngày có mặt", "Days present"),
    "report_s_in": Phrase("Ngày quét vào", "Days scanned in"),
    "report_s_out": Phrase("Ngày quét ra", "Days scanned out"),
    "report_s_by_hand": Phrase("Ngày nhập tay", "Days by hand"),
    "report_s_missing": Phrase("Ngày không ghi nhận", "Days without record"),
    "report_s_appealed": Phrase("Ngày có giải trình", "Days with a note"),
    "report_s_open": Phrase("Thiếu, chưa giải trình", "Incomplete, no note"),
    "report_s_scan_share": Phrase("Tỷ lệ ngày quét thẻ", "Days scanned, %"),
    # Figures that schools confirm
    "report_t_confirmed": Phrase("Xác nhận số liệu", "Confirmed figures"),
    "report_c_outcome": Phrase("Tình trạng", "State"),
    "report_c_confirmed_at": Phrase("Xác nhận lúc", "Confirmed"),
    "report_c_by": Phrase("Người xác nhận", "By"),
    "report_o_on_time": Phrase("Đúng hạn", "On time"),
    "report_o_late": Phrase("Muộn", "Late"),
    "report_o_waiting": Phrase("Chưa xác nhận", "Not confirmed yet"),
    "report_o_missing": Phrase("Quá hạn, còn thiếu", "Missing"),
    "report_o_differs": Phrase("số liệu đã thay đổi sau đó", "figures have changed since"),
    "report_o_of": Phrase("{done}/{schools} trường", "{done} of {schools}"),
    "report_o_locked": Phrase("đã khóa", "locked"),
    # The letter
    "report_l_dated": Phrase("ngày {day} tháng {month} năm {year}", "{day}/{month}/{year}"),
    "report_l_about": Phrase(
        "Tình hình quét thẻ tại cổng trường – {period}", "School gate scans – {period}"
    ),
    "report_l_schools": Phrase(
        "{unit} có {schools} trường; {with_gates} trường đã đăng ký cổng ({gates} cổng, {used} "
        "cổng có dùng trong kỳ); {reporting} trường có số liệu.",
        "{unit} has {schools} schools; {with_gates} have registered gates ({gates} gates, {used} "
        "used in the period); there are figures of {reporting}.",
    ),
    "report_l_school": Phrase(
        "Trường đã đăng ký {gates} cổng, {used} cổng có dùng trong kỳ.",
        "The school has registered {gates} gates; {used} were used in the period.",
    ),
    "report_l_passages": Phrase(
        "Các cổng ghi nhận {entered} lượt vào, {left} lượt ra, {refused} lượt bị từ chối. Có "
        "{no_exit} lượt vào không ghi nhận lượt ra trong ngày (suy luận).",
        "Gates recorded {entered} entries, {left} exits, {refused} refused scans. Of {no_exit} "
        "entries no exit was recorded that day (inferred).",
    ),
    "report_l_shares": Phrase(
        "Tỷ lệ quét thẻ: học sinh {pupils}, cán bộ, giáo viên {staff}. Học sinh có mặt {present}, "
        "{late} lượt đến muộn.",
        "Cards shown: pupils {pupils}, staff {staff}. Pupils present {present}, late {late} times.",
    ),
    "report_l_staff_about": Phrase(
        "Quét thẻ của cán bộ, giáo viên – {period}", "Scanning record of the staff – {period}"
    ),
    "report_l_staff": Phrase(
        "Có {people} cán bộ, giáo viên với {days} ngày làm việc (tính theo từng người); {complete} "
        "ngày có đủ lượt vào và lượt ra, {missing} ngày không ghi nhận.",
        "{people} members of the staff with {days} days in all; on {complete} they were seen "
        "coming and going, of {missing} there is no record.",
    ),
    "report_l_staff_notes": Phrase(
        "{appealed} ngày có giải trình; {open_days} ngày thiếu lượt chưa có giải trình.",
        "There are notes of {appealed} days; {open_days} are incomplete with nothing noted.",
    ),
    "report_l_silent": Phrase("Không có số liệu: {schools}.", "No figures of: {schools}."),
    "report_l_gateless": Phrase("Chưa đăng ký cổng: {schools}.", "No gate registered: {schools}."),
    "report_l_principal": Phrase("HIỆU TRƯỞNG", "PRINCIPAL"),
    # Notes
    "report_n_days": Phrase(
        "Ngày học: ngày cổng ghi nhận ít nhất một phần mười danh sách của ngày đó (tính riêng học "
        "sinh và cán bộ, giáo viên). Ngày lẻ: có lượt quét nhưng chưa đến mức đó.",
        "School days: on which gates saw at least a tenth of that day's roster (pupils and staff "
        "apart). Odd days: on which they saw somebody, but fewer.",
    ),
    "report_n_shares": Phrase(
        "Tỷ lệ quét thẻ: số người có thẻ được cổng ghi nhận trên danh sách của chính ngày đó. "
        "Tỷ lệ có mặt tính thêm lượt nhà trường nhập tay.",
        "Cards shown: people whose cards gates saw, of the roster of that very day. Present also "
        "counts what the school's office wrote by hand.",
    ),
    "report_n_missed": Phrase(
        "Thiếu lượt ra, thiếu lượt vào: suy luận từ lượt quét cuối và lượt vào đầu trong ngày của "
        "từng thẻ, không phải ghi nhận của cổng.",
        "Missed exits and entries are inferred from each card's last scan and first entry of the "
        "day; no gate recorded them.",
    ),
    "report_n_late": Phrase(
        "Đến muộn, về sớm: chỉ học sinh, theo giờ học nhà trường đang đặt.",
        "Late and left early: pupils only, by the hours as the school has them set now.",
    ),
    "report_n_missing": Phrase(
        "Ô trống là chưa có số liệu, không phải bằng không.", "An empty cell is unknown, not zero."
    ),
    "report_n_above": Phrase(
        "Ngày học của đơn vị cấp trên là tổng ngày học của các trường.",
        "School days of a unit above schools are the sum of its schools'.",
    ),
    "report_n_unfinished": Phrase(
        "Kỳ báo cáo chưa kết thúc: số liệu tạm tính, lần cập nhật cuối lúc {time}.",
        "The period is not over: figures so far, last brought up to date at {time}.",
    ),
    "report_n_waiting": Phrase(
        "Có {count} ngày của các trường vừa nhận thêm bản ghi muộn và đang được tính lại.",
        "{count} school days have received late records and are being counted again.",
    ),
}


def say(lang: Lang, key: str, **values: object) -> str:
    """A phrase. Raises KeyError for one that is not there."""
    phrase = WORDS[key]
    return (phrase.vi if lang == Lang.VI else phrase.en).format(**values)


def short_day(day: date) -> str:
    """`07/09/2026`, in both languages: the country's way."""
    return f"{day:%d/%m/%Y}"


def month_name(first: date, lang: Lang) -> str:
    """`09/2026`, `September 2026`."""
    if lang == Lang.VI:
        return f"{first:%m/%Y}"
    return f"{ENGLISH_MONTHS[first.month - 1]} {first.year}"


def period_name(period: Period, f: Formats) -> str:
    """`Tháng 09/2026`, `School year 2026–2027`."""
    if period.kind is PeriodKind.DAY:
        return f.day(period.first)
    if period.kind is PeriodKind.WEEK:
        first, last = short_day(period.first), short_day(period.last)
        return say(f.lang, "report_week", first=first, last=last)
    if period.kind is PeriodKind.MONTH:
        return say(f.lang, "report_month", month=month_name(period.first, f.lang))
    return say(f.lang, "report_year", first=period.first.year, last=period.last.year)
