"""What belongs together on the three sides, by which rule, and how it enters the book."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry, batch_of
from ledger.money import ZERO, Money
from ledger.movements.credited import credited
from ledger.movements.given_back import given_back
from ledger.movements.parked import parked
from ledger.movements.settled import settled
from ledger.movements.withheld import withheld
from reconciliation.file import ItemKind

RULE_SET: Final = 1
"""The version of the rules below; a group keeps the one it was made by."""

DAYS_NEARBY_MAX: Final = 10
"""How far apart capture and report may lie when only our reference ties them."""


class Rule(enum.StrEnum):
    """Why a line and a capture are one; earlier rules go first and take theirs away."""

    TRANSACTION = "transaction"
    REFERENCE = "reference"  # the gateway's own number differs or was never told
    COMPLETED = "completed"  # our side heard of it from this very line
    AMOUNT_DIFFERS = "amount_differs"
    UNIDENTIFIED = "unidentified"  # nothing of ours: the money waits for its owner
    EXCESS = "excess"  # what a line says beyond the capture it was matched to
    REFUND = "refund"  # what a gateway kept, since it gave it back to a payer
    PAYOUT = "payout"  # credits that are the sum of what was passed on under one name


COMPARED: Final[Mapping[Rule, tuple[str, ...]]] = MappingProxyType(
    {
        Rule.TRANSACTION: ("gateway", "transaction", "reference", "amount"),
        Rule.REFERENCE: ("gateway", "reference", "amount"),
        Rule.COMPLETED: ("gateway", "transaction", "reference", "amount"),
        Rule.AMOUNT_DIFFERS: ("gateway", "transaction", "reference"),
        Rule.UNIDENTIFIED: (),
        Rule.EXCESS: (),
        Rule.REFUND: ("gateway", "reference", "amount"),
        Rule.PAYOUT: ("payout", "account", "amount"),
    }
)
"""What was equal on both sides, per rule; all of it must be, and no tolerance is given."""

CAPTURED: Final = "captured"
PARKED: Final = "parked"
_PLACE_OF_SURPLUS: Final = MappingProxyType({"captured_twice": "refund", PARKED: "suspense"})


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line of a report that the first rule left over."""

    item_id: int
    line: int
    kind: ItemKind
    reference: str
    transaction: str
    amount: Money
    fee: Money
    occurred_at: datetime
    beneficiary: str
    payout: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A sum in our book that a gateway took: side A of one match."""

    capture_id: int
    movement: str
    business_date: date
    beneficiary: str
    amount: Money
    payment_number: str

    @property
    def place(self) -> str:
        """Return the last word of its batch: whose money it is."""
        return _PLACE_OF_SURPLUS.get(self.movement, self.beneficiary)


@dataclass(frozen=True, slots=True)
class NewGroup:
    """Report lines that leave what a gateway owes us together: one payout, one batch, one rule.

    Of refunds a gateway kept from a payout the sums are below zero.
    `beneficiary` is whom we owe it to, `credited_to` whom the gateway says it passed it on to.
    """

    gateway: str
    payout: str
    file_id: int
    rule: Rule
    movement: str
    batch_date: date
    beneficiary: str
    credited_to: str
    gross: Money
    fee: Money
    leg_count: int

    @property
    def net(self) -> Money:
        """Return what is on its way to the beneficiary."""
        return self.gross - self.fee

    @property
    def batch(self) -> str:
        """Return the batch the money came into the book with."""
        return batch_of(gateway=self.gateway, business_date=self.batch_date, beneficiary=self.place)

    @property
    def place(self) -> str:
        """Return the last word of the batch: whose money it is."""
        return _PLACE_OF_SURPLUS.get(self.movement, self.beneficiary)

    @property
    def is_owed(self) -> bool:
        """Say whether its arrival settles what we owe: no surplus, and the right account."""
        return self.movement == CAPTURED and self.beneficiary == self.credited_to

    @property
    def is_surplus(self) -> bool:
        """Say whether it holds captures that no obligation asked for."""
        return self.movement != CAPTURED and self.rule not in {
            Rule.UNIDENTIFIED,
            Rule.EXCESS,
            Rule.REFUND,
        }

    @property
    def receivable(self) -> Account:
        """Return where the gateway's debt stands."""
        return Account(AccountKind.RECEIVABLE, self.gateway)

    @property
    def in_transit(self) -> Account:
        """Return where it stands on its way."""
        return Account(AccountKind.IN_TRANSIT, self.gateway)

    @property
    def payable(self) -> Account:
        """Return where our debt to the beneficiary stands."""
        return Account(AccountKind.PAYABLE, self.beneficiary)


@dataclass(frozen=True, slots=True)
class PassedOn(NewGroup):
    """A group as it is kept; its number makes its entry happen once."""

    group_id: int


@dataclass(frozen=True, slots=True)
class Differing:
    """A line and a capture that are one but for the amount."""

    line: OpenLine
    taken: Taken


