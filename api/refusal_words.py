"""Reasons for refusing a field, which are written in English, said in Vietnamese."""

import re
from typing import Final

_PATTERNS: Final = (
    (
        r"is not an address like https://name\.example\.vn/path",
        "phải là địa chỉ dạng https://ten.example.vn/duong-dan",
    ),
    (r"has a port that is none", "có số cổng không đúng"),
    (
        r"does not name a host of the public internet",
        "không phải là tên máy chủ công khai trên internet",
    ),
    (r"has a port other than 443 and 8443", "có cổng khác 443 và 8443"),
    (r"has (\d+) addresses already", "đã có đủ {0} địa chỉ"),
    (r"is not the id of an event", "không phải là mã của một sự kiện"),
    (r"lies ahead", "là một ngày chưa đến"),
    (
        r"is started by an attempt, not with the payment",
        "được bắt đầu bằng một yêu cầu attempts riêng, không cùng lúc với giao dịch",
    ),
    (r"has 1 to (\d+) lines", "phải có từ 1 đến {0} dòng"),
    (r"has 1 to (\d+) bytes", "phải có từ 1 đến {0} byte"),
    (r"has amounts above zero only", "chỉ có số tiền lớn hơn 0"),
    (
        r"come to (\d+), but (\d+) was paid; say why",
        "cộng lại là {0}, nhưng đã nộp {1}; hãy nêu lý do",
    ),
    (
        r"come to (\d+) beside (\d+) on other receipts, but (\d+) was paid; say why",
        "cộng lại là {0} cùng với {1} trên các chứng từ khác, nhưng đã nộp {2}; hãy nêu lý do",
    ),
    (r"come to more than (\d+)", "cộng lại lớn hơn {0}"),
    (r"does not say (.+); it may be left out", "không ghi là: {0}; có thể bỏ trống"),
    (r"is given, but nothing differs", "có nêu lý do, nhưng số tiền không khác"),
    (r"or the document itself is needed", "hoặc chính chứng từ là bắt buộc"),
    (r"is not an https address", "không phải là địa chỉ https"),
    (
        r"has 10 or 12 digits, or 10, a dash and 3",
        "phải có 10 hoặc 12 chữ số, hoặc 10 chữ số, gạch nối và 3 chữ số",
    ),
    (r"has at most 7 digits and begins with 1", "có nhiều nhất 7 chữ số và bắt đầu từ 1"),
    (
        r"has 1 to 20 capitals, digits, \. / -",
        "phải có từ 1 đến 20 chữ in hoa, chữ số và các dấu . / -",
    ),
    (
        r"is two digits of the year and a capital",
        "phải gồm hai chữ số của năm và một chữ in hoa",
    ),
    (r"is of another year than the receipt", "của năm khác với ngày lập chứng từ"),
    (
        r"is several in this payment; none is meant",
        "có nhiều khoản cùng số trong giao dịch này nên không rõ khoản nào",
    ),
    (r"is that of another receipt known here", "là số của một chứng từ khác đã có ở đây"),
    (r"is missing: nobody could look this up", "bị thiếu: không ai tra cứu được khoản này"),
    (r"is missing(?:: who is insured|: nothing is corrected)?", "bị thiếu"),
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
    (r"has at least one entry", "phải có ít nhất một mục"),
    (r"has at most 20 letters and digits", "có nhiều nhất 20 chữ và số"),
    (r"has 3 to 34 letters and digits", "phải có từ 3 đến 34 chữ và số"),
    (r"has more than (\d+) amounts in all", "có tất cả hơn {0} khoản tiền"),
    (r"at most (\d+) at once", "nhiều nhất {0} mục một lần"),
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
    (r"is a code of letters, digits and \.-_", "phải là mã gồm chữ, số và các dấu .-_"),
    (r"is a pair of first and last day", "phải là một cặp ngày đầu và ngày cuối"),
    (
        r"is being paid into: send this again later",
        "đang có người nộp vào tài khoản này; hãy gửi lại sau",
    ),
    (r"is not an e-mail address", "không phải là địa chỉ thư điện tử"),
    (r"is not a registered account", "không phải là tài khoản đã đăng ký"),
    (r"is not a kind of obligation known here", "không phải là loại khoản thu đã biết"),
    (r"is not the day its facts say", "khác với ngày ghi trong facts"),
    (r"is after today, (\S+)", "sau ngày hôm nay ({0})"),
    (
        r"is a plate or the last 4 digits of a paper",
        "phải là biển số xe hoặc 4 số cuối của giấy tờ tùy thân",
    ),
    (r"is not a plate", "không phải là biển số xe"),
    (r"has 9 or 12 digits", "phải có 9 hoặc 12 chữ số"),
    (r"is before the decision was issued", "trước ngày ban hành quyết định"),
    (r"is before the notice was issued", "trước ngày ban hành thông báo"),
    (r"do not come to the fine", "cộng lại không bằng số tiền phạt"),
    (
        r"do not come to the fine less its part payments",
        "cộng lại không bằng số tiền phạt trừ phần đã nộp",
    ),
    (r"do not come to amount_vnd", "cộng lại không bằng amount_vnd"),
    (r"stands without instalments", "chỉ có khi được nộp nhiều lần"),
    (r"is individual or organisation", "phải là individual hoặc organisation"),
    (r"is not after the one before", "không sau ngày của lần trước"),
    (r"is no period after the decision", "không phải là khoảng thời gian sau quyết định"),
    (r"is longer than (\d+) months", "dài hơn {0} tháng"),
    (r"overlaps one that is suspended already", "trùng với thời gian đã được hoãn"),
    (r"are 2 to (\d+)", "phải có từ 2 đến {0} lần"),
    (
        r"follow each other after the decision",
        "phải theo thứ tự ngày, không trước ngày ra quyết định",
    ),
    (r"last more than (\d+) months", "kéo dài quá {0} tháng"),
    (r"begin with less than (\S+) %", "lần đầu ít hơn {0} % số tiền phạt"),
    (
        r"the law of (\S+) has no deferral for this",
        "pháp luật ngày {0} không có quy định hoãn cho trường hợp này",
    ),
    (
        r"the law of (\S+) has no instalments for this",
        "pháp luật ngày {0} không có quy định nộp nhiều lần cho trường hợp này",
    ),
    (r"is for fines from (\d+) dong on", "chỉ áp dụng cho tiền phạt từ {0} đồng"),
    (r"is (\d+) by now", "hiện là {0}"),
    (r"was used before for something else", "đã dùng cho một việc khác"),
    (r"cannot be done: it is open", "không làm được: khoản này đang phải nộp"),
    (r"cannot be done: it is paid", "không làm được: khoản này đã nộp"),
    (r"cannot be done: it is withdrawn", "không làm được: khoản này đã hủy"),
    (r"cannot be done: it is superseded", "không làm được: khoản này đã có quyết định thay thế"),
    (r"is known already", "đã có ở đây"),
    (r"does not belong to (\w+)", "không dùng với {0}"),
    (r"is another kind than before", "khác loại với khoản trước"),
    (r"is not known for this kind", "không áp dụng cho loại khoản thu này"),
    (
        r"is more than what is left to pay for these months",
        "nhiều hơn số còn phải đóng cho các tháng này",
    ),
    (
        r"is at least (.+) when paid on (\S+); choose a higher income",
        "ít nhất là {0} khi đóng ngày {1}; hãy chọn mức thu nhập cao hơn",
    ),
    (
        r"is at most (.+) when paid on (\S+); choose a lower income",
        "nhiều nhất là {0} khi đóng ngày {1}; hãy chọn mức thu nhập thấp hơn",
    ),
    (r"(\w+) takes (\d+) months", "{0} gồm {1} tháng"),
    (
        r"(\w+) from (\S+) had to be paid by (\S+); register again with the SI office",
        "{0} từ {1} phải đóng trước hết ngày {2}; hãy đăng ký lại với cơ quan BHXH",
    ),
    (
        r"is supported from (\S+) on; name the group of that day's law",
        "được hỗ trợ từ {0}; hãy ghi nhóm theo pháp luật của ngày đó",
    ),
    (r"is online or counter", "phải là online hoặc counter"),
    (r"says nothing for this code", "không dùng với mã này"),
    (
        r"says nothing: (.+) is not in the tariff here",
        "không dùng được: {0} không có trong biểu phí",
    ),
    (r"is a household code, a slash and YYYY-MM", "gồm mã hộ gia đình, dấu gạch chéo và YYYY-MM"),
    (r"is that of another member", "là của một thành viên khác"),
    (r"is ten digits, a slash and YYYY-MM", "gồm mười chữ số, dấu gạch chéo và YYYY-MM"),
    (r"no value is known(?: for \S+)?", "chưa biết mức áp dụng"),
    (r"names one obligation twice", "có một khoản hai lần"),
    (
        r"are owed to different accounts: pay them one by one",
        "nộp vào các tài khoản khác nhau: hãy nộp từng khoản",
    ),
    (r"may push nothing new today(?:; (\S+) took over)?", "hôm nay không được gửi khoản mới"),
    (r"may send at most (\d+) a minute", "được gửi nhiều nhất {0} mục một phút"),
    (
        r"is needed: several of yours use this number",
        "cần ghi rõ: nhiều cơ quan của bạn dùng số này",
    ),
    (r"(?:(\S+) )?is not registered", "chưa đăng ký"),
    (r"is before its first day", "trước ngày đầu tiên"),
    (r"follows an authority that has a last day", "chỉ có khi cơ quan đã có ngày cuối"),
    (r"is another authority", "phải là một cơ quan khác"),
    (r"ended already on (\S+)", "đã kết thúc ngày {0}"),
    (r"leads back to the authority itself", "dẫn trở lại chính cơ quan đó"),
    (r"(?:this code or account number )?is already registered differently", "đã đăng ký khác"),
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
