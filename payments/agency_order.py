"""What an agency's system ordered to be paid, by the reference the agency gave it."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from ledger.money import Money


@dataclass(frozen=True, slots=True)
class Demanded:
    """An agency's own demand for one file of an administrative procedure.

    `file_number` is the agency's number of the file; `personal` is the payer's, as in a pushed
    obligation; `facts` are those of the kind `demand`.
    """

    file_number: str
    personal: Mapping[str, str]
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Decided:
    """A fine whose decision its own authority has pushed; `providers` may have.

    `number` is normalised. Its person is known by `digits`, the last of an identity number, or by
    `name`; '' where the message has none.
    """

    number: str
    decided_on: date
    providers: tuple[str, ...]
    digits: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """One order as an agency's system places it.

    `digest` is the SHA-256 of all it said, `said` the message to the byte. `account` is the number
    of the receiving account, '' where it names none; `accounts` are the codes of those the agency
    may collect to.
    """

    agency: str
    reference: str
    digest: bytes
    said: bytes = field(repr=False)
    amount: Money
    description: str
    account: str
    accounts: frozenset[str]
    wanted: Demanded | Decided


@dataclass(frozen=True, slots=True)
class AgencyOrder:
    """One order as it is kept; it never changes."""

    agency: str
    reference: str
    obligation_id: int
    amount: Money
    description: str
    digest: bytes
    ordered_at: datetime


class Refusal(enum.StrEnum):
    """Why an order was not taken."""

    OTHER_CONTENT = "other_content"  # the reference is known, and said something else
    ACCOUNT_UNKNOWN = "account_unknown"  # not one of this agency's accounts in our register
    DECISION_UNKNOWN = "decision_unknown"  # or another day, person or amount: nobody is told which
    PAID_ALREADY = "paid_already"
    BEING_PAID = "being_paid"  # the file's earlier demand, which this one would replace
    NOT_PAYABLE = "not_payable"  # withdrawn, replaced, or without a price today
    CONTENT_REFUSED = "content_refused"  # a field cannot be right; the reason names it


@dataclass(frozen=True, slots=True)
class Refused:
    """An order that was not taken; `reason` is for the agency's developers, '' where plain."""

    why: Refusal
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of an order, as the log of what came in tells it."""

    number: str
    answer: AgencyOrder | Refused

    @property
    def outcome(self) -> str:
        """Return what became of it."""
        return "refused" if isinstance(self.answer, Refused) else "new"

    @property
    def field(self) -> str:
        """Return what is wrong with it, '' with nothing."""
        return self.answer.why.value if isinstance(self.answer, Refused) else ""

    @property
    def reason(self) -> str:
        """Return why, '' where it is plain."""
        return self.answer.reason if isinstance(self.answer, Refused) else ""


@dataclass(frozen=True, slots=True)
class Settled:
    """The payment that paid an obligation; `amount` is what this obligation's lines came to."""

    payment_id: int
    number: str
    gateway: str
    amount: Money
    opened_at: datetime
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class OrderPaid:
    """An order and the payment that fulfilled it."""

    order: AgencyOrder
    settled: Settled


class Standing(enum.StrEnum):
    """What an agency may be told of its order."""

    PAID = "paid"
    OPEN = "open"  # not paid, and may still be: nobody's clock ends that
    OVER = "over"  # no money came under this reference, and none can


def said_place(*, agency: str, reference: str) -> str:
    """Return the name of the place an order's message is sealed for."""
    return f"payments.agency_order/said/{agency}/{reference}"


def paid_order(orders: Sequence[AgencyOrder], settled: Settled) -> AgencyOrder | None:
    """Return the order that a payment fulfils, None when all were placed after it.

    `orders` are one agency's for one obligation. An agency orders anew when its user tries again:
    the payment belongs to the newest order before it was opened, or else to the first placed
    before the money was taken.
    """
    in_turn = sorted(orders, key=lambda order: (order.ordered_at, order.reference))
    before = [order for order in in_turn if order.ordered_at <= settled.opened_at]
    meanwhile = [order for order in in_turn if order.ordered_at <= settled.paid_at]
    return next(iter(before[-1:] or meanwhile), None)
