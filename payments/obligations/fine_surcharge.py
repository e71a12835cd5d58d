"""The deadline of a fine, and the surcharge of every late day: exact, then rounded once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Final

from ledger.money import ZERO, Money, total
from payments.obligations.contract import PaidPart
from payments.obligations.fine_facts import FineFacts
from payments.obligations.rates import Rate, Rates

LATE_PART: Final = "late_surcharge"

_TERM: Final = "fines.payment_term_days"
_UNPROVEN_TERM: Final = "fines.unproven_receipt_term_days"
_UNPROVEN_ADDED: Final = "fines.unproven_receipt_added_days"
_RATE: Final = "fines.late_daily_rate"
_UNIT: Final = "fines.surcharge_unit_dong"
ROLLS: Final = "fines.deadline_rolls"
RATES_USED: Final = (_TERM, _UNPROVEN_TERM, _UNPROVEN_ADDED, _RATE, _UNIT, ROLLS)

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5
_WEEK_DAYS = 7

Credits = Sequence[tuple[date, Money]]
"""What was paid on the fine itself, and from which day on it lowers it."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on which neither the unpaid amount nor the rate changes; `rate` None: not counted.

    `instalment` counts from 1, None for a fine that is owed whole.
    """

    first: date
    last: date
    base: Money
    rate: Rate | None
    instalment: int | None = None

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1

    @property
    def exact(self) -> Fraction:
        """Return what these days cost."""
        return Fraction(0) if self.rate is None else self.base.vnd * self.days * self.rate.value

    @property
    def is_whole(self) -> bool:
        """Say whether they cost no fraction of a dong."""
        return self.exact.denominator == 1


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late a payment is: what each stretch of days costs."""

    stretches: tuple[Stretch, ...]

    @property
    def days(self) -> int:
        """Return the days that count, each once however many instalments are late that day."""
        counted = [each for each in self.stretches if each.rate is not None]
        return len(
            {
                day
                for each in counted
                for day in range(each.first.toordinal(), each.last.toordinal() + 1)
            }
        )

    @property
    def exact(self) -> Fraction:
        """Return the surcharge before any rounding."""
        return sum((each.exact for each in self.stretches), start=Fraction(0))

    @property
    def rate_texts(self) -> tuple[str, ...]:
        """Return the rates used, each once, in order."""
        return tuple(dict.fromkeys(each.rate.text for each in self.stretches if each.rate))

    @property
    def statuses(self) -> frozenset[str]:
        """Return how sure the rates are."""
        return frozenset(each.rate.status for each in self.stretches if each.rate)


def deadline(facts: FineFacts, *, rates: Rates) -> date:
    """Return the last day without surcharge; holidays count like any other day.

    Raises:
        RateMissing: the term of that date is not known.
    Source: Circular 18/2023/TT-BTC art. 5; Law on Handling Administrative Violations art. 78.
    """
    if facts.deadline_given is not None:
        return facts.deadline_given[0]
    if facts.received_on is not None:
        least = rates.in_force(_TERM, on=facts.received_on).whole
        due = facts.received_on + timedelta(days=max(least, facts.term_days))
    else:
        least = rates.in_force(_UNPROVEN_TERM, on=facts.issued_on).whole
        added = rates.in_force(_UNPROVEN_ADDED, on=facts.issued_on).whole
        due = facts.issued_on + timedelta(days=max(least, facts.term_days + added))
    if is_rest_day(due) and rates.in_force(ROLLS, on=due).whole:
        due += timedelta(days=_WEEK_DAYS - due.weekday())
    return due


def is_rest_day(day: date) -> bool:
    """Say whether a day is a Saturday or a Sunday."""
    return day.weekday() >= _SATURDAY


