"""What is wrong with a file of rates: gaps, overlaps, rows that prove nothing, ends in sight."""

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from payments.obligations.rates import Hole, Rate, read_row, rows_by_name

_ONE_DAY = timedelta(days=1)


class Flaw(enum.StrEnum):
    """What can be wrong with a series; each but ENDING has to be mended before prices are made."""

    UNREADABLE = "unreadable"  # a row without source, of unknown status, or not a number
    OVERLAP = "overlap"
    GAP = "gap"  # days between two rows, not declared as missing
    ABSENT = "absent"  # a kind needs the series and the file does not have it
    ENDING = "ending"  # the last row ends soon, or has ended, and nothing follows


@dataclass(frozen=True, slots=True)
class Finding:
    """One flaw of a series, in plain words."""

    flaw: Flaw
    words: str


@dataclass(frozen=True, slots=True)
class Series:
    """One series of the file: its rows in order, the holes declared in it, and what is wrong."""

    name: str
    rates: tuple[Rate, ...]
    holes: tuple[Hole, ...]
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Say whether prices may be made with it; what ends soon is a reminder only."""
        return all(finding.flaw is Flaw.ENDING for finding in self.findings)


def check_rates(
    text: str, *, used: Iterable[str], today: date, ahead_days: int
) -> Sequence[Series]:
    """Return every series of a text and every used one that is not in it, by name.

    A series whose last row ends within `ahead_days` days of `today` is reminded of.

    Raises:
        ValueError: the text is not made of `[[group.name]]` rows.
    """
    until = today + timedelta(days=ahead_days)
    found = {name: _series(name, rows) for name, rows in rows_by_name(text).items()}
    for name, series in found.items():
        ending = tuple(_ending(series, found, until=until))
        found[name] = replace(series, findings=series.findings + ending)
    for name in set(used) - found.keys():
        absent = Finding(Flaw.ABSENT, "a price needs it and the file has no row of it")
        found[name] = Series(name, (), (), (absent,))
    return [found[name] for name in sorted(found)]


def _series(name: str, raw: Sequence[Mapping[str, object]]) -> Series:
    rows: list[Rate | Hole] = []
    findings: list[Finding] = []
    for row in raw:
        try:
            rows.append(read_row(name, row))
        except ValueError as problem:
            words = str(problem).removeprefix(f"{name}: ")
            findings.append(Finding(Flaw.UNREADABLE, words))
    rows.sort(key=lambda row: row.first)
    findings += _between(rows)
    return Series(
        name,
        rates=tuple(row for row in rows if isinstance(row, Rate)),
        holes=tuple(row for row in rows if isinstance(row, Hole)),
        findings=tuple(findings),
    )


def _between(rows: Sequence[Rate | Hole]) -> Iterator[Finding]:
    for earlier, later in pairwise(rows):
        if earlier.last is None or earlier.last >= later.first:
            words = f"two rows are in force on {later.first.isoformat()}"
            yield Finding(Flaw.OVERLAP, words)
        elif earlier.last + _ONE_DAY < later.first:
            first, last = earlier.last + _ONE_DAY, later.first - _ONE_DAY
            yield Finding(Flaw.GAP, f"nothing from {first.isoformat()} to {last.isoformat()}")


def _ending(series: Series, all_of_them: Mapping[str, Series], *, until: date) -> Iterator[Finding]:
    """Yield what happens after the last row: nothing, or another series that begins too late."""
    rows = sorted((*series.rates, *series.holes), key=lambda row: row.first)
    last = rows[-1].last if rows else None
    if last is None:
        return
    then = series.rates[-1].then if series.rates else ""
    if then:
        after = all_of_them.get(then)
        if after is None or not after.rates or after.rates[0].first > last + _ONE_DAY:
            words = f"{then} does not go on where it ends on {last.isoformat()}"
            yield Finding(Flaw.GAP, words)
    elif last <= until:
        words = f"ends on {last.isoformat()} and nothing follows: no price from the day after"
        yield Finding(Flaw.ENDING, words)
