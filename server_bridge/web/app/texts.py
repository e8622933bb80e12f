"""The words of the frame and of signing in."""

from server_bridge.i18n.phrases import Phrase

PHRASES: dict[str, Phrase] = {
    "site": Phrase("Cổng trường", "School gates"),
    "live": Phrase("Hiện tại", "Now"),
    "sign_in": Phrase("Đăng nhập", "Sign in"),
    "sign_out": Phrase("Đăng xuất", "Sign out"),
    "account_name": Phrase("Tên đăng nhập", "Account"),
    "password": Phrase("Mật khẩu", "Password"),
    "sign_in_wrong": Phrase(
        "Tên đăng nhập hoặc mật khẩu không đúng.", "The account or the password is wrong."
    ),
    "sign_in_wait": Phrase(
        "Đã thử quá nhiều lần. Hãy thử lại sau {seconds} giây.",
        "Too many attempts. Try again in {seconds} seconds.",
    ),
    "sign_in_help": Phrase(
        "Quên mật khẩu? Quản trị viên của đơn vị có thể đặt lại.",
        "Forgotten the password? Your unit's administrator can set a new one.",
    ),
    "sign_in_elsewhere": Phrase("Đăng nhập bằng {provider}", "Sign in with {provider}"),
    "sign_in_or": Phrase("hoặc", "or"),
    "openid_stale": Phrase(
        "Lần đăng nhập này đã quá lâu hoặc đã dùng rồi. Hãy thử lại.",
        "This attempt to sign in is too old, or was used already. Try again.",
    ),
    "openid_declined": Phrase(
        "Nơi đăng nhập kia đã từ chối hoặc bạn đã hủy. Hãy thử lại, hoặc dùng mật khẩu.",
        "You were declined there, or have cancelled. Try again, or use a password.",
    ),
    "openid_unreachable": Phrase(
        "Nơi đăng nhập kia không trả lời. Hãy thử lại sau ít phút, hoặc dùng mật khẩu.",
        "The place to sign in does not answer. Try again in a few minutes, or use a password.",
    ),
    "openid_untrusted": Phrase(
        "Không thể tin câu trả lời của nơi đăng nhập kia. Hãy thử lại; nếu vẫn vậy, hãy báo quản "
        "trị viên: nhật ký của máy chủ ghi rõ lý do.",
        "The answer from there cannot be believed. Try again; if it stays so, tell the "
        "administrator: the server's log says why.",
    ),
    "openid_no_claim": Phrase(
        "Nơi đăng nhập kia không cho biết “{claim}” đã xác minh của bạn. Hãy báo quản trị viên.",
        "You are not told of with a verified “{claim}” there. Tell the administrator.",
    ),
    "openid_unknown": Phrase(
        "Chưa có tài khoản nào cho “{who}”. Hãy gửi tên này cho quản trị viên của đơn vị.",
        "There is no account for “{who}”. Send this name to your unit's administrator.",
    ),
    "openid_disabled": Phrase(
        "Tài khoản này đã bị khóa. Hãy hỏi quản trị viên của đơn vị.",
        "This account is disabled. Ask your unit's administrator.",
    ),
    "skip_to_content": Phrase("Đến nội dung", "Skip to content"),
    "menu": Phrase("Mục", "Sections"),
    "language": Phrase("Ngôn ngữ", "Language"),
    "back": Phrase("Quay lại", "Go back"),
    "not_there_title": Phrase("Không có trang này", "There is no such page"),
    "not_there_text": Phrase(
        "Trang không tồn tại, hoặc tài khoản này không được xem.",
        "It does not exist, or it is not for this account.",
    ),
    "signed_out_title": Phrase("Phiên đã kết thúc", "You are signed out"),
    "signed_out_text": Phrase(
        "Hãy đăng nhập lại rồi gửi lại biểu mẫu.", "Sign in again, then send the form again."
    ),
    "foreign_form_title": Phrase("Biểu mẫu không hợp lệ", "This form cannot be taken"),
    "foreign_form_text": Phrase(
        "Biểu mẫu đã quá cũ hoặc đến từ trang khác. Hãy mở lại trang và thử lại.",
        "It is too old, or comes from another site. Open the page again and retry.",
    ),
    "too_large_title": Phrase("Tệp quá lớn", "The file is too large"),
    "too_large_text": Phrase("Tối đa 25 MB.", "25 MB at the most."),
    "refused_title": Phrase("Không thực hiện được", "This could not be done"),
    "refused_text": Phrase("Chưa có gì thay đổi.", "Nothing has been changed."),
}
