"""Whole dong: the only way amounts exist in this program."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

VND_MAX = 2**53 - 1
"""Largest amount, either sign: what JSON readers in other languages keep exactly."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in whole dong, below zero too; never a fraction, never a float."""

    vnd: int

    def __post_init__(self) -> None:
        """Refuse what is not a plain whole number within `VND_MAX`.

        Raises:
            TypeError: the value is a bool, a float, a text or anything but an int.
            ValueError: the value is beyond `VND_MAX` either way.
        """
        if type(self.vnd) is not int:
            msg = f"money is a whole number of dong, not {type(self.vnd).__name__}"
            raise TypeError(msg)
        if abs(self.vnd) > VND_MAX:
            msg = f"{self.vnd} dong is beyond what this book can hold"
            raise ValueError(msg)

    def __add__(self, other: Self) -> "Money":
        """Return the sum."""
        return Money(self.vnd + other.vnd)

    def __sub__(self, other: Self) -> "Money":
        """Return the difference."""
        return Money(self.vnd - other.vnd)

    def __neg__(self) -> "Money":
        """Return the same amount the other way."""
        return Money(-self.vnd)

    @property
    def is_positive(self) -> bool:
        """Say whether there is something to move."""
        return self.vnd > 0

    def share(self, *, parts: int, of: int) -> "Money":
        """Return `parts`/`of` of this amount, half a dong rounded up.

        Raises:
            ValueError: `of` is not above zero.
        """
        if of <= 0:
            msg = f"a share is of a positive number of parts, not {of}"
            raise ValueError(msg)
        return Money((2 * self.vnd * parts + of) // (2 * of))


ZERO = Money(0)


def total(amounts: Iterable[Money]) -> Money:
    """Return the sum of the amounts, zero when there are none."""
    return sum(amounts, start=ZERO)