@dataclass(frozen=True, slots=True)
class Payout:
    """Everything passed on under one name to one account, and the credits that bear the name.

    `is_open_ended` says that lines of it are not in its groups: refunds, or lines left ambiguous.
    `passed_on_on` is the business day of the report; `file_id` is the statement that shows the
    first credit, the report while none does. `is_covered` says that a statement of the
    account reaches the day that is matched.
    """

    gateway: str
    payout: str
    credited_to: str
    passed_on_on: date
    expected: Money
    group_ids: tuple[int, ...]
    credit_ids: tuple[int, ...]
    credited: Money
    file_id: int
    is_open_ended: bool
    is_covered: bool

    @property
    def has_arrived(self) -> bool:
        """Say whether the credits are exactly the sum; of nothing there are none."""
        is_there = bool(self.credit_ids) or self.expected == ZERO
        return is_there and not self.is_open_ended and self.credited == self.expected


@dataclass(frozen=True, slots=True)
class Stray:
    """A booked line of an account that is no payout's sum; `is_there` on the payout's account."""

    item_id: int
    is_credit: bool
    account: str
    payout: str
    amount: Money
    is_known: bool
    is_there: bool


def group_of(one: Differing, *, gateway: str, file_id: int) -> NewGroup:
    """Return the group of a line that differs: what line and capture both have of the amount."""
    gross = min(one.line.amount, one.taken.amount)
    return NewGroup(
        gateway=gateway,
        payout=one.line.payout,
        file_id=file_id,
        rule=Rule.AMOUNT_DIFFERS,
        movement=one.taken.movement,
        batch_date=one.taken.business_date,
        beneficiary=one.taken.beneficiary,
        credited_to=one.line.beneficiary,
        gross=gross,
        fee=min(one.line.fee, gross),
        leg_count=1,
    )


def suspense_group_of(
    line: OpenLine,
    *,
    gateway: str,
    file_id: int,
    rule: Rule,
    batch_date: date,
    gross: Money,
    fee: Money,
) -> NewGroup:
    """Return the group of money in suspense that a line says was passed on."""
    return NewGroup(
        gateway=gateway,
        payout=line.payout,
        file_id=file_id,
        rule=rule,
        movement=PARKED,
        batch_date=batch_date,
        beneficiary=line.beneficiary,
        credited_to=line.beneficiary,
        gross=gross,
        fee=fee,
        leg_count=1 if rule is Rule.UNIDENTIFIED else 0,
    )


def excess_of(differing: Differing) -> Money:
    """Return what the line says beyond the capture, zero when it says less."""
    return max(ZERO, differing.line.amount - differing.taken.amount)


def day_of_batch(batch: str) -> date:
    """Return the business day in a batch's name, the day its money came into the book."""
    return date.fromisoformat(batch.split("/")[1])


def settled_entry(group: PassedOn, *, business_date: date) -> Entry:
    """Return what a group does to the book: the gateway's debt leaves, the net is on its way.

    A report may hold what is booked for a later day, after our cut-off: it leaves on that day. A
    refund does the reverse: less is on its way.
    """
    if group.rule is Rule.REFUND:
        return withheld(
            key=f"withheld:{group.group_id}",
            gateway=group.gateway,
            business_date=max(business_date, group.batch_date),
            source=f"file:{group.file_id}:{group.payout}",
            batch=group.batch,
            amount=-group.gross,
        )
    return settled(
        key=f"settled:{group.group_id}",
        gateway=group.gateway,
        business_date=max(business_date, group.batch_date),
        source=f"file:{group.file_id}:{group.payout}",
        beneficiary=group.place,
        batch=group.batch,
        gross=group.gross,
        fee=group.fee,
    )


def parked_entry(
    line: OpenLine, *, gateway: str, file_id: int, business_date: date, amount: Money, rule: Rule
) -> Entry:
    """Return money of a report line that no capture of ours accounts for."""
    return parked(
        key=f"parked:{gateway}:{rule}:{line.item_id}",
        gateway=gateway,
        business_date=business_date,
        source=f"file:{file_id}:line:{line.line}",
        amount=amount,
        differs=rule is Rule.EXCESS,
    )


def credited_entries(
    arrived_group_id: int, groups: Sequence[PassedOn], *, file_id: int, business_date: date
) -> list[Entry]:
    """Return one entry per batch and beneficiary for the groups of an arrival that were owed.

    Where refunds kept from it outweigh what came under a batch, the beneficiary gave that back.
    """
    sums: dict[tuple[str, str, str], Money] = {}
    for group in groups:
        if group.is_owed:
            key = (group.batch, group.beneficiary, group.gateway)
            sums[key] = sums.get(key, ZERO) + group.net
    return [
        (credited if amount.is_positive else given_back)(
            key=f"{'credited' if amount.is_positive else 'given_back'}:{arrived_group_id}:{batch}",
            gateway=gateway,
            business_date=max(business_date, day_of_batch(batch)),
            source=f"file:{file_id}:arrival:{arrived_group_id}",
            beneficiary=beneficiary,
            batch=batch,
            amount=amount if amount.is_positive else -amount,
        )
        for (batch, beneficiary, gateway), amount in sorted(sums.items())
        if amount != ZERO
    ]


def refund_group_of(line: OpenLine, taken: Taken, *, gateway: str, file_id: int) -> NewGroup:
    """Return what a line says a gateway kept, under the batch of the money that went back."""
    return NewGroup(
        gateway=gateway,
        payout=line.payout,
        file_id=file_id,
        rule=Rule.REFUND,
        movement=taken.movement,
        batch_date=taken.business_date,
        beneficiary=taken.beneficiary,
        credited_to=line.beneficiary,
        gross=-line.amount,
        fee=ZERO,
        leg_count=1,
    )
