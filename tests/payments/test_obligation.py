"""What is owed, and how its number, subject and masks are written."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.errors import InputRefused
from payments.obligation import (
    NUMBER_MAX,
    checked_code,
    checked_number,
    checked_personal,
    masked_name,
    masked_plate,
    normalised_number,
    normalised_subject,
    sealed_place,
)


@pytest.mark.parametrize(
    "typed",
    [
        "0012345/QĐ-XPHC",
        "0012345/qđ-xphc",
        "0012345/QD-XPHC",
        " 0012345 / QĐ - XPHC ",
        "0012345/QĐ\u2013XPHC",
        "0012345/QĐ\u2011XPHC",
        "0012345/QĐ--XPHC",
        "0012345/Q\u00d0-XPHC",
        "0012345\u00a0/QĐ-XPHC\u200b",
    ],
)
def test_one_number_typed_in_many_ways_is_one_number(typed: str):
    assert normalised_number(typed) == "0012345/QD-XPHC"


def test_different_numbers_stay_different():
    typed = ["12/QĐ", "1-2/QĐ", "012/QĐ", "12/QDX", "12QĐ"]
    assert len({normalised_number(each) for each in typed}) == len(typed)


@pytest.mark.parametrize("typed", ["", "  ", "\u200b", "x" * (NUMBER_MAX + 1)])
def test_what_cannot_be_a_number_is_refused(typed: str):
    with pytest.raises(InputRefused):
        normalised_number(typed)


@pytest.mark.parametrize("typed", ["59A-123.21", "59a 12321", "59A12321", "59\u2013A-123 21."])
def test_one_plate_typed_in_many_ways_is_one_plate(typed: str):
    assert normalised_subject(typed) == "59A12321"


def test_a_plate_may_have_a_barred_d():
    assert normalised_subject("29LĐ-123.45") == normalised_subject("29LD 12345") == "29LD12345"
    assert normalised_subject(" - . ") == ""
    with pytest.raises(InputRefused):
        normalised_subject("1" * 21)


@given(st.text(max_size=NUMBER_MAX))
def test_writing_a_number_the_same_way_again_changes_nothing(typed: str):
    try:
        once = normalised_number(typed)
    except InputRefused:
        return
    assert normalised_number(once) == once
    assert normalised_number(unicodedata.normalize("NFD", typed)) == once


def test_a_shown_number_keeps_its_signs():
    assert checked_number(" 0012345/Q\u0110-XPHC ") == "0012345/QĐ-XPHC"
    for wrong in ("", "a\x00b", "x" * (NUMBER_MAX + 1), "a\nb"):
        with pytest.raises(InputRefused):
            checked_number(wrong)


def test_a_code_is_short_and_plain():
    assert checked_code("csgt-01", field="provider") == "csgt-01"
    for wrong in ("", "a b", "-a", "x" * 41, "đ"):
        with pytest.raises(InputRefused) as refused:
            checked_code(wrong, field="provider")
        assert refused.value.field == "provider"


def test_personal_fields_are_known_and_readable():
    assert checked_personal({"name": " Nguye\u0302\u0303n "}) == {"name": "Nguyễn"}
    for wrong in ({"nickname": "x"}, {"name": ""}, {"name": "a\nb"}, {"phone": "1" * 201}):
        with pytest.raises(InputRefused) as refused:
            checked_personal(wrong)
        assert refused.value.field == f"personal.{next(iter(wrong))}"


def test_masks_show_enough_to_recognise_oneself():
    assert masked_name("Nguyễn Văn  An") == "N. V. A."
    assert masked_name("") == ""
    assert masked_plate("59A-123.21") == "59A-***.21"
    assert masked_plate("29LĐ-1234") == "29LĐ-***.34"
    assert masked_plate("59A12321") == "59A-***.21"


@given(st.text(alphabet="0123456789", min_size=4, max_size=5))
def test_a_masked_plate_hides_all_but_the_last_two_digits(digits: str):
    assert masked_plate(f"59A-{digits}") == f"59A-***.{digits[-2:]}"


def test_the_sealed_place_names_one_row_only():
    places = {
        sealed_place(provider=provider, kind=kind, number=number)
        for provider in ("a", "b")
        for kind in ("c", "d")
        for number in ("1/2", "1")
    }
    assert len(places) == 8