def lateness(
    facts: FineFacts, *, due: date, on: date, rates: Rates, paid: Credits = ()
) -> Lateness:
    """Return what the days strictly between `due` and `on` cost, before any rounding.

    Raises:
        RateMissing: the daily rate of a late day is not known.
    Source: Circular 18/2023/TT-BTC art. 5 (1), (2).
    """
    # Between two cuts neither the unpaid amount, nor the rate, nor the suspension changes.
    cuts = {due + _ONE_DAY, on, *rates.changes(_RATE)}
    cuts |= {day for day, _ in (*facts.paid_in_part, *paid)}
    cuts |= {day for period in facts.suspended for day in (period[0], period[1] + _ONE_DAY)}
    cuts |= {each.due_on + _ONE_DAY for each in facts.instalments}
    if facts.instalments_from is not None:
        cuts.add(facts.instalments_from)
    first = min([due, *(each.due_on for each in facts.instalments)]) + _ONE_DAY
    found: list[Stretch] = []
    for start, stop in pairwise(sorted(cut for cut in cuts if first <= cut <= on)):
        for instalment, base in _late_amounts(facts, due=due, on=start, paid=paid):
            rate = None if facts.is_suspended(start) else rates.in_force(_RATE, on=start)
            found.append(Stretch(start, stop - _ONE_DAY, base, rate, instalment))
    found.sort(key=lambda each: each.instalment or 0)
    return Lateness(_joined(found))


def rounded(late: Lateness, *, on: date, rates: Rates) -> tuple[Money, frozenset[str]]:
    """Return the surcharge rounded half up once, and how sure each number in it is.

    Raises:
        RateMissing: how to round on that date is not known.
    """
    if late.exact == 0:
        return ZERO, late.statuses
    rate = rates.in_force(_UNIT, on=on)
    units = late.exact / rate.whole
    whole = Money(1).share(parts=units.numerator, of=units.denominator)
    statuses = late.statuses if units.denominator == 1 else late.statuses | {rate.status}
    return Money(whole.vnd * rate.whole), statuses


def credited(
    facts: FineFacts, *, due: date, paid: Sequence[PaidPart], rates: Rates
) -> tuple[Credits, Money]:
    """Return what was paid on the fine, and what on the surcharge.

    Where a corrected decision leaves less surcharge than was paid, the rest counts on the fine
    from that day on.

    Raises:
        RateMissing: a rate of a late day before a payment is not known.
    Source: Circular 18/2023/TT-BTC art. 6 (set-off of the difference).
    """
    on_fine: list[tuple[date, Money]] = []
    on_surcharge = ZERO
    for part in sorted(paid, key=lambda each: each.on):
        if part.part != LATE_PART:
            on_fine.append((part.on, part.amount))
            continue
        late = lateness(facts, due=due, on=part.on, rates=rates, paid=on_fine)
        owed, _ = rounded(late, on=part.on, rates=rates)
        surplus = max(ZERO, on_surcharge + part.amount - owed)
        on_surcharge += part.amount - surplus
        if surplus.is_positive:
            on_fine.append((part.on, surplus))
    return on_fine, on_surcharge


def left_of_instalments(facts: FineFacts, *, credited: Money) -> tuple[Money, ...]:
    """Return what is left of each instalment; money fills them in the order of their days."""
    left: list[Money] = []
    for each in facts.instalments:
        filled = min(each.amount, credited)
        credited -= filled
        left.append(each.amount - filled)
    return tuple(left)


def _late_amounts(
    facts: FineFacts, *, due: date, on: date, paid: Credits
) -> Iterator[tuple[int | None, Money]]:
    """Yield what bears a surcharge that day, of which instalment; None for the whole fine."""
    so_far = total(amount for day, amount in paid if day <= on)
    starts = facts.instalments_from or due + _ONE_DAY
    if facts.instalments and on >= starts:
        left = left_of_instalments(facts, credited=so_far)
        for which, (each, amount) in enumerate(zip(facts.instalments, left, strict=True), start=1):
            if each.due_on < on and amount.is_positive:
                yield which, amount
        return
    unpaid = facts.unpaid(on=on) - so_far
    if on > due and unpaid.is_positive:
        yield None, unpaid


def _joined(stretches: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """Return neighbours that do not differ as one."""
    joined: list[Stretch] = []
    for each in stretches:
        before = joined[-1] if joined else None
        if (
            before is not None
            and before.last + _ONE_DAY == each.first
            and (before.base, before.rate) == (each.base, each.rate)
            and before.instalment == each.instalment
        ):
            joined[-1] = replace(before, last=each.last)
        else:
            joined.append(each)
    return tuple(joined)
