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

    `is_covered` says that nothing more is due as of the last of those days, although `given_back`
    of it went back.
    """

    paid: Money
    due: Money
    is_covered: bool
    given_back: Money = ZERO

    @property
    def kept(self) -> Money:
        """Return what was paid and did not go back."""
        return self.paid - self.given_back

    @property
    def beyond(self) -> Money:
        """Return all that is due back, with all that went back by now; zero when nothing was."""
        return max(self.paid - self.due, self.given_back) if self.is_covered else self.given_back

    @property
    def due_of_that(self) -> Money:
        """Return what `beyond` leaves of what was paid; B where nothing is due back."""
        return self.paid - self.beyond if self.beyond.is_positive else self.due


def difference(obligation: Obligation, *, rates: Rates) -> Difference | None:
    """Return the difference as the facts stand now, None when nothing that was paid counts for it.

    Raises:
        InputRefused: a rate is not known, or the law does not allow what the facts say.
        NotPayable: nothing may be collected on this kind.
    Source: Circular 18/2023/TT-BTC art. 6, 7.
    """
    if not obligation.paid or obligation.status is ObligationStatus.SUPERSEDED:
        return None
    taken = [part for part in obligation.paid if part.amount.is_positive]
    paid = total(part.amount for part in taken)
    given_back = paid - total(part.amount for part in obligation.paid)
    if obligation.status is ObligationStatus.WITHDRAWN:
        return Difference(paid, ZERO, is_covered=True, given_back=given_back)
    days = sorted({part.on for part in taken})
    due = _due(obligation, before=(), on=days[0], rates=rates)
    for day in days[1:]:
        before = tuple(part for part in obligation.paid if part.on < day)
        if not _offered(obligation, paid=before, on=day, rates=rates):
            break
        due = _due(obligation, before=before, on=day, rates=rates)
    left = _offered(obligation, paid=obligation.paid, on=days[-1], rates=rates)
    return Difference(paid, due, is_covered=not left, given_back=given_back)


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
