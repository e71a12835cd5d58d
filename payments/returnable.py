"""What of a payment may still go back to its payer, and what went back."""

from dataclasses import dataclass
from datetime import datetime

from ledger.money import ZERO, Money, total
from payments.refund import RefundCause


@dataclass(frozen=True, slots=True)
class Choice:
    """One sum that may go back, at most `amount` of it; as `payments.refund.Wanted` names it."""

    capture_id: int
    obligation_id: int | None
    cause: RefundCause
    amount: Money
    gateway_transaction: str
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class Returnable:
    """All that may still go back, the oldest sum first, and what went back already.

    What is asked back and not called off may not be asked back again.
    """

    choices: tuple[Choice, ...] = ()
    refunded: Money = ZERO

    @property
    def amount(self) -> Money:
        """Return all that may still go back."""
        return total(choice.amount for choice in self.choices)
