"""Reasons of the push door in Vietnamese."""

import pytest

from api.uploads.reasons import in_vietnamese
from payments.errors import InputRefused
from payments.obligation import checked_number, normalised_subject
from payments.obligations.body import Body
from payments.spelling import check_latin


@pytest.mark.parametrize(
    ("english", "vietnamese"),
    [
        ("is missing", "còn trống"),
        ("is between 1 and 365", "phải trong khoảng từ 1 đến 365"),
        ("has 1 to 500 characters", "phải có từ 1 đến 500 ký tự nhìn thấy được"),
        ("is not a registered account", "không phải mã tài khoản đã đăng ký"),
        ("says nothing: X1 is not in the tariff here", "không dùng vì X1 không có biểu mức thu"),
        ("is stranger than all", "không hợp lệ: is stranger than all"),
    ],
)
def test_a_reason_is_said_in_vietnamese(english: str, vietnamese: str):
    assert in_vietnamese(english) == vietnamese


def test_what_the_push_door_says_of_a_cell_is_known_here():
    body = Body({"text": "a\nb", "long": "x" * 999, "code": "a b", "day": "2026-02-30", "n": 900})
    asks = [
        lambda: body.text("text"),
        lambda: body.text("long"),
        lambda: body.text("none"),
        lambda: body.code("code"),
        lambda: body.day("day"),
        lambda: body.whole("n", least=1, most=365),
        lambda: checked_number(" "),
        lambda: normalised_subject("1" * 21),
        lambda: check_latin("\u0410123", field="number"),
        lambda: check_latin("1\u200b23", field="number"),
    ]
    for ask in asks:
        with pytest.raises(InputRefused) as caught:
            ask()
        assert "không hợp lệ" not in in_vietnamese(caught.value.reason), caught.value.reason
