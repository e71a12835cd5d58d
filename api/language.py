"""Vietnamese and English: the catalogue, and how each writes money, days and hours."""

import enum
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from api.clock import VIETNAM, vietnam_day
from ledger.money import Money
from payments.quote import NoteValue

CATALOGUE: Final = Path(__file__).parent / "translations" / "en" / "LC_MESSAGES" / "messages.po"


class Language(enum.StrEnum):
    """What a page is written in; Vietnamese is the source, English the one translation."""

    VI = "vi"
    EN = "en"


# f, j, w and z are no letters of Vietnamese, yet names and plates hold them.
_ALPHABET: Final = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTER_MARKS: Final = frozenset("\u0302\u0306\u031b")  # circumflex, breve, horn
_TONES: Final = ("\u0300", "\u0309", "\u0303", "\u0301", "\u0323")  # grave to dot below, in order

_WEEKDAYS: Final[Mapping[Language, tuple[str, ...]]] = MappingProxyType(
    {
        Language.VI: (
            "thứ Hai",
            "thứ Ba",
            "thứ Tư",
            "thứ Năm",
            "thứ Sáu",
            "thứ Bảy",
            "Chủ nhật",
        ),
        Language.EN: (
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ),
    }
)


class Speech:
    """One language, ready to speak."""

    def __init__(self, language: Language, translations: NullTranslations) -> None:
        """Keep the language and the catalogue its words come from."""
        self.language: Final = language
        self.gettext: Final = translations.gettext
        self.ngettext: Final = translations.ngettext

    def say(self, text: str, **values: str | int) -> str:
        """Return a Vietnamese source text in this language, `%(name)s` filled in."""
        spoken = self.gettext(text)
        return spoken % values if values else spoken

    def fill(self, text: str, values: Mapping[str, NoteValue]) -> str:
        """Return a source text in this language, each value written as its type is here."""
        return self.gettext(text) % {name: self._written(value) for name, value in values.items()}

    def number(self, value: int) -> str:
        """Return a whole number with its thousands parted."""
        grouped = f"{value:,}"
        return grouped.replace(",", ".") if self.language is Language.VI else grouped

    def dong(self, amount: Money) -> str:
        """Return an amount that never breaks over two lines."""
        if self.language is Language.VI:
            return f"{self.number(amount.vnd)}\u00a0đ"
        return f"VND\u00a0{self.number(amount.vnd)}"

    def percent(self, rates: str) -> str:
        """Return rates, decimal texts parted by semicolons, as per cent: `0.0005` as `0,05%`."""
        spoken = "; ".join(_percent(rate) for rate in rates.split("; "))
        return spoken.replace(".", ",") if self.language is Language.VI else spoken

    def day(self, day: date) -> str:
        """Return a date, the day first in both languages, as it stands on every paper."""
        return f"{day:%d/%m/%Y}"

    def weekday(self, day: date) -> str:
        """Return a date with its weekday."""
        return f"{_WEEKDAYS[self.language][day.weekday()]}, {self.day(day)}"

    def time(self, instant: datetime) -> str:
        """Return the hour and minute in Vietnam."""
        return f"{instant.astimezone(VIETNAM):%H:%M}"

    def instant(self, instant: datetime) -> str:
        """Return hour, minute and date in Vietnam."""
        return f"{self.time(instant)}, {self.day(vietnam_day(instant))}"

    def days_left(self, deadline: date, *, today: date) -> str:
        """Return how far away the last day is, before or after it."""
        days = (deadline - today).days
        if days > 0:
            return self.ngettext("còn %(days)s ngày", "còn %(days)s ngày", days) % {"days": days}
        if days == 0:
            return self.gettext("hôm nay là ngày cuối")
        late = self.ngettext("đã quá hạn %(days)s ngày", "đã quá hạn %(days)s ngày", -days)
        return late % {"days": -days}

    def _written(self, value: NoteValue) -> str:
        match value:
            case str():
                return value
            case int():
                return self.number(value)
            case Money():
                return self.dong(value)
            case date():
                return self.day(value)
            case Decimal():
                return self.percent(str(value))


def read_speeches() -> Mapping[Language, Speech]:
    """Return both languages, the English catalogue read from its file."""
    return MappingProxyType(
        {
            Language.VI: Speech(Language.VI, NullTranslations()),
            Language.EN: Speech(Language.EN, _english()),
        }
    )


def vietnamese_key(text: str) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    """Return what to sort Vietnamese text by: syllable by syllable, letters before tones."""
    return tuple(_syllable_key(syllable) for syllable in text.lower().split())


def _percent(rate: str) -> str:
    return f"{(Decimal(rate) * 100).normalize():f}%"


def _english() -> NullTranslations:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="en")
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def _syllable_key(syllable: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    letters: list[str] = []
    tones: list[int] = []
    for sign in unicodedata.normalize("NFD", syllable):
        if letters and sign in _LETTER_MARKS:
            letters[-1] = unicodedata.normalize("NFC", letters[-1] + sign)
        elif letters and sign in _TONES:
            tones[-1] = _TONES.index(sign) + 1
        else:
            letters.append(sign)
            tones.append(0)
    return tuple(_rank(letter) for letter in letters), tuple(tones)


def _rank(letter: str) -> int:
    """Return a letter's place in the alphabet; digits and signs come before all letters."""
    place = _ALPHABET.find(letter)
    return place - len(_ALPHABET) if place >= 0 else ord(letter) - 0x110000 - len(_ALPHABET)
