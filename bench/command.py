"""What `clearing bench` runs: one throw-away server, one book, and what was asked for."""

from collections.abc import Callable, Sequence
from typing import Final

from api.clock import now, vietnam_day
from bench.balance import measure_balance
from bench.growth import Plan, fill, plan_of, size_of
from bench.look_up import measure_look_up
from bench.payments import measure_payments
from bench.pgbench import yardstick
from bench.place import BOOK, Place, conditions, say, throw_away
from bench.post import measure_post
from bench.push import measure_push
from bench.seal import measure_seal
from bench.trial_balance import measure_trial_balance

Measure = Callable[[Place, Plan, int], tuple[list[str], bool]]
"""Returns lines to print, and whether every budget held; the number is seconds a measurement."""

MEASURES: Final[dict[str, Measure]] = {
    "balance": lambda place, plan, seconds: measure_balance(place, plan, seconds=seconds),
    "trial-balance": lambda place, plan, seconds: measure_trial_balance(
        place, plan, seconds=seconds
    ),
    "seal": lambda place, plan, _: measure_seal(place, plan),
    "post": lambda place, plan, seconds: measure_post(place, plan, seconds=seconds),
}
"""In this order they run: posting comes last, because it adds to the book."""

Apart = Callable[[Place, int, int], tuple[list[str], bool]]
"""Measures in databases of its own: how many are stored, and seconds a measurement."""

APART: Final[dict[str, Apart]] = {
    "push": lambda place, stored, seconds: measure_push(place, stored=stored, seconds=seconds),
    "look-up": lambda place, stored, seconds: measure_look_up(
        place, stored=stored, seconds=seconds
    ),
    "payments": lambda place, stored, seconds: measure_payments(
        place, stored=stored, seconds=seconds
    ),
}
SAYS: Final = (
    "balance: one account in a book of years; trial-balance: all accounts; seal: sealing and"
    " verifying days, rows a second; post: payments booked a second; push: decisions taken in from"
    " authorities a second, in process and by HTTP; look-up: finding one decision, and that time"
    " tells no hit from a miss; payments: opened, started, called back, and from end to end, beside"
    " a bare route; all: those in the one book, without push, look-up and payments"
)
"""What each name measures, for people who ask for help."""
WHAT: Final = (*MEASURES, *APART, "all")
STORED: Final = 100_000


def bench(what: Sequence[str], *, stored: int | None, seconds: int, strict: bool) -> int:
    """Measure some things, or all, in one book, and print figures with their conditions.

    `stored` is how many transfers the book holds before; None is none for posting and `STORED` for
    what reads. Returns 1 when a budget was missed and `strict` asked for it.

    Raises:
        TooBig: the disk has no room for so many transfers.
    """
    is_held = True
    for name in (name for name in APART if name in what):
        with throw_away() as place:
            _show([f"\n{name}", *conditions(place)])
            lines, held = APART[name](place, stored or 0, seconds)
            _show(lines)
            is_held = is_held and held
    what = [name for name in what if name not in APART]
    if not what:
        return 1 if strict and not is_held else 0
    if stored is None:
        stored = 0 if set(what) == {"post"} else STORED
    names = [name for name in MEASURES if name in what or "all" in what]
    with throw_away() as place:
        held = measure(place, names, stored=stored, seconds=seconds)
    return 1 if strict and not (held and is_held) else 0


def measure(place: Place, names: Sequence[str], *, stored: int, seconds: int) -> bool:
    """Fill a book, print what each measure finds in it, and say whether every budget held."""
    plan = plan_of(stored, today=vietnam_day(now()))
    if stored:
        fill(place, BOOK, plan)
        _show([size_of(place, BOOK)])
    held: list[bool] = []
    for name in names:
        say(f"measuring {name}")
        _show([f"\n{name}", *conditions(place), *yardstick(place, seconds=seconds)])
        lines, is_held = MEASURES[name](place, plan, seconds)
        _show(lines)
        held.append(is_held)
    return all(held)


def _show(lines: Sequence[str]) -> None:
    """Print at once: of a run of hours, what was found stands there whatever comes after."""
    print("\n".join(lines), flush=True)
