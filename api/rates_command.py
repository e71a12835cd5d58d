"""`clearing rates check`: one line per series of numbers set by law, and what is wrong with it."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

from api.asked import day_of
from api.clock import now, vietnam_day
from api.screen import counted, show
from payments.obligations.rate_findings import Flaw, Series, check_rates
from payments.obligations.rates import RATES_FILE, Hole, Rate
from payments.obligations.registry import KINDS

AHEAD_DAYS: Final = 60
AHEAD_DAYS_MAX: Final = 3_660
FILE_BYTES_MAX: Final = 1_000_000


def add_rates(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    text = "check the file of numbers set by law for gaps and overlaps, one line per series"
    verb = add("rates", help=text, description=text[0].upper() + text[1:] + "; exit 1 on any.")
    verb.set_defaults(run=check, needs_settings=False)
    verb.add_argument("what", choices=["check"], help="what to do with it")
    verb.add_argument(
        "--file", type=Path, default=RATES_FILE, metavar="FILE", help="default: the one in use"
    )
    verb.add_argument(
        "--ahead",
        type=_days,
        default=AHEAD_DAYS,
        metavar="N",
        help="remind of rows that end within N days without a successor (default %(default)s)",
    )
    verb.add_argument("--on", type=_day, metavar="DATE", help="as if it were this day")


def check(chosen: argparse.Namespace) -> int:
    """Print every series of a file, and return 1 when one of them has a flaw to mend."""
    today: date = chosen.on or vietnam_day(now())
    file: Path = chosen.file
    if not file.is_file():
        show(f"{file}: there is no such file")
        return 1
    if file.stat().st_size > FILE_BYTES_MAX:
        show(f"{file}: has more than {FILE_BYTES_MAX:,} bytes, too many for rates")
        return 1
    used = {name for kind in KINDS.values() for name in kind.rates_used}
    try:
        found = check_rates(
            file.read_text(encoding="utf-8"), used=used, today=today, ahead_days=chosen.ahead
        )
    except ValueError as problem:  # Not TOML, not UTF-8, or not made of rows.
        show(f"{file}: {problem}")
        return 1
    width = max((len(series.name) for series in found), default=0)
    for series in found:
        for line in _lines(series, width=width):
            show(line)
    flawed = [series for series in found if not series.is_sound]
    ending = [series for series in found if series.is_sound and series.findings]
    verdict = f"{len(flawed)} to mend" if flawed else "no gap and no overlap"
    show(f"{counted(len(found), 'number')}, {verdict}, {len(ending)} ending (as of {today}).")
    return 1 if flawed else 0


def _lines(series: Series, *, width: int) -> list[str]:
    rows: list[Rate | Hole] = [*series.rates, *series.holes]
    if not rows:
        first = f"{series.name:<{width}}  no rows"
    else:
        begins = min(row.first for row in rows)
        ends = max((row.last or date.max for row in rows), default=date.max)
        until = "in force  " if ends == date.max else ends.isoformat()
        first = (
            f"{series.name:<{width}}  {counted(len(series.rates), 'row'):>8}  {begins} .. {until}"
        )
    declared = [
        f"declared missing {hole.first} .. {hole.last}: {hole.source}" for hole in series.holes
    ]
    unsure = sum(rate.status == "UNCONFIRMED" for rate in series.rates)
    said = [*declared, *([f"{unsure} unconfirmed"] if unsure else [])]
    told = [f"{_named(one.flaw)}: {one.words}" for one in series.findings]
    return ["  ".join([first, "; ".join(said)]).rstrip(), *(f"    {line}" for line in told)]


def _named(flaw: Flaw) -> str:
    return flaw.value.upper()


def _days(text: str) -> int:
    if not text.isdecimal() or int(text) > AHEAD_DAYS_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days to {AHEAD_DAYS_MAX:,}")
    return int(text)


def _day(text: str) -> date:
    day = day_of(text)
    if day is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2026-11-23")
    return day
