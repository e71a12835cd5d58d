"""What every kind of obligation must be able to say about itself."""

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ledger.money import Money
from payments.obligations.rates import Rates
from payments.quote import Note, QuoteLine

Facts = Mapping[str, object]
"""What a provider pushed, checked and in plain JSON values; each kind knows its own shape."""


class SecondFact(enum.StrEnum):
    """What a person must know besides the number to see an obligation."""

    DECIDED_ON = "decided_on"
    SUBJECT = "subject"  # the plate, or the last digits of an identity paper


class Sort(enum.StrEnum):
    """What people take an obligation for: how pages speak of it, and where it is searched for."""

    FINE = "fine"  # somebody decided that a person did wrong
    INSURANCE = "insurance"
    FEE = "fee"  # whatever else an agency asks for


@dataclass(frozen=True, slots=True)
class Priced:
    """What is due on one day; `deadline` is the last day without surcharge, None without one."""

    deadline: date | None
    lines: tuple[QuoteLine, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class PaidPart:
    """What was paid on an obligation, or on one it took the place of, and counts towards it.

    `part` is the paid line's, `on` the day its price was made for: it was promised to who paid it,
    even where the gateway took the money after midnight or days later. What went back to who paid
    is a part below zero, `on` the day it went.
    """

    part: str
    amount: Money
    on: date


class Price(Protocol):
    """Computes what is due; pure, and exact to the dong."""

    def __call__(
        self,
        facts: Facts,
        *,
        beneficiary: str,
        on: date,
        rates: Rates,
        paid: Sequence[PaidPart],
    ) -> Priced:
        """Return what is still due on a date in Vietnam, no line when `paid` covers it all.

        Raises:
            RateMissing: a rate this price needs is not known for its date.
            PriceRefused: the law of that date does not allow what the facts say.
            NotPayable: nothing may be collected on this kind.
        """
        ...


class Defer(Protocol):
    """Grants days that cost nothing; pure."""

    def __call__(
        self, facts: Facts, *, first: date, last: date, granted_on: date, rates: Rates
    ) -> Facts:
        """Return the facts with one more period, ends included.

        Raises:
            InputRefused: the law of the day it is granted does not allow it.
        """
        ...


class Split(Protocol):
    """Grants payment in instalments; pure."""

    def __call__(
        self, facts: Facts, *, parts: Sequence[tuple[date, Money]], granted_on: date, rates: Rates
    ) -> Facts:
        """Return the facts with a plan of last days and amounts.

        Raises:
            InputRefused: the law of the day it is granted does not allow it.
        """
        ...


def undated(_: Facts) -> None:
    """Return None: facts of this kind hold no day of a decision."""


@dataclass(frozen=True, slots=True)
class ObligationKind:
    """One kind of obligation: its file is found by the registry and named nowhere else.

    `name` and `texts` are Vietnamese source texts that the catalogue must translate.
    `read_facts` raises InputRefused naming the field. `title` says in the provider's words what
    the obligation is for, `authority` who decided it ('' where nobody is named); `purpose` is what
    the bank's transfer shall say. `dated_on` is the day of the decision where the facts hold it.
    `is_payable` is False for what may be found but not paid. `typed` returns the number people type
    where it is shorter than the one that is unique: an insurance number without the period; it
    raises InputRefused for a number of another shape. `rates_used` names the series of rates its
    prices may need, for the check of the file that holds them. `deferred` and `in_instalments` are
    None where the law knows no such relief.
    """

    code: str
    name: str
    second_facts: frozenset[SecondFact]
    read_facts: Callable[[Mapping[str, object]], Facts]
    price: Price
    purpose: Callable[[Facts, str], str]
    title: Callable[[Facts], str]
    authority: Callable[[Facts], str]
    texts: tuple[str, ...]
    sort: Sort = Sort.FEE
    dated_on: Callable[[Facts], date | None] = undated
    is_payable: bool = True
    typed: Callable[[str], str] | None = None
    rates_used: tuple[str, ...] = ()
    deferred: Defer | None = None
    in_instalments: Split | None = None
