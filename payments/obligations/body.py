"""A pushed body read field by field: what cannot be right is refused by name."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeGuard

from ledger.money import Money
from payments.errors import InputRefused

AMOUNT_MAX: Final = Money(999_999_999_999)
"""The most one obligation can ask: a surcharge of many years on top still fits the book."""

DAY_MIN: Final = date(2000, 1, 1)
DAY_MAX: Final = date(2099, 12, 31)
TEXT_MAX: Final = 500

_DAY_SHAPE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CODE_SHAPE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,19}")
_BUDGET_FIELDS: Final = ("chapter", "sub_item", "late_sub_item", "collecting_office", "area")


@dataclass(frozen=True, slots=True)
class Body:
    """An object of a pushed body; `path` is where it stands, '' at the top.

    A field that is null counts as absent. Every method raises InputRefused naming the field.
    """

    values: Mapping[str, object]
    path: str = ""

    def only(self, *known: str) -> None:
        """Refuse fields other than these."""
        for field in self.values:
            if field not in known:
                raise self.refused(field, reason="is not a field here")

    def has(self, field: str) -> bool:
        """Say whether the field is there."""
        return self.values.get(field) is not None

    def whole(self, field: str, *, least: int, most: int) -> int:
        """Return a whole number within its limits."""
        value = self._required(field)
        if type(value) is not int:
            raise self.refused(field, reason=f"is a whole number, not {_named(value)}")
        if not least <= value <= most:
            raise self.refused(field, reason=f"is between {least} and {most}")
        return value

    def amount(self, field: str) -> Money:
        """Return an amount above zero in whole dong."""
        return Money(self.whole(field, least=1, most=AMOUNT_MAX.vnd))

    def day(self, field: str) -> date:
        """Return a date written as YYYY-MM-DD."""
        return self._as_day(field, self._required(field))

    def text(self, field: str, *, length_max: int = TEXT_MAX) -> str:
        """Return a text in NFC without control characters or outer spaces."""
        value = self._required(field)
        if not isinstance(value, str):
            raise self.refused(field, reason=f"is a text, not {_named(value)}")
        text = unicodedata.normalize("NFC", value).strip()
        if not 0 < len(text) <= length_max:
            raise self.refused(field, reason=f"has 1 to {length_max} characters")
        if not text.isprintable() and any(
            unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} for sign in text
        ):
            raise self.refused(field, reason="has control characters")
        return text

    def part(self, field: str) -> "Body":
        """Return an object standing in this one."""
        return self._as_body(field, self._required(field))

    def parts(self, field: str, *, parts_max: int) -> list["Body"]:
        """Return a list of objects, none when the field is absent."""
        found = self._listed(field, length_max=parts_max)
        return [self._as_body(f"{field}[{at}]", value) for at, value in enumerate(found)]

    def periods(self, field: str, *, periods_max: int) -> list[tuple[date, date]]:
        """Return a list of [first day, last day] pairs, none when the field is absent."""
        periods: list[tuple[date, date]] = []
        for at, value in enumerate(self._listed(field, length_max=periods_max)):
            here = f"{field}[{at}]"
            if not _is_list(value) or len(value) != 2:
                raise self.refused(here, reason="is a pair of first and last day")
            first, last = (self._as_day(here, day) for day in value)
            if last < first:
                raise self.refused(here, reason="ends before it begins")
            periods.append((first, last))
        return periods

    def budget(self) -> dict[str, str]:
        """Return the budget codes of the obligation, none when the provider gave none."""
        if not self.has("budget"):
            return {}
        codes = self.part("budget")
        codes.only(*_BUDGET_FIELDS)
        return {field: codes.code(field) for field in codes.values if codes.has(field)}

    def code(self, field: str) -> str:
        """Return a short code of letters and digits."""
        text = self.text(field, length_max=20)
        if not _CODE_SHAPE.fullmatch(text):
            raise self.refused(field, reason="is a code of letters, digits, dot, dash, underscore")
        return text

    def refused(self, field: str, *, reason: str) -> InputRefused:
        """Return the refusal of a field of this object."""
        return InputRefused(field=f"{self.path}.{field}" if self.path else field, reason=reason)

    def _required(self, field: str) -> object:
        value = self.values.get(field)
        if value is None:
            raise self.refused(field, reason="is missing")
        return value

    def _listed(self, field: str, *, length_max: int) -> list[object]:
        if not self.has(field):
            return []
        value = self.values[field]
        if not _is_list(value):
            raise self.refused(field, reason=f"is a list, not {_named(value)}")
        if len(value) > length_max:
            raise self.refused(field, reason=f"has at most {length_max} entries")
        return value

    def _as_body(self, field: str, value: object) -> "Body":
        if not _is_object(value):
            raise self.refused(field, reason=f"is an object, not {_named(value)}")
        return Body(value, f"{self.path}.{field}" if self.path else field)

    def _as_day(self, field: str, value: object) -> date:
        if not isinstance(value, str) or not _DAY_SHAPE.fullmatch(value):
            raise self.refused(field, reason="is a date written as YYYY-MM-DD")
        try:
            day = date.fromisoformat(value)
        except ValueError as problem:
            raise self.refused(field, reason="is no day of the calendar") from problem
        if not DAY_MIN <= day <= DAY_MAX:
            raise self.refused(field, reason=f"is between {DAY_MIN} and {DAY_MAX}")
        return day


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def _is_object(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _named(value: object) -> str:
    return type(value).__name__
