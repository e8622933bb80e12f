"""Codes of invented ID documents: numbers of provinces that do not exist, invented names."""

CHIP_ID = (
    "999085012345|999012345|Nguyễn Văn Ví Dụ|05021985|Nam|Thôn Một, Xã Không Có, Tỉnh Đ|15042021"
)
CHIP_ID_2024 = (
    "999305054321||Công Tằng Tôn Nữ Ví Dụ|2005|Nữ|Thôn Hai, Xã Không Có, Tỉnh Đ|01072024"
    "||Nguyễn Văn Cha|Trần Thị Mẹ|"
)


def insurance(
    number: str = "HS4990000000001",
    name: str = "Lê Thị Ánh Ví Dụ",
    born: str = "31/12/2013",
    address: str = "Xã Không Có",
) -> str:
    return "|".join(
        [
            *(number, name.encode().hex(), born, "2", address.encode().hex(), "99 - 999"),
            *("01/01/2026", "-", "05/01/2026", "99000000000001", "-", "4", "01/01/2031"),
            *("0123456789abcdef-7102", "$"),
        ]
    )


POSTER = "https://tokhaiyte.vn/?page=Group.checkin&groupId=0123456789abcdef01234567"
POSTERS = [
    POSTER,
    "http://tokhaiyte.vn/?page=Group.checkin&groupId=1",
    "https://qr.tokhaiyte.vn/checkin/0123456789",
]
ACCEPTED = [
    ("7 fields", CHIP_ID),
    ("11 fields, only the year of birth", CHIP_ID_2024),
    ("month and year of birth", CHIP_ID.replace("05021985", "021985")),
    ("no former number", CHIP_ID.replace("999012345", "")),
    ("no address", CHIP_ID.replace("Thôn Một, Xã Không Có, Tỉnh Đ", "")),
    ("health insurance", insurance()),
    ("health insurance, number since 2021", insurance(number="9900000001", born="2013")),
    ("health insurance without address", insurance().replace("Xã Không Có".encode().hex(), "-")),
]
REFUSED = [
    ("nothing", ""),
    ("six fields", CHIP_ID.rsplit("|", 1)[0]),
    ("eight fields", CHIP_ID + "|"),
    ("a number of 11 digits", CHIP_ID[1:]),
    ("digits of another script", CHIP_ID.replace("999085", "٩٩٩٠٨٥")),
    ("another year of birth than the number's", CHIP_ID.replace("05021985", "05021986")),
    ("another sex than the number's", CHIP_ID.replace("|Nam|", "|Nữ|")),
    ("no such day", CHIP_ID.replace("05021985", "31021985")),
    ("month 13", CHIP_ID.replace("05021985", "131985")),
    ("a date with strokes", CHIP_ID.replace("05021985", "05/02/1985")),
    ("a name in the wrong charset", CHIP_ID.replace("Nguyễn", "Nguy盻n")),
    ("a name with a control character", CHIP_ID.replace("Ví", "V\x07")),
    ("a name with digits", CHIP_ID.replace("Ví", "V1")),
    ("no name", CHIP_ID.replace("Nguyễn Văn Ví Dụ", "")),
    ("a line feed after it", CHIP_ID + "\n"),
    ("a right-to-left override", CHIP_ID.replace("Thôn", "\u202eThôn")),
    ("health insurance without its end", insurance().removesuffix("|$")),
    ("health insurance, name not in hexadecimal", insurance().replace("4cc3aa", "Lê")),
    ("health insurance, half a letter", insurance().replace("4cc3aa", "4cc3")),
    ("health insurance, number in lower case", insurance(number="hs4990000000001")),
    ("a poster of another place on the web", POSTER.replace("tokhaiyte", "tokhai-yte")),
    ("a host that only begins like it", "https://tokhaiyte.vn.example/?page=Group.checkin"),
    ("a host that only ends like it", "https://nottokhaiyte.vn/?page=Group.checkin"),
    ("a web address that is none", "https://[tokhaiyte.vn/?page=Group.checkin"),
]
