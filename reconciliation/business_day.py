"""Which working day a moment belongs to: rest days and cut-offs, from data."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from reconciliation.errors import CalendarRefused, NotABusinessDay, YearMissing

VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")
REST_RUN_MAX: Final = 31
"""Rest days in a row beyond which the data must be wrong."""

_SATURDAY: Final = 5
_MINUTES_A_DAY: Final = 24 * 60
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """Working days and the minute each one ends, for all gateways or one.

    `years` are those whose rest days are known; anything in another year is refused. `rest` are
    rest days beyond Saturdays and Sundays, `worked` rest days that were worked. Cut-offs are
    minutes after midnight in Vietnam, up to 1440; the most particular one wins: gateway and day,
    then day, then gateway, then the default.
    """

    years: frozenset[int]
    rest: frozenset[date]
    worked: frozenset[date]
    cut_off: int
    cut_off_by_gateway: Mapping[str, int]
    cut_off_by_day: Mapping[tuple[date, str], int]

    def __post_init__(self) -> None:
        """Refuse data that contradicts itself.

        Raises:
            CalendarRefused: a day out of the known years, a weekday marked as worked, a cut-off
                outside the day or on a rest day.
        """
        days = {*self.rest, *self.worked, *(day for day, _ in self.cut_off_by_day)}
        for day in sorted(days):
            if day.year not in self.years:
                raise CalendarRefused(f"{day.isoformat()} is in a year the calendar does not hold")
        for day in sorted(self.worked):
            if day.weekday() < _SATURDAY or day in self.rest:
                raise CalendarRefused(f"{day.isoformat()} cannot be a worked rest day")
        for day, _ in self.cut_off_by_day:
            if not self.is_working_day(day):
                raise CalendarRefused(f"{day.isoformat()} has a cut-off but is a rest day")
        everything = (
            self.cut_off,
            *self.cut_off_by_gateway.values(),
            *self.cut_off_by_day.values(),
        )
        if not all(0 < minute <= _MINUTES_A_DAY for minute in everything):
            raise CalendarRefused("a cut-off lies between 00:01 and 24:00")

    def is_working_day(self, day: date) -> bool:
        """Say whether payment documents are exchanged on that day.

        Raises:
            YearMissing: the year is not known.
        """
        if day.year not in self.years:
            raise YearMissing(day.year)
        return day in self.worked or (day.weekday() < _SATURDAY and day not in self.rest)

    def assign(self, gateway: str, instant: datetime) -> date:
        """Return the business day of a moment; the cut-off itself belongs to the next day.

        Raises:
            YearMissing: the day, or the working day after it, is in an unknown year.
        """
        local = _aware(instant).astimezone(VIETNAM)
        day = local.date()
        if self.is_working_day(day) and instant < self._end(gateway, day):
            return day
        return self.after(day)

    def after(self, day: date) -> date:
        """Return the next working day.

        Raises:
            YearMissing: it lies in an unknown year.
        """
        return self._next_working_day(day, _ONE_DAY)

    def before(self, day: date) -> date:
        """Return the working day before.

        Raises:
            YearMissing: it lies in an unknown year.
        """
        return self._next_working_day(day, -_ONE_DAY)

    def window(self, gateway: str, day: date) -> tuple[datetime, datetime]:
        """Return the first moment of a business day and the first one after it.

        Raises:
            NotABusinessDay: the day is a rest day.
            YearMissing: the day or the working day before is in an unknown year.
        """
        if not self.is_working_day(day):
            raise NotABusinessDay(day)
        return self._end(gateway, self.before(day)), self._end(gateway, day)

    def is_over(self, day: date, *, now: datetime) -> bool:
        """Say whether every gateway's cut-off of that business day has passed.

        Raises:
            NotABusinessDay: the day is a rest day.
            YearMissing: the day is in an unknown year.
        """
        if not self.is_working_day(day):
            raise NotABusinessDay(day)
        gateways = {"", *self.cut_off_by_gateway, *(gateway for _, gateway in self.cut_off_by_day)}
        return _aware(now) >= max(self._end(gateway, day) for gateway in gateways)

    def working_days_between(self, *, start: date, end: date) -> int:
        """Return how many working days lie after `start`, up to and with `end`; the age of a break.

        Raises:
            YearMissing: a day between is in an unknown year.
        """
        return sum(self.is_working_day(day) for day in _days(after=start, until=end))

    def _next_working_day(self, day: date, step: timedelta) -> date:
        for _ in range(REST_RUN_MAX):
            day += step
            if self.is_working_day(day):
                return day
        raise CalendarRefused(f"no working day within {REST_RUN_MAX} days of {day.isoformat()}")

    def _end(self, gateway: str, day: date) -> datetime:
        minute = self.cut_off_by_day.get(
            (day, gateway),
            self.cut_off_by_day.get((day, ""), self.cut_off_by_gateway.get(gateway, self.cut_off)),
        )
        midnight = datetime.combine(day, time(), tzinfo=VIETNAM)
        return midnight + timedelta(minutes=minute)


def load_calendar() -> BusinessCalendar:
    """Return the calendar of the file beside this module; read once at start.

    Raises:
        CalendarRefused: the data contradicts itself.
    """
    text = Path(__file__).with_name("calendar.toml").read_text(encoding="utf-8")
    return read_calendar(text)


def read_calendar(text: str) -> BusinessCalendar:
    """Return the calendar a TOML text describes.

    Raises:
        CalendarRefused: the text is not of that shape or contradicts itself.
    """
    try:
        return _calendar(tomllib.loads(text))
    except (KeyError, TypeError, ValueError) as error:
        raise CalendarRefused(f"the calendar cannot be read: {error}") from error


def _calendar(data: Mapping[str, object]) -> BusinessCalendar:
    cut_off = _table(data["cut_off"])
    years: set[int] = set()
    rest: set[date] = set()
    worked: set[date] = set()
    for year in _tables(data["year"]):
        years.add(_whole(year["number"]))
        for span in _tables(year["rest"]):
            first = _named_day(span, "from")
            last = _named_day(span, "to") if "to" in span else first
            rest.update(_days(after=first - _ONE_DAY, until=last))
        worked.update(_named_day(span, "on") for span in _tables(year["work"]))
    by_gateway = _table(cut_off.get("gateway", {}))
    return BusinessCalendar(
        years=frozenset(years),
        rest=frozenset(rest),
        worked=frozenset(worked),
        cut_off=_minute(cut_off["default"]),
        cut_off_by_gateway=MappingProxyType({code: _minute(at) for code, at in by_gateway.items()}),
        cut_off_by_day=MappingProxyType(
            {
                (_day(one["on"]), str(one.get("gateway", ""))): _minute(one["at"])
                for one in _tables(cut_off.get("day", []))
            }
        ),
    )


def _days(*, after: date, until: date) -> Iterator[date]:
    return (after + timedelta(days=count) for count in range(1, (until - after).days + 1))


def _aware(instant: datetime) -> datetime:
    assert instant.tzinfo is not None, "a moment without a zone belongs to no day"
    return instant


def _named_day(span: Mapping[str, object], name: str) -> date:
    for word in ("reason", "source", "status"):
        if not span[word]:
            raise ValueError(f"{span[name]} has no {word}")
    return _day(span[name])


def _day(value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError(f"{value!r} is not a day")
    return value


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is not a whole number")
    return value


def _minute(value: object) -> int:
    hour, _, minute = str(value).partition(":")
    if len(hour) != len("16") or len(minute) != len("00"):
        raise ValueError(f"{value!r} is not a time such as 16:00")
    return int(hour) * 60 + int(minute)


def _table(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is not a table")
    return value  # pyright: ignore[reportUnknownVariableType]  # TOML keys are text


def _tables(value: object) -> list[Mapping[str, object]]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return [_table(one) for one in value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  # each is checked
