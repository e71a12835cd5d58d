"""Reasons in Vietnamese."""

import pytest

from api.refusal_words import vietnamese_of
from payments.errors import InputRefused
from payments.obligations.body import Body
from payments.spelling import check_latin, check_seen


def test_numbers_and_places_are_carried_over():
    assert vietnamese_of("is between 1 and 365") == "phải nằm trong khoảng từ 1 đến 365"
    assert vietnamese_of("has at most 20 entries") == "có nhiều nhất 20 mục"


def test_a_look_alike_is_told_with_what_to_type():
    with pytest.raises(InputRefused) as refused:
        check_latin("12\u0410", field="number")
    told = "có ký tự U+0410 ở vị trí 3 chỉ trông giống; hãy gõ A"
    assert vietnamese_of(refused.value.reason) == told


def test_what_cannot_be_seen_is_told_with_its_place():
    with pytest.raises(InputRefused) as refused:
        check_seen("a\u200b", field="name")
    assert "U+200B" in vietnamese_of(refused.value.reason)


@pytest.mark.parametrize("value", [1, None, [], {}, "", "x" * 600, "a\x00", "a\u2028b"])
def test_every_way_a_text_can_be_wrong_has_its_words(value: object):
    with pytest.raises(InputRefused) as refused:
        Body({"title": value}).text("title")
    assert vietnamese_of(refused.value.reason)


def test_a_reason_nobody_has_translated_is_left_out():
    assert vietnamese_of("is unlike anything before") == ""
