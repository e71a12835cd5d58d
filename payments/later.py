"""What became of what a payment is for since it was priced, as its payer may be told."""

import enum
from dataclasses import dataclass
from datetime import datetime

from ledger.money import ZERO, Money


class Turn(enum.StrEnum):
    """What an authority did to an obligation after somebody had seen its price."""

    CANCELLED = "cancelled"
    REPLACED = "replaced"  # what is paid counts for the decision in its place
    CORRECTED = "corrected"  # corrected, deferred or split: it reads otherwise


@dataclass(frozen=True, slots=True)
class DueBack:
    """That more was paid for an obligation (A) than is due (B), and when that was found.

    `went_back` is what the payer has of it again.
    """

    paid: Money
    due: Money
    found_at: datetime
    went_back: Money = ZERO

    @property
    def amount(self) -> Money:
        """Return A less B."""
        return self.paid - self.due


@dataclass(frozen=True, slots=True)
class Correction:
    """That an authority corrected what it had decided: the document, and when we heard of it."""

    document: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Later:
    """What became of one obligation of a payment.

    `number` is the one the payer saw; that of a decision in its place may be another person's.
    `at` is when it turned, None where nobody wrote that down. `is_open` says that something is
    left to pay on it, or on the decision in its place.
    """

    number: str
    turn: Turn
    at: datetime | None
    is_open: bool
    due_back: DueBack | None


def is_gone(later: tuple[Later, ...]) -> bool:
    """Say whether a payer should not go on: some of it is cancelled or replaced."""
    return any(each.turn is not Turn.CORRECTED for each in later)
