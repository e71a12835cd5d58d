"""One obligation as it may be shown to somebody who has proven something about it."""

import enum
from dataclasses import dataclass, field
from datetime import date, datetime

from ledger.money import Money
from payments.beneficiary import Beneficiary
from payments.later import DueBack
from payments.obligation import ObligationStatus
from payments.quote import Quote

RATE_MISSING = "rate_missing"
"""Why there is no price: no rate is in force on that date."""


class Sight(enum.StrEnum):
    """How much of an obligation's personal data may be seen."""

    MASKED = "masked"  # who knows the paper
    OWN = "own"  # who owes it, and has proven to be that person


@dataclass(frozen=True, slots=True)
class Found:
    """What may be shown of one obligation.

    `who` and `plate` are masked unless `sight` says that they are the visitor's own; '' where
    unknown. `quote` is None where nothing can be paid: paid (since `paid_on`, in Vietnam),
    withdrawn, superseded, or not to be priced, and then `unpriced` says by which rule.
    `total_tomorrow` is None where that is not known. `being_paid_until` is when the time of a
    payment under way is over, None when there is none; only `open_payment` decides.

    `replaces` are numbers of decisions this one took the place of, `record_number` that of the
    violation record before it, '' for none. `deferred_until` is the last day of a deferral that
    runs. `heard_at` is when the provider last said that this is owed, `away_since` when its own
    system went away, None while it answers: then the amount is the last one known. `due_back` is
    what was paid beyond what is due.
    """

    obligation_id: int
    provider: str
    kind: str
    number: str
    decided_on: date | None
    title: str
    authority: str
    who: str = field(repr=False)
    plate: str = field(repr=False)
    sight: Sight
    status: ObligationStatus
    beneficiary: Beneficiary
    quote: Quote | None
    unpriced: str
    total_tomorrow: Money | None
    paid_on: date | None
    being_paid_until: datetime | None
    replaces: tuple[str, ...]
    record_number: str
    deferred_until: date | None
    heard_at: datetime
    away_since: datetime | None
    due_back: DueBack | None
