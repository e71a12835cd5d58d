"""Relief on a fine that a decision of the authority grants: days that do not count, instalments.

Source: Law on Handling Administrative Violations art. 76 and 79, before and after Law 67/2020/QH14.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from ledger.money import Money
from payments.errors import InputRefused
from payments.obligations.contract import Facts
from payments.obligations.fine_facts import FineFacts, Person, read_fine
from payments.obligations.rates import Rates

RATES_USED: Final = (
    "fines.deferral_min_individual",
    "fines.deferral_min_organisation",
    "fines.deferral_months_max",
    "fines.instalments_min_individual",
    "fines.instalments_min_organisation",
    "fines.instalments_months_max",
    "fines.instalments_max",
    "fines.instalments_first_share",
)

_MONTHS_A_YEAR: Final = 12


def deferred(facts: Facts, *, first: date, last: date, granted_on: date, rates: Rates) -> Facts:
    """Return a fine's facts with one more period that costs no surcharge, ends included.

    Raises:
        InputRefused: the fine is too small or the period too long by the law of the day.
    """
    fine = read_fine(facts)
    _require_least(fine, "deferral", granted_on=granted_on, rates=rates)
    if not fine.issued_on <= first <= last:
        raise InputRefused(field="period", reason="is no period after the decision")
    months = rates.in_force("fines.deferral_months_max", on=granted_on).whole
    if last >= _months_after(first, months):
        raise InputRefused(field="period", reason=f"is longer than {months} months")
    if any(first <= end and begin <= last for begin, end in fine.suspended):
        raise InputRefused(field="period", reason="overlaps one that is suspended already")
    periods = [[begin.isoformat(), end.isoformat()] for begin, end in fine.suspended]
    return {**facts, "suspended": [*periods, [first.isoformat(), last.isoformat()]]}


def in_instalments(
    facts: Facts, *, parts: Sequence[tuple[date, Money]], granted_on: date, rates: Rates
) -> Facts:
    """Return a fine's facts with the days and amounts it may be paid in.

    Raises:
        InputRefused: the law of the day does not allow these instalments.
    """
    fine = read_fine(facts)
    _require_least(fine, "instalments", granted_on=granted_on, rates=rates)
    parts_max = rates.in_force("fines.instalments_max", on=granted_on).whole
    if not 1 < len(parts) <= parts_max:
        raise InputRefused(field="instalments", reason=f"are 2 to {parts_max}")
    days = [day for day, _ in parts]
    if days != sorted(set(days)) or days[0] < fine.issued_on:
        raise InputRefused(field="instalments", reason="follow each other after the decision")
    months = rates.in_force("fines.instalments_months_max", on=granted_on).whole
    if days[-1] > _months_after(fine.issued_on, months):
        raise InputRefused(field="instalments", reason=f"last more than {months} months")
    share = rates.in_force("fines.instalments_first_share", on=granted_on)
    if parts[0][1].vnd < fine.fine.vnd * share.value:
        percent = (Decimal(share.text) * 100).normalize()
        raise InputRefused(field="instalments", reason=f"begin with less than {percent:f} %")
    plan = [{"due_on": day.isoformat(), "amount_vnd": amount.vnd} for day, amount in parts]
    return {**facts, "instalments": plan, "instalments_from": granted_on.isoformat()}


def _require_least(fine: FineFacts, relief: str, *, granted_on: date, rates: Rates) -> None:
    # Where the decision does not say whom it is against, the authority that grants it knows.
    person = fine.person or Person.INDIVIDUAL
    least = rates.known(f"fines.{relief}_min_{person.value}", on=granted_on)
    if least is None:
        raise InputRefused(field="act", reason=f"the law of {granted_on} has no {relief} for this")
    if fine.fine.vnd < least.whole:
        raise InputRefused(field="act", reason=f"is for fines from {least.whole} dong on")


def _months_after(day: date, months: int) -> date:
    """Return the same day some months later, the last of that month where it has no such day."""
    count = day.month - 1 + months
    year, month = day.year + count // _MONTHS_A_YEAR, count % _MONTHS_A_YEAR + 1
    next_first = date(year + month // _MONTHS_A_YEAR, month % _MONTHS_A_YEAR + 1, 1)
    last = next_first - timedelta(days=1)
    return last if day.day > last.day else date(year, month, day.day)
