"""What is due on one day, explained line by line."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ledger.money import Money, total


class Unit(enum.StrEnum):
    """What a step counts; NONE where it counts nothing."""

    NONE = ""
    DAY = "day"
    MONTH = "month"
    PAGE = "page"
    COPY = "copy"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class QuoteStep:
    """One step on the way to a line's amount: `base` times `count` units times `rate`.

    `amount` is that product, half a dong rounded up for showing; below zero, the product taken off,
    for what somebody else bears. `rate` is a decimal text, '' for none. `law` and `status` are as
    in a line. `first` and `last` are the days the step spans, both included, None where it spans
    none. Where `power` is not zero, `amount` is `base` times (1 + `rate`) to that power. `is_part`
    is False for a number that a later step is made of: only the others come to the line's amount.
    """

    label: str
    amount: Money
    base: Money
    count: int = 0
    unit: Unit = Unit.NONE
    rate: str = ""
    law: str = ""
    status: str = "CONFIRMED"
    first: date | None = None
    last: date | None = None
    power: int = 0
    is_part: bool = True


NoteValue = str | int | Money | date | Decimal


@dataclass(frozen=True, slots=True)
class Note:
    """What a payer must know besides the amounts: `text` is found in the catalogue.

    `values` fill its `%(name)s` places: whole numbers, amounts, days and rates (decimals, written
    per cent) by their own type, so that each language writes them its own way. `code` is for
    machines and never changes.
    """

    code: str
    text: str
    values: Mapping[str, NoteValue] = field(default_factory=dict[str, NoteValue])
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One amount with its reason; the same line stands on page, JSON and proof.

    `part` is a short code (`fine`, `late_surcharge`, `demand`). `label` and `rule` are Vietnamese
    source texts found in the catalogue. `base`, `days` and `rate` (a decimal text) are what the
    amount was computed from, days 0 and rate '' where none applies. `law` names document and
    article. `status` is CONFIRMED, CONFIRMED-2ND or UNCONFIRMED: how sure the number's source is.
    `steps` tell the computation where one product does not; `rounding` says in a text of the
    catalogue how a fraction of a dong was rounded, '' where there was none, and then the steps
    that are parts come to exactly the amount. `leaves_open` says that paying the line leaves more
    to pay later.
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
    steps: tuple[QuoteStep, ...] = ()
    rounding: str = ""
    leaves_open: bool = False


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
    notes: tuple[Note, ...] = ()

    @property
    def total(self) -> Money:
        """Return what is due in all."""
        return total(line.amount for line in self.lines)
