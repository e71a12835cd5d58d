"""Amounts in words, in both languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import Money
from payments.amount_in_words import (
    WORDS_MAX,
    amount_in_english,
    amount_in_vietnamese,
    english,
    says_amount,
    vietnamese,
)

KNOWN = {
    0: ("không", "zero"),
    1: ("một", "one"),
    4: ("bốn", "four"),
    5: ("năm", "five"),
    10: ("mười", "ten"),
    11: ("mười một", "eleven"),
    14: ("mười bốn", "fourteen"),
    15: ("mười lăm", "fifteen"),
    19: ("mười chín", "nineteen"),
    20: ("hai mươi", "twenty"),
    21: ("hai mươi mốt", "twenty-one"),
    24: ("hai mươi tư", "twenty-four"),
    25: ("hai mươi lăm", "twenty-five"),
    31: ("ba mươi mốt", "thirty-one"),
    44: ("bốn mươi tư", "forty-four"),
    55: ("năm mươi lăm", "fifty-five"),
    91: ("chín mươi mốt", "ninety-one"),
    99: ("chín mươi chín", "ninety-nine"),
    100: ("một trăm", "one hundred"),
    101: ("một trăm lẻ một", "one hundred one"),
    104: ("một trăm lẻ bốn", "one hundred four"),
    105: ("một trăm lẻ năm", "one hundred five"),
    110: ("một trăm mười", "one hundred ten"),
    111: ("một trăm mười một", "one hundred eleven"),
    115: ("một trăm mười lăm", "one hundred fifteen"),
    121: ("một trăm hai mươi mốt", "one hundred twenty-one"),
    124: ("một trăm hai mươi tư", "one hundred twenty-four"),
    200: ("hai trăm", "two hundred"),
    555: ("năm trăm năm mươi lăm", "five hundred fifty-five"),
    999: ("chín trăm chín mươi chín", "nine hundred ninety-nine"),
    1_000: ("một nghìn", "one thousand"),
    1_001: ("một nghìn không trăm lẻ một", "one thousand one"),
    1_010: ("một nghìn không trăm mười", "one thousand ten"),
    1_015: ("một nghìn không trăm mười lăm", "one thousand fifteen"),
    1_100: ("một nghìn một trăm", "one thousand one hundred"),
    2_024: ("hai nghìn không trăm hai mươi tư", "two thousand twenty-four"),
    10_000: ("mười nghìn", "ten thousand"),
    15_000: ("mười lăm nghìn", "fifteen thousand"),
    21_000: ("hai mươi mốt nghìn", "twenty-one thousand"),
    100_000: ("một trăm nghìn", "one hundred thousand"),
    105_000: ("một trăm lẻ năm nghìn", "one hundred five thousand"),
    115_000: ("một trăm mười lăm nghìn", "one hundred fifteen thousand"),
    432_500: (
        "bốn trăm ba mươi hai nghìn năm trăm",
        "four hundred thirty-two thousand five hundred",
    ),
    750_000: ("bảy trăm năm mươi nghìn", "seven hundred fifty thousand"),
    1_000_000: ("một triệu", "one million"),
    1_000_005: ("một triệu không trăm lẻ năm", "one million five"),
    1_005_000: ("một triệu không trăm lẻ năm nghìn", "one million five thousand"),
    3_013_500: (
        "ba triệu không trăm mười ba nghìn năm trăm",
        "three million thirteen thousand five hundred",
    ),
    3_000_000: ("ba triệu", "three million"),
    18_126_000: (
        "mười tám triệu một trăm hai mươi sáu nghìn",
        "eighteen million one hundred twenty-six thousand",
    ),
    24_024_024: (
        "hai mươi tư triệu không trăm hai mươi tư nghìn không trăm hai mươi tư",
        "twenty-four million twenty-four thousand twenty-four",
    ),
    100_000_001: ("một trăm triệu không trăm lẻ một", "one hundred million one"),
    999_999_999: (
        "chín trăm chín mươi chín triệu chín trăm chín mươi chín nghìn chín trăm chín mươi chín",
        (
            "nine hundred ninety-nine million nine hundred ninety-nine thousand"
            " nine hundred ninety-nine"
        ),
    ),
    10**9: ("một tỷ", "one billion"),
    10**9 + 1: ("một tỷ không trăm lẻ một", "one billion one"),
    10**9 + 10**6: ("một tỷ không trăm lẻ một triệu", "one billion one million"),
    21 * 10**9: ("hai mươi mốt tỷ", "twenty-one billion"),
    10**11 + 5: ("một trăm tỷ không trăm lẻ năm", "one hundred billion five"),
    10**12: ("một nghìn tỷ", "one trillion"),
    5 * 10**12 + 10**9: ("năm nghìn không trăm lẻ một tỷ", "five trillion one billion"),
    10**14: ("một trăm nghìn tỷ", "one hundred trillion"),
    WORDS_MAX: (
        (
            "chín trăm chín mươi chín nghìn chín trăm chín mươi chín tỷ"
            " chín trăm chín mươi chín triệu chín trăm chín mươi chín nghìn"
            " chín trăm chín mươi chín"
        ),
        (
            "nine hundred ninety-nine trillion nine hundred ninety-nine billion"
            " nine hundred ninety-nine million nine hundred ninety-nine thousand"
            " nine hundred ninety-nine"
        ),
    ),
}
DIGITS: dict[str, int] = {
    "không": 0,
    "một": 1,
    "hai": 2,
    "ba": 3,
    "bốn": 4,
    "năm": 5,
    "sáu": 6,
    "bảy": 7,
    "tám": 8,
    "chín": 9,
    "mốt": 1,
    "tư": 4,
    "lăm": 5,
}


@pytest.mark.parametrize("number", KNOWN)
def test_known_numbers_have_their_words(number: int):
    assert (vietnamese(number), english(number)) == KNOWN[number]


@given(st.integers(0, WORDS_MAX))
def test_vietnamese_words_read_back_as_the_number(number: int):
    assert _read(vietnamese(number)) == number


@given(st.integers(0, 999), st.integers(0, 4), st.integers(0, 10**6))
def test_english_groups_stand_apart(group: int, scale: int, below: int):
    number = group * 1000**scale + below % 1000**scale
    groups = [each for each in (number // 1000**place % 1000 for place in range(5)) if each]
    words = english(number)
    for place, name in enumerate(("thousand", "million", "billion", "trillion"), start=1):
        assert (name in words) == bool(number // 1000**place % 1000)
    for each in groups:
        assert english(each) in words


def test_an_amount_ends_with_its_currency_and_begins_large():
    assert amount_in_vietnamese(Money(3_013_500)) == (
        "Ba triệu không trăm mười ba nghìn năm trăm đồng"
    )
    assert amount_in_english(Money(3_013_500)) == (
        "Three million thirteen thousand five hundred dong"
    )


@pytest.mark.parametrize("vnd", [-1, WORDS_MAX + 1])
def test_an_amount_without_words_is_refused(vnd: int):
    for words in (amount_in_vietnamese, amount_in_english):
        with pytest.raises(ValueError, match="no words"):
            words(Money(vnd))


def test_words_of_an_amount_are_known_in_other_spellings():
    amount = Money(1_000_020_004)
    for words in (
        "Một tỷ không trăm hai mươi nghìn không trăm lẻ bốn đồng",
        "một tỉ, không trăm hai mươi ngàn không trăm linh tư đồng chẵn.",
    ):
        assert says_amount(words, amount)
    for words in ("", "đồng", "Một tỷ đồng", f"{amount_in_vietnamese(amount)} năm"):
        assert not says_amount(words, amount)


def _read(words: str) -> int:
    """Return the number Vietnamese words say, read from left to right as a listener would."""
    billions, group, total = 0, 0, 0
    digit = 0
    for word in words.split():
        match word:
            case "mười":
                group, digit = group + 10, 0
            case "mươi":
                group, digit = group + digit * 10, 0
            case "trăm":
                group, digit = group + digit * 100, 0
            case "nghìn":
                total, group, digit = total + (group + digit) * 10**3, 0, 0
            case "triệu":
                total, group, digit = total + (group + digit) * 10**6, 0, 0
            case "tỷ":
                billions, total, group, digit = total + group + digit, 0, 0, 0
            case "lẻ":
                pass
            case _:
                digit = DIGITS[word]
    return billions * 10**9 + total + group + digit
