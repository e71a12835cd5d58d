"""What looks like another letter, or like nothing at all, is named."""

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.errors import InputRefused
from payments.spelling import LOOK_ALIKES, check_all_seen, check_latin, check_seen

VIETNAMESE = "AĂÂBCDĐEÊGHIKLMNOÔƠPQRSTUƯVXYÁÀẢÃẠẮẶẤẬÉẼỆÍỊÓỘỚỢÚỤỨỰÝỴ"
UNSEEN = ["\x00", "\u200b", "\u202e", "\u2066", "\u00ad", "\ufeff", "\ud800"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_vietnamese_passes_in_either_form(form: Literal["NFC", "NFD"]):
    for text in (VIETNAMESE, VIETNAMESE.lower(), "0012/QĐ-XPHC", "12\u2013QD", "59A-123.21"):
        check_latin(unicodedata.normalize(form, text), field="number")


@pytest.mark.parametrize("sign", LOOK_ALIKES)
def test_a_letter_of_another_script_is_named_with_its_place_and_what_was_meant(sign: str):
    with pytest.raises(InputRefused) as refused:
        check_latin(f"12{sign}4", field="subject")
    assert refused.value.field == "subject"
    assert f"U+{ord(sign):04X}" in refused.value.reason
    assert f"at 3 where {LOOK_ALIKES[sign]} is meant" in refused.value.reason


@pytest.mark.parametrize("sign", ["\uff21", "\u0661", "\u00b2", "\u4e00", "\u0251", "\u0338"])
def test_digits_and_letters_of_other_alphabets_are_refused(sign: str):
    with pytest.raises(InputRefused, match="at 1"):
        check_latin(f"{sign}1", field="number")


@pytest.mark.parametrize("sign", UNSEEN)
def test_what_nobody_can_see_is_refused_with_its_place(sign: str):
    with pytest.raises(InputRefused, match=f"nobody can see, U\\+{ord(sign):04X}, at 2"):
        check_seen(f"a{sign}b", field="name")
    with pytest.raises(InputRefused, match="nobody can see"):
        check_latin(f"a{sign}b", field="number")


def test_a_sign_deep_inside_is_named_by_its_field():
    for sign in ("\u200b", "\x01", "\x7f"):
        facts = {"a": 1, "lines": [{"title": "x"}, {"title": f"x{sign}"}]}
        with pytest.raises(InputRefused) as refused:
            check_all_seen(facts, field="facts")
        assert refused.value.field == "facts.lines[1].title"


def test_a_space_that_does_not_break_is_seen():
    check_all_seen({"title": "Lệ\u00a0phí", "quoted": 'a "b" \\ c'}, field="facts")


@given(st.text(alphabet=st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_whatever_a_keyboard_writes_is_taken(text: str):
    check_latin(text, field="number")


@given(st.text(), st.sampled_from(UNSEEN + sorted(LOOK_ALIKES)))
def test_no_text_hides_a_sign_that_is_not_what_it_seems(text: str, sign: str):
    with pytest.raises(InputRefused):
        check_latin(text + sign, field="number")
