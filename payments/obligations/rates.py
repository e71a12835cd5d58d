"""Numbers set by law, each with the days it is in force and where it was read."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from ledger.money import Money
from payments.errors import RateMissing
from payments.obligations.rate_ranges import why_implausible

STATUSES: Final = ("CONFIRMED", "CONFIRMED-2ND", "UNCONFIRMED")
"""How sure the source of a number is, surest first."""

_ONE_DAY = timedelta(days=1)
RATES_FILE: Final = Path(__file__).with_name("rates.toml")
_DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
_NEEDED = frozenset({"value", "from", "source", "status"})
_FIELDS = _NEEDED | {"to", "then"}
_HOLE_FIELDS = {"missing", "from", "to", "source"}


@dataclass(frozen=True, slots=True)
class Rate:
    """One number with its days, first and last included; `last` is None while in force.

    `text` is the number as the file writes it. `then` names the series that counts in its place
    from the day after `last`, '' where the law only changed the number.
    """

    value: Fraction
    text: str
    first: date
    last: date | None
    source: str
    status: str
    then: str = ""

    def is_in_force(self, day: date) -> bool:
        """Say whether the number holds on that day."""
        return self.first <= day and (self.last is None or day <= self.last)

    @property
    def whole(self) -> int:
        """Return the number as a whole one.

        Raises:
            ValueError: it has a fraction.
        """
        if self.value.denominator != 1:
            raise ValueError(f"{self.text} is not a whole number")
        return self.value.numerator


@dataclass(frozen=True, slots=True)
class Hole:
    """Days, first and last included, for which a number exists in law but was not found.

    `source` says where it was looked for. A price refuses there as it does outside all rows.
    """

    first: date
    last: date
    source: str


@dataclass(frozen=True, slots=True)
class Rates:
    """All numbers set by law, by name, in order of their days."""

    by_name: Mapping[str, tuple[Rate, ...]]

    def known(self, name: str, *, on: date) -> Rate | None:
        """Return the number in force that day, None when none is known."""
        rates = self.by_name.get(name, ())
        return next((rate for rate in rates if rate.is_in_force(on)), None)

    def in_force(self, name: str, *, on: date) -> Rate:
        """Return the number in force that day.

        Raises:
            RateMissing: none is known for that day; there is never a default.
        """
        rate = self.known(name, on=on)
        if rate is None:
            raise RateMissing(field=name, reason=f"no value is known for {on.isoformat()}")
        return rate

    def latest(self, names: Sequence[str], *, on: date) -> str:
        """Return the last of some names that has begun by that day, the first if none has.

        A law names a new yardstick from its first day on; before, the one before it counted.

        Raises:
            RateMissing: one of the names is not there at all.
        """
        begun = [name for name in names if self._first_day(name) <= on]
        return begun[-1] if begun else names[0]

    def first_day(self, name: str) -> date | None:
        """Return the first day a number is known, None when it never is."""
        rates = self.by_name.get(name, ())
        return rates[0].first if rates else None

    def _first_day(self, name: str) -> date:
        first = self.first_day(name)
        if first is None:
            raise RateMissing(field=name, reason="no value is known")
        return first

    def changes(self, name: str) -> frozenset[date]:
        """Return the days on which the number changes, or ceases to be known."""
        rates = self.by_name.get(name, ())
        ends = {rate.last + _ONE_DAY for rate in rates if rate.last is not None}
        return frozenset({rate.first for rate in rates} | ends)


def least_sure(statuses: Iterable[str]) -> str:
    """Return the least sure of some statuses, the surest when there are none."""
    return max(statuses, key=STATUSES.index, default=STATUSES[0])


def half_up(exact: Fraction, *, unit: Rate) -> Money:
    """Return an amount rounded to a whole number of `unit` dong, half a unit up."""
    units = exact / unit.whole
    return Money(Money(1).share(parts=units.numerator, of=units.denominator).vnd * unit.whole)


def load_rates() -> Rates:
    """Return the numbers of the file beside this one.

    Raises:
        ValueError: the file breaks its own rules.
    """
    return read_rates(RATES_FILE.read_text(encoding="utf-8"))


def read_rates(text: str) -> Rates:
    """Return the numbers in a TOML text: `[[group.name]]` rows with value, from, to and source.

    A row with `missing = true` in place of value and status declares that none was found.

    Raises:
        ValueError: not TOML, a field missing or unknown, a decimal fraction not written as text,
            a number no law would set, or two rows of one name on the same day.
    """
    by_name = {name: _series(name, rows) for name, rows in rows_by_name(text).items()}
    return Rates(by_name)


def rows_by_name(text: str) -> Mapping[str, Sequence[Mapping[str, object]]]:
    """Return the raw rows of every series of a TOML text, by `group.name`.

    Raises:
        ValueError: it is not TOML, or not made of `[[group.name]]` rows.
    """
    groups: dict[str, dict[str, list[dict[str, Any]]]] = tomllib.loads(text)
    by_name: dict[str, Sequence[Mapping[str, object]]] = {}
    for group, series in groups.items():
        if not isinstance(series, dict):  # pyright: ignore[reportUnnecessaryIsInstance] (a file may hold anything)
            raise ValueError(f"{group}: rows stand under [[group.name]]")  # noqa: TRY004 (the text is wrong, not a type of ours)
        for name, rows in series.items():
            if not isinstance(rows, list):  # pyright: ignore[reportUnnecessaryIsInstance] (a file may hold anything)
                raise ValueError(f"{group}.{name}: rows stand under [[group.name]]")  # noqa: TRY004 (the text is wrong, not a type of ours)
            by_name[f"{group}.{name}"] = rows
    return by_name


def read_row(name: str, row: Mapping[str, object]) -> Rate | Hole:
    """Return one row of a series: a number, or where it is declared that none was found.

    Raises:
        ValueError: a field is missing, unknown or of the wrong sort.
    """
    return _hole(name, row) if "missing" in row else _rate(name, row)


def _series(name: str, rows: Sequence[Mapping[str, object]]) -> tuple[Rate, ...]:
    read = sorted((read_row(name, row) for row in rows), key=lambda row: row.first)
    for earlier, later in pairwise(read):
        if earlier.last is None or earlier.last >= later.first:
            raise ValueError(f"{name}: two rows are in force on {later.first.isoformat()}")
    return tuple(row for row in read if isinstance(row, Rate))


def _hole(name: str, row: Mapping[str, object]) -> Hole:
    source = row.get("source")
    if set(row) != _HOLE_FIELDS or row["missing"] is not True:
        raise ValueError(f"{name}: a declared hole has missing = true, from, to and source")
    if not isinstance(source, str) or not source:
        raise ValueError(f"{name}: a hole without source says nothing of where was looked")
    hole = Hole(first=_day(name, row["from"]), last=_day(name, row["to"]), source=source)
    if hole.last < hole.first:
        raise ValueError(f"{name}: a hole ends on {hole.last.isoformat()}, before it begins")
    return hole


def _rate(name: str, row: Mapping[str, object]) -> Rate:
    if not _NEEDED <= row.keys() <= _FIELDS:
        raise ValueError(f"{name}: a row has value, from, source, status, sometimes to and then")
    last, then = row.get("to"), row.get("then", "")
    if not isinstance(then, str) or (then and last is None):
        raise ValueError(f"{name}: then names the series after the row's last day")
    source, status, text = row["source"], row["status"], str(row["value"])
    if not isinstance(source, str) or not source or status not in STATUSES:
        raise ValueError(f"{name}: a row without source or known status proves nothing")
    if type(row["value"]) not in (int, str) or not _DECIMAL.fullmatch(text):
        raise ValueError(f"{name}: {text} is neither a whole number nor a decimal in quotes")
    rate = Rate(
        value=Fraction(text),
        text=text,
        first=_day(name, row["from"]),
        last=None if last is None else _day(name, last),
        source=source,
        status=str(status),
        then=then,
    )
    implausible = why_implausible(name, rate.value)
    if implausible:
        raise ValueError(f"{name}: {text} {implausible}")
    if rate.last is not None and rate.last < rate.first:
        raise ValueError(f"{name}: a row ends on {rate.last.isoformat()}, before it begins")
    return rate


def _day(name: str, value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError(f"{name}: {value} is not a date")
