"""One sum a gateway took, as it stands in the book."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from ledger.entry import KEY_SHAPE
from ledger.money import Money
from payments.decision import Movement


@dataclass(frozen=True, slots=True)
class Capture:
    """One transaction of a gateway under one attempt; booked once, whatever is heard again."""

    gateway: str
    gateway_transaction: str
    reference: str
    attempt_id: int
    payment_id: int
    movement: Movement
    amount: Money
    paid_at: datetime
    business_date: date
    evidence_id: int

    @property
    def entry_key(self) -> str:
        """Return the key of its entry in the book; odd partner numbers go by their hash."""
        key = f"{self.movement}:{self.gateway}:{self.gateway_transaction}"
        if KEY_SHAPE.fullmatch(key):
            return key
        mark = hashlib.sha256(self.gateway_transaction.encode()).hexdigest()
        return f"{self.movement}:{self.gateway}:sha256-{mark}"
