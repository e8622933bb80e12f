"""Make names of people and places by chance from common parts."""

from random import Random


def _words(text: str) -> list[str]:
    return text.split()


FAMILY = _words(
    "Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Lê Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô "
    "Dương Lý Đinh Trịnh Mai Đào Lương Hà Tạ Cao Lưu Chu"
)
MIDDLE_GIRLS = _words(
    "Thị Thị Thị Ngọc Thanh Thu Khánh Minh Bảo Hồng Phương Quỳnh Diệu Gia Ánh Mai"
)
MIDDLE_BOYS = _words("Văn Văn Văn Đức Minh Quang Hữu Gia Bảo Đình Xuân Tuấn Quốc Thành Công Hoàng")
GIVEN_GIRLS = _words(
    "An Anh Ánh Băng Châu Chi Diệp Dung Duyên Đào Giang Hà Hạnh Hằng Hân Hiền Hoa Huyền Hương "
    "Khanh Lan Linh Loan Ly Mai My Nga Ngân Ngọc Nhi Như Oanh Phương Quyên Quỳnh Thảo Thơ Thủy "
    "Thư Trang Trâm Trinh Tuyết Uyên Vân Vy Xuân Yến"
)
GIVEN_BOYS = _words(
    "An Anh Bách Bảo Bình Chiến Công Cường Dũng Duy Dương Đạt Đăng Đông Đức Giang Hải Hào Hiếu "
    "Hoàng Huy Hùng Hưng Khang Khoa Kiên Lâm Long Lộc Mạnh Minh Nam Nghĩa Nguyên Nhật Phát "
    "Phong Phúc Quân Quang Quý Sơn Tài Tâm Thành Thắng Thịnh Tiến Toàn Trung Trường Tuấn Tùng "
    "Vinh Việt"
)
ETHNICITIES = (*["Kinh"] * 17, "Tày", "Mường", "Thái", "Nùng")

_PLACE_FIRST = _words(
    "An Bình Cẩm Đông Đức Gia Hòa Hồng Hưng Khánh Lạc Long Minh Mỹ Nam Ngọc Nghĩa Phú Phúc "
    "Quang Sơn Tân Tây Thanh Thịnh Thuận Tiên Trung Vạn Vĩnh Xuân Yên"
)
_PLACE_SECOND = _words(
    "Dân Đạo Giang Hà Hải Hiệp Hòa Hội Khê Lâm Lập Lộc Lợi Lương Phong Quang Sơn Tảo Tâm Thành "
    "Thắng Thọ Thủy Tiến Trạch Trung Tường Vân Viên Xá"
)
_HAMLETS = [
    "Chùa",
    "Chợ",
    "Cầu",
    "Đình",
    "Đông",
    "Đoài",
    "Nội",
    "Ngoại",
    "Thượng",
    "Hạ",
    "Trung",
    "Sen",
    "Giếng",
    "Bãi",
    "Vườn",
    "Cả",
    "Mới",
    "Trại",
]


def person(chance: Random, *, girl: bool) -> str:
    """Return a name of three words, as most are."""
    family = chance.choice(FAMILY)
    if girl:
        return f"{family} {chance.choice(MIDDLE_GIRLS)} {chance.choice(GIVEN_GIRLS)}"
    return f"{family} {chance.choice(MIDDLE_BOYS)} {chance.choice(GIVEN_BOYS)}"


def places(chance: Random, number: int) -> list[str]:
    """Return `number` different names of places; the same two words may come with a number."""
    every = [f"{first} {second}" for first in _PLACE_FIRST for second in _PLACE_SECOND]
    chance.shuffle(every)
    rounds = range(-(-number // len(every)))
    return [name if not lap else f"{name} {lap + 1}" for lap in rounds for name in every][:number]


def hamlets(chance: Random, number: int) -> list[str]:
    """Return `number` different names of hamlets of one commune."""
    if number > len(_HAMLETS):
        return [f"Thôn {count}" for count in range(1, number + 1)]
    return [f"Thôn {name}" for name in chance.sample(_HAMLETS, number)]
