"""What is due on one day, explained line by line."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ledger.money import Money, total


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One amount with its reason; the same line stands on page, JSON and proof.

    `part` is a short code (`fine`, `late_surcharge`, `demand`). `label` and `rule` are Vietnamese
    source texts found in the catalogue. `base`, `days` and `rate` (a decimal text) are what the
    amount was computed from, days 0 and rate '' where none applies. `law` names document and
    article. `status` is CONFIRMED, CONFIRMED-2ND or UNCONFIRMED: how sure the number's source is.
    """

    part: str
    label: str
    rule: str
    amount: Money
    base: Money
    days: int
    rate: str
    law: str
    status: str
    beneficiary: str
    budget: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Quote:
    """The amount due for one obligation on one date in Vietnam; worthless the next day.

    `deadline` is the last day without surcharge, None where the kind has none.
    """

    obligation_id: int
    kind: str
    number: str
    priced_on: date
    deadline: date | None
    lines: tuple[QuoteLine, ...]

    @property
    def total(self) -> Money:
        """Return what is due in all."""
        return total(line.amount for line in self.lines)
