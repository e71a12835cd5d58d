"""Amounts written out, in Vietnamese and in English, so that a figure cannot be altered alone."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from ledger.money import Money

WORDS_MAX: Final = 999_999_999_999_999
"""The largest amount with words: below a million billions."""

_VI_DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_VI_SCALES: Final = ("", "nghìn", "triệu")
_ALSO_SAID: Final[Mapping[str, str]] = {"ngàn": "nghìn", "linh": "lẻ", "tỉ": "tỷ", "tư": "bốn"}
"""Other words for the same, and the ones they are read as here."""

_EN_SMALL: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_EN_TENS: Final = (
    *("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"),
)
_EN_SCALES: Final = ("", "thousand", "million", "billion", "trillion")


def amount_in_vietnamese(amount: Money) -> str:
    """Return the amount as a Vietnamese document writes it: `Ba triệu không trăm … đồng`.

    Raises:
        ValueError: the amount is below zero or above `WORDS_MAX`.
    """
    words = vietnamese(_checked(amount))
    return f"{words[0].upper()}{words[1:]} đồng"


def amount_in_english(amount: Money) -> str:
    """Return the amount in English words: `Three million … dong`.

    Raises:
        ValueError: the amount is below zero or above `WORDS_MAX`.
    """
    words = english(_checked(amount))
    return f"{words[0].upper()}{words[1:]} dong"


def says_amount(words: str, amount: Money) -> bool:
    """Say whether Vietnamese words are those of an amount, in any of the usual spellings.

    Raises:
        ValueError: the amount is below zero or above `WORDS_MAX`.
    """
    return _folded(words) == _folded(amount_in_vietnamese(amount))


def vietnamese(number: int) -> str:
    """Return a whole number in Vietnamese words, small letters."""
    if number == 0:
        return _VI_DIGITS[0]
    billions, rest = divmod(number, 10**9)
    words: list[str] = []
    if billions:
        words += [*_below_billion(billions, is_first=True), "tỷ"]
    if rest:
        words += _below_billion(rest, is_first=not billions)
    return " ".join(words)


def english(number: int) -> str:
    """Return a whole number in English words, small letters."""
    if number == 0:
        return _EN_SMALL[0]
    words: list[str] = []
    for scale in reversed(range(len(_EN_SCALES))):
        group = number // 1000**scale % 1000
        if group:
            words.append(f"{_en_group(group)} {_EN_SCALES[scale]}".strip())
    return " ".join(words)


def _folded(words: str) -> list[str]:
    """Return the words without capitals and stops, and without `chẵn` after the last one."""
    plain = unicodedata.normalize("NFC", words).casefold()
    folded = [_ALSO_SAID.get(word, word) for word in re.sub(r"[.,;]", " ", plain).split()]
    return folded[:-1] if folded[-1:] == ["chẵn"] else folded


def _checked(amount: Money) -> int:
    if not 0 <= amount.vnd <= WORDS_MAX:
        raise ValueError(f"{amount.vnd} dong has no words here")
    return amount.vnd


def _below_billion(number: int, *, is_first: bool) -> list[str]:
    """Return the words; every group but the first says its hundreds, even none of them."""
    words: list[str] = []
    for scale in reversed(range(len(_VI_SCALES))):
        group = number // 1000**scale % 1000
        if group:
            words += _vi_group(group, with_hundreds=not is_first or bool(words))
            words += [_VI_SCALES[scale]] if scale else []
    return words


def _vi_group(group: int, *, with_hundreds: bool) -> list[str]:
    hundreds, rest = divmod(group, 100)
    tens, ones = divmod(rest, 10)
    words: list[str] = []
    if hundreds or with_hundreds:
        words += [_VI_DIGITS[hundreds], "trăm"]
        words += ["lẻ"] if tens == 0 and ones else []
    if tens == 1:
        words.append("mười")
    elif tens:
        words += [_VI_DIGITS[tens], "mươi"]
    if ones:
        words.append(_vi_ones(tens=tens, ones=ones))
    return words


def _vi_ones(*, tens: int, ones: int) -> str:
    """Return the last digit, whose name changes after a ten: mốt, tư, lăm."""
    match ones:
        case 1 if tens > 1:
            return "mốt"
        case 4 if tens > 1:
            return "tư"
        case 5 if tens > 0:
            return "lăm"
        case _:
            return _VI_DIGITS[ones]


def _en_group(group: int) -> str:
    hundreds, rest = divmod(group, 100)
    words: list[str] = []
    if hundreds:
        words += [_EN_SMALL[hundreds], "hundred"]
    if rest >= len(_EN_SMALL):
        tens, ones = divmod(rest, 10)
        words.append(_EN_TENS[tens] + (f"-{_EN_SMALL[ones]}" if ones else ""))
    elif rest:
        words.append(_EN_SMALL[rest])
    return " ".join(words)
