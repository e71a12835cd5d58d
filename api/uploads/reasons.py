"""Why an item was refused, in Vietnamese: the words of the push door for people with a sheet."""

import re
from typing import Final

_REASONS: Final = tuple(
    (re.compile(english), vietnamese)
    for english, vietnamese in (
        (r"is missing: nobody could look this up", "còn trống nên không ai tra cứu được khoản này"),
        (r"is missing", "còn trống"),
        (r"is not a registered account", "không phải mã tài khoản đã đăng ký"),
        (r"is not the day its facts say", "không trùng với ngày ghi trong quyết định"),
        (r"has control characters", "có ký tự điều khiển, ví dụ xuống dòng trong ô"),
        (
            r"has a character nobody can see, (\S+), at (\d+)",
            r"có ký tự không nhìn thấy được \1 ở vị trí \2",
        ),
        (r"has 1 to (\d+) (?:printable )?characters", r"phải có từ 1 đến \1 ký tự nhìn thấy được"),
        (r"has at most 20 letters and digits", "có nhiều hơn 20 chữ và số"),
        (r"is between (\S+) and (\S+)", r"phải trong khoảng từ \1 đến \2"),
        (r"is no day of the calendar", "không phải là ngày có thật"),
        (
            r"is a code of letters, digits, dot, dash, underscore",
            "chỉ gồm chữ không dấu, chữ số, dấu chấm, gạch nối, gạch dưới, không quá 20 ký tự",
        ),
        (r"is before the decision was issued", "trước ngày ra quyết định"),
        (r"says nothing for this code", "không dùng cho mã dịch vụ này"),
        (
            r"says nothing: (\S+) is not in the tariff here",
            r"không dùng vì \1 không có biểu mức thu",
        ),
        (r"is online or counter", "phải là online (trực tuyến) hoặc counter (tại quầy)"),
        (r"has (.+) at (\d+)(?: where .*)?", r"có chữ trông giống chữ Latin ở vị trí \2 (\1)"),
        (r"is not a field here", "không dùng cho loại khoản thu này"),
    )
)
CONFLICTS_EN: Final = "is known with other content; send a correction instead of a new push"
CONFLICTS_VI: Final = "đã có với nội dung khác; hãy gửi đính chính thay vì nộp lại"
_OTHER: Final = "không hợp lệ: %s"


def in_vietnamese(reason: str) -> str:
    """Return a reason of the push door in Vietnamese; one not known here is kept in English."""
    for shape, words in _REASONS:
        if found := shape.fullmatch(reason):
            return found.expand(words)
    return _OTHER % reason
