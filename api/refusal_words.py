"""Reasons for refusing a field, which are written in English, said in Vietnamese."""

import re
from typing import Final

_PATTERNS: Final = (
    (r"is missing: nobody could look this up", "bị thiếu: không ai tra cứu được khoản này"),
    (r"is missing(: who is insured)?", "bị thiếu"),
    (r"is not a field here", "không phải là trường được nhận ở đây"),
    (r"is a whole number, not (\w+)", "phải là số nguyên, không phải {0}"),
    (r"is a whole number, without point or exponent", "phải là số nguyên viết bằng chữ số"),
    (r"is a text, not (\w+)", "phải là chuỗi ký tự, không phải {0}"),
    (r"is a list(, not \w+)?", "phải là danh sách"),
    (r"is an object(, not \w+)?", "phải là đối tượng JSON"),
    (r"is a date written as YYYY-MM-DD", "phải là ngày viết dạng YYYY-MM-DD"),
    (r"is a month written as YYYY-MM", "phải là tháng viết dạng YYYY-MM"),
    (r"is no day of the calendar", "không phải là ngày có thật"),
    (r"is between (\S+) and (\S+)", "phải nằm trong khoảng từ {0} đến {1}"),
    (r"is one of (.+)", "phải là một trong: {0}"),
    (r"has 1 to (\d+) (?:printable )?characters", "phải có từ 1 đến {0} ký tự in được"),
    (r"has 1 to (\d+) entries", "phải có từ 1 đến {0} mục"),
    (r"has at most (\d+) entries", "có nhiều nhất {0} mục"),
    (r"has at most 20 letters and digits", "có nhiều nhất 20 chữ và số"),
    (r"has control characters", "có ký tự điều khiển"),
    (
        r"has a character nobody can see, (\S+), at (\d+)",
        "có ký tự không nhìn thấy được ({0}) ở vị trí {1}",
    ),
    (
        r"has .+ \((U\+[0-9A-F]+)\) at (\d+) where (.+) is meant",
        "có ký tự {0} ở vị trí {1} chỉ trông giống; hãy gõ {2}",
    ),
    (r"has .+ \((U\+[0-9A-F]+)\) at (\d+)", "có ký tự {0} ở vị trí {1} không được nhận ở đây"),
    (r"has NUL or half a character", "có ký tự NUL hoặc ký tự bị cắt đôi"),
    (
        r"is a code of letters, digits, dot, dash, underscore",
        "phải là mã gồm chữ, số, dấu chấm, gạch ngang, gạch dưới",
    ),
    (r"is not a registered account", "không phải là tài khoản đã đăng ký"),
    (r"is not a kind of obligation known here", "không phải là loại khoản thu đã biết"),
    (r"is not the day its facts say", "khác với ngày ghi trong facts"),
    (r"is before the decision was issued", "trước ngày ban hành quyết định"),
    (r"is before the first day", "trước ngày đầu"),
    (r"ends before it begins", "kết thúc trước khi bắt đầu"),
    (r"are more than the fine", "lớn hơn số tiền phạt"),
    (r"is there twice", "có hai lần"),
    (
        r"is beyond 9007199254740991, where numbers stop being exact",
        "vượt quá 9007199254740991, không còn chính xác",
    ),
    (
        r"is known here with other content; send a change instead",
        "đã có ở đây với nội dung khác; hãy gửi yêu cầu thay đổi",
    ),
)
_COMPILED: Final = tuple((re.compile(english), words) for english, words in _PATTERNS)


def vietnamese_of(reason: str) -> str:
    """Return a reason in Vietnamese, '' when nobody has said it yet."""
    for pattern, words in _COMPILED:
        found = pattern.fullmatch(reason)
        if found:
            return words.format(*found.groups())
    return ""
