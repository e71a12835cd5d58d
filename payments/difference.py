"""A less B: what was paid for an obligation, and what is due now that it reads otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.money import ZERO, Money, total
from payments.obligation import Obligation, ObligationStatus
from payments.obligations.contract import PaidPart
from payments.obligations.rates import Rates
from payments.obligations.registry import KINDS
from payments.quote import QuoteLine

OFFERS_MAX: Final = 100
"""How many instalments a price may offer one after the other."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What was paid in all (A), and what it should have been on the days it was paid (B).

    `is_covered` says that nothing more is due as of the last of those days.
    """

    paid: Money
    due: Money
    is_covered: bool

    @property
    def beyond(self) -> Money:
        """Return what was paid beyond what is due, zero when it was not."""
        return self.paid - self.due if self.is_covered and self.paid > self.due else ZERO


def difference(obligation: Obligation, *, rates: Rates) -> Difference | None:
    """Return the difference as the facts stand now, None when nothing that was paid counts for it.

    Raises:
        InputRefused: a rate is not known, or the law does not allow what the facts say.
        NotPayable: nothing may be collected on this kind.
    Source: Circular 18/2023/TT-BTC art. 6, 7.
    """
    if not obligation.paid or obligation.status is ObligationStatus.SUPERSEDED:
        return None
    paid = total(part.amount for part in obligation.paid)
    if obligation.status is ObligationStatus.WITHDRAWN:
        return Difference(paid, ZERO, is_covered=True)
    days = sorted({part.on for part in obligation.paid})
    due = _due(obligation, before=(), on=days[0], rates=rates)
    for day in days[1:]:
        before = tuple(part for part in obligation.paid if part.on < day)
        if not _offered(obligation, paid=before, on=day, rates=rates):
            break
        due = _due(obligation, before=before, on=day, rates=rates)
    left = _offered(obligation, paid=obligation.paid, on=days[-1], rates=rates)
    return Difference(paid, due, is_covered=not left)


def _due(obligation: Obligation, *, before: tuple[PaidPart, ...], on: date, rates: Rates) -> Money:
    """Return what comes to be paid in all if, after `before`, the rest is paid on one day."""
    paid = before
    for _ in range(OFFERS_MAX):
        lines = _offered(obligation, paid=paid, on=on, rates=rates)
        paid = (*paid, *(PaidPart(line.part, line.amount, on) for line in lines))
        if not any(line.leaves_open for line in lines):
            return total(part.amount for part in paid)
    raise AssertionError("a price that never ends is no price")


def _offered(
    obligation: Obligation, *, paid: Sequence[PaidPart], on: date, rates: Rates
) -> Sequence[QuoteLine]:
    price = KINDS[obligation.kind].price
    priced = price(
        obligation.facts, beneficiary=obligation.beneficiary, on=on, rates=rates, paid=paid
    )
    return priced.lines
