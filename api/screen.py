"""What a person at a terminal reads: lines, steps with their seconds, amounts in columns."""

import sys
from collections.abc import Callable
from typing import TypeVar

from api.clock import monotonic_ms

Done = TypeVar("Done")


def show(text: str = "") -> None:
    """Write one line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Steps:
    """A numbered line per step of something long, with what it took."""

    def __init__(self, total: int) -> None:
        """Count up to `total`."""
        self._total = total
        self._number = 0

    def take(self, name: str, work: Callable[[], Done]) -> Done:
        """Do the work, then write its line."""
        started = monotonic_ms()
        done = work()
        self.note(name, since_ms=started)
        return done

    def note(self, name: str, *, since_ms: int) -> None:
        """Write the line of a step done since `since_ms` on the monotonic clock."""
        self._number += 1
        took = monotonic_ms() - since_ms
        dots = "." * (34 - len(name))
        show(f"[{self._number}/{self._total}] {name} {dots} {seconds(took)} s")


def seconds(milliseconds: int) -> str:
    """Return milliseconds as seconds with one decimal."""
    tenths = (milliseconds + 50) // 100
    return f"{tenths // 10}.{tenths % 10}"


def counted(count: int, thing: str) -> str:
    """Return a count with its thing, one or many, such as `1 day` and `2,000 days`."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def dong(vnd: int) -> str:
    """Return an amount with thousands apart, aligned to the right over 20 signs."""
    return f"{vnd:>20,}"
