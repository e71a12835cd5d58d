"""One sum a gateway took, as far as it may go back."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from ledger.entry import SUSPENSE, batch_of
from ledger.money import Money
from payments.decision import Movement

REFUND: Final = "refund"
"""Stands where a batch names its beneficiary for money that was paid twice."""


@dataclass(frozen=True, slots=True)
class TakenSum:
    """One sum a gateway took: what is asked back of it, and what went back already.

    `refunds` counts all that was ever asked for, called off or not. `beneficiary` is whom its
    payment's lines are owed to.
    """

    capture_id: int
    payment_id: int
    attempt_id: int
    gateway: str
    gateway_transaction: str
    reference: str
    movement: Movement
    amount: Money
    paid_at: datetime
    business_date: date
    beneficiary: str
    entry_key: str
    refunds: int
    back: Money
    returned: Money

    @property
    def left(self) -> Money:
        """Return what nobody has asked back yet."""
        return self.amount - self.back

    @property
    def kept(self) -> Money:
        """Return what has not gone back."""
        return self.amount - self.returned

    @property
    def batch(self) -> str:
        """Return the batch it came into the book with, and leaves it under."""
        places = {Movement.CAPTURED_TWICE: REFUND, Movement.PARKED: SUSPENSE}
        return batch_of(
            gateway=self.gateway,
            business_date=self.business_date,
            beneficiary=places.get(self.movement, self.beneficiary),
        )
