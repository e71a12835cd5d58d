"""Calendar months as facts write them, and days counted in months."""

import calendar
import re
from datetime import date, timedelta
from typing import Final

from payments.obligations.body import DAY_MAX, DAY_MIN, Body

_SHAPE: Final = re.compile(r"(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])")
_MONTHS: Final = 12


def read_month(body: Body, field: str) -> date:
    """Return the first day of a month written as YYYY-MM.

    Raises:
        InputRefused: it is not one, or lies outside the years an obligation may name.
    """
    text = body.text(field, length_max=7)
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        raise body.refused(field, reason="is a month written as YYYY-MM")
    year = int(shape["year"])
    if not DAY_MIN.year <= year <= DAY_MAX.year:
        raise body.refused(field, reason=f"is between {DAY_MIN:%Y-%m} and {DAY_MAX:%Y-%m}")
    return date(year, int(shape["month"]), 1)


def months_after(day: date, months: int) -> date:
    """Return the same day some months later, the month's last where it has no such day."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def last_day(first: date, *, months: int) -> date:
    """Return the last day of a period of whole months that begins on `first`."""
    return months_after(first, months) - timedelta(days=1)
