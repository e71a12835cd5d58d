"""One payer, one or more obligations, all or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from ledger.money import Money
from payments.states import PaymentState


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One amount of a payment and whom it is owed to; `explanation` is the quote line kept.

    `obligation_version` is the version it was priced from, `captures_before` how many payments had
    been taken for the obligation by then.
    """

    ordinal: int
    obligation_id: int
    part: str
    amount: Money
    beneficiary: str
    budget: Mapping[str, str]
    explanation: Mapping[str, object]
    obligation_version: int = 1
    captures_before: int = 0

    @property
    def leaves_open(self) -> bool:
        """Say whether paying it leaves more of its obligation to pay later."""
        return bool(self.explanation.get("leaves_open", False))


@dataclass(frozen=True, slots=True)
class Payment:
    """What a citizen sees as one payment.

    `number` is public and readable; knowing it is no right to see the payment. `paid_at` is when
    the gateway says the money was taken, None before. `version` counts steps from 0. `metadata` is
    the client's own, kept and given back unread; `return_url` is where its payer goes afterwards,
    '' for our own page. `cancel_asked_at` is when it was first cancelled, None: never.
    """

    payment_id: int
    number: str
    state: PaymentState
    version: int
    amount: Money
    priced_on: date
    language: str
    client: str
    created_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    lines: tuple[PaymentLine, ...]
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])
    return_url: str = ""
    cancel_asked_at: datetime | None = None
