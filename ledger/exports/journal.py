"""The journal as it is taken out: every transfer of a span of days, and what stood around it."""

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Final, NamedTuple

from ledger.accounts import Account, AccountKind
from ledger.money import Money

VIETNAM: Final = timezone(timedelta(hours=7))


class AccountType(enum.Enum):
    """What accountants everywhere sort accounts into."""

    ASSET = "Asset"
    LIABILITY = "Liability"
    EXPENSE = "Expense"
    REVENUE = "Revenue"


TYPES: Final[Mapping[AccountKind, AccountType]] = MappingProxyType(
    {
        AccountKind.RECEIVABLE: AccountType.ASSET,
        AccountKind.IN_TRANSIT: AccountType.ASSET,
        AccountKind.PAYABLE: AccountType.LIABILITY,
        AccountKind.REFUND_PAYABLE: AccountType.LIABILITY,
        AccountKind.SUSPENSE_UNIDENTIFIED: AccountType.LIABILITY,
        AccountKind.SUSPENSE_DIFFERENCE: AccountType.LIABILITY,
        AccountKind.CLAIM: AccountType.ASSET,
        AccountKind.OVERDUE: AccountType.ASSET,
        AccountKind.GATEWAY_FEE: AccountType.EXPENSE,
        AccountKind.FEE_DISPUTE: AccountType.ASSET,
        AccountKind.LOSS: AccountType.EXPENSE,
        AccountKind.GAIN: AccountType.REVENUE,
    }
)


class Line(NamedTuple):
    """One transfer in the plain values of the book, with the words of its entry.

    Exports read tens of millions of these, so nothing is built and checked anew for each.
    """

    entry_id: int
    key: str
    movement: str
    business_date: date
    recorded_at: datetime
    source: str
    corrects: str | None
    digest: bytes
    ordinal: int
    debit: str
    credit: str
    amount_vnd: int
    batch: str


@dataclass(frozen=True, slots=True)
class Span:
    """What is asked: business days, None for no bound, as an instant knew them."""

    first: date | None
    last: date | None
    recorded_by: datetime

    def __post_init__(self) -> None:
        """Refuse a span that ends before it begins, or an instant that names no moment.

        Raises:
            ValueError: the last day is before the first, or the instant has no zone.
        """
        if self.first is not None and self.last is not None and self.last < self.first:
            msg = f"{self.last.isoformat()} is before {self.first.isoformat()}"
            raise ValueError(msg)
        if self.recorded_by.tzinfo is None:
            msg = "an instant without a zone names no moment"
            raise ValueError(msg)

    @property
    def day_before(self) -> date | None:
        """Return the day whose end the span begins with, None when it begins with nothing."""
        if self.first is None or self.first == date.min:
            return None
        return self.first - timedelta(days=1)

    @property
    def days_text(self) -> str:
        """Return the days in words, such as `from 2026-11-01 to the last`."""
        first = "the first" if self.first is None else self.first.isoformat()
        last = "the last" if self.last is None else self.last.isoformat()
        return f"from {first} to {last}"


@dataclass(frozen=True, slots=True)
class Journal:
    """The lines of a span by business date, entry and ordinal; `days` are those that have some.

    `opening` is what stood at the end of the day before, above zero on the debit side; `closing`
    what stands at the end, and names every account the lines can name. Both in the chart's order.
    """

    span: Span
    days: Sequence[date]
    opening: Mapping[Account, Money]
    closing: Mapping[Account, Money]
    lines: Iterable[Line]

    @property
    def opened_on(self) -> date:
        """Return the date before which these accounts held nothing the reader is told of."""
        before = self.span.day_before
        return before if before is not None else self.days[0]

    @property
    def closed_on(self) -> date:
        """Return the last date that moved something, or the opening's."""
        return self.days[-1] if self.days else self.opened_on


def instant_text(instant: datetime) -> str:
    """Return an instant in Vietnam time with its offset, to the microsecond."""
    return instant.astimezone(VIETNAM).isoformat(timespec="microseconds")
