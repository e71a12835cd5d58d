"""What people type: letters that only look right are named, whole identity numbers understood."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.citizen.typed_facts import foreign_letter, is_number, last_digits, second_fact
from api.language import Language, read_speeches

VI, EN = (read_speeches()[language] for language in (Language.VI, Language.EN))


@pytest.mark.parametrize(
    ("text", "place", "meant"),
    [
        ("30\u0410-123.45", "3", "A"),
        ("\u039130-123.45", "1", "A"),
        ("12\uff134", "3", "3"),
        ("0002/\uff31Đ", "6", "Q"),
    ],
)
def test_a_letter_that_only_looks_latin_is_named(text: str, place: str, meant: str) -> None:
    for speech in (VI, EN):
        words = foreign_letter(text, speech)
        assert place in words
        assert f"“{meant}”" in words


@pytest.mark.parametrize("text", ["30٣", "車123", "30\u0416"])
def test_other_scripts_are_told_plainly(text: str) -> None:
    assert "Latinh" in foreign_letter(text, VI)


@pytest.mark.parametrize("text", ["0002/QĐ-XPHC", "ĐƯỜNG BỘ", "59A1-123.45 – ấỡ", "Ð"])
def test_vietnamese_is_no_foreign_script(text: str) -> None:
    for spelt in (unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)):
        assert not foreign_letter(spelt, VI)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("59a 123.45", "59A12345"),
        ("001099012345", "2345"),
        ("0010 9901 2345", "2345"),
        ("123456789", "6789"),
        ("2345", "2345"),
        ("-.", ""),
        ("9" * 30, None),
    ],
)
def test_a_whole_identity_number_means_its_last_digits(text: str, fact: str | None) -> None:
    assert second_fact(text) == fact


@pytest.mark.parametrize(
    ("text", "digits"),
    [("2345", "2345"), ("001099012345", "2345"), ("59A1", None), ("234", None), ("", None)],
)
def test_only_four_digits_are_last_digits(text: str, digits: str | None) -> None:
    assert last_digits(text) == digits


@given(st.text(max_size=200))
def test_nothing_typed_breaks_anything(text: str) -> None:
    assert isinstance(foreign_letter(text, VI), str)
    assert is_number(text) in (True, False)
    assert (last_digits(text) or "0000").isdigit()
