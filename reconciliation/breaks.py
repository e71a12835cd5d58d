"""Differences between the sides: their kinds, and how much of the book each one explains.

A capture should leave its gateway's debt, pass through transit and end our debt to the beneficiary.
Each break says by how much, account by account and batch by batch, the book departs from that; the
open ones together explain all that is not zero, or the day does not close.
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from ledger.accounts import Account, AccountKind
from ledger.entry import batch_of
from ledger.money import ZERO, Money
from reconciliation.matching import (
    CAPTURED,
    Differing,
    OpenLine,
    PassedOn,
    Payout,
    Stray,
    Taken,
    excess_of,
)


class BreakKind(enum.StrEnum):
    """What differs."""

    MISSING_AT_GATEWAY = "missing_at_gateway"  # we booked it, the gateway's report is silent
    MISSING_IN_LEDGER = "missing_in_ledger"  # the gateway reports it, nobody of ours knows it
    AMOUNT_MISMATCH = "amount_mismatch"
    DUPLICATE_PAYMENT = "duplicate_payment"  # a second success for one obligation
    CONFLICTING_LINE = "conflicting_line"  # a line says again, or no more, what one said before
    WRONG_BENEFICIARY = "wrong_beneficiary"
    FEE_MISMATCH = "fee_mismatch"  # the beneficiary gets less than was paid
    REFUND_MISMATCH = "refund_mismatch"  # a refund we never ordered, or none reported
    AMBIGUOUS = "ambiguous"  # several are equally right: people choose
    IN_TRANSIT = "in_transit"  # passed on, not yet credited, still in time
    MISSING_AT_BANK = "missing_at_bank"  # passed on, not credited in time
    BATCH_TOTAL_MISMATCH = "batch_total_mismatch"  # credited, but not the sum passed on
    UNIDENTIFIED_RECEIPT = "unidentified_receipt"  # credited under a name nobody passed on
    REVERSED = "reversed"  # the account gave it back


UNTIL_ARRIVAL = (
    BreakKind.IN_TRANSIT,
    BreakKind.MISSING_AT_BANK,
    BreakKind.BATCH_TOTAL_MISMATCH,
)
"""Kinds a payout goes through until it has arrived; one at a time."""

Place = tuple[Account, str]
"""A clearing account and one batch in it."""


@dataclass(frozen=True, slots=True)
class NewBreak:
    """A difference as it is opened; kind and subject make it one case however often it is seen.

    `explains` is how much stands in each place because of it, above zero on the debit side.
    """

    kind: BreakKind
    subject: str
    gateway: str
    beneficiary: str
    amount: Money
    text: str
    payout: str = ""
    item_id: int | None = None
    capture_id: int | None = None
    group_id: int | None = None
    explains: Mapping[Place, Money] = field(default_factory=lambda: MappingProxyType({}))


def missing_at_gateway(taken: Taken, *, gateway: str) -> NewBreak:
    """Return a capture that the report of its day does not hold."""
    batch = batch_of(gateway=gateway, business_date=taken.business_date, beneficiary=taken.place)
    return NewBreak(
        kind=BreakKind.MISSING_AT_GATEWAY,
        subject=f"capture:{taken.capture_id}",
        gateway=gateway,
        beneficiary=taken.beneficiary,
        amount=taken.amount,
        text=f"payment {taken.payment_number} is not in the report of its day",
        capture_id=taken.capture_id,
        explains=_explained(
            ((Account(AccountKind.RECEIVABLE, gateway), batch), taken.amount),
            *_unpaid(taken.movement, taken.beneficiary, batch, taken.amount),
        ),
    )


def refund_not_reported(number: str, amount: Money, taken: Taken, *, gateway: str) -> NewBreak:
    """Return a refund that is done and that its gateway has kept from no payout yet.

    Until it does, the gateway owes that much less than it passes on, and a beneficiary that gave
    the money up has that much too much.
    """
    batch = batch_of(gateway=gateway, business_date=taken.business_date, beneficiary=taken.place)
    return NewBreak(
        kind=BreakKind.REFUND_MISMATCH,
        subject=f"refund:{number}",
        gateway=gateway,
        beneficiary=taken.beneficiary,
        amount=amount,
        text=f"refund {number} of payment {taken.payment_number} is in no report yet",
        explains=_explained(
            ((Account(AccountKind.RECEIVABLE, gateway), batch), -amount),
            *_unpaid(taken.movement, taken.beneficiary, batch, -amount),
        ),
    )


def refund_reported_early(number: str, amount: Money, taken: Taken, *, gateway: str) -> NewBreak:
    """Return a refund that a report holds before the business day it is booked for.

    It was heard of after our cut-off; until that day the book still has the money.
    """
    batch = batch_of(gateway=gateway, business_date=taken.business_date, beneficiary=taken.place)
    return NewBreak(
        kind=BreakKind.REFUND_MISMATCH,
        subject=f"early:{number}",
        gateway=gateway,
        beneficiary=taken.beneficiary,
        amount=amount,
        text=f"refund {number} of payment {taken.payment_number} is booked for a later day",
        explains=_explained(
            ((Account(AccountKind.RECEIVABLE, gateway), batch), amount),
            *_unpaid(taken.movement, taken.beneficiary, batch, amount),
        ),
    )


def missing_in_ledger(line: OpenLine, group: PassedOn) -> NewBreak:
    """Return a line whose reference nobody of ours knows; its money waits in suspense."""
    return NewBreak(
        kind=BreakKind.MISSING_IN_LEDGER,
        subject=f"item:{line.item_id}",
        gateway=group.gateway,
        beneficiary=line.beneficiary,
        amount=line.amount,
        text=f"reference {line.reference}, transaction {line.transaction}: not ours",
        payout=line.payout,
        item_id=line.item_id,
        group_id=group.group_id,
        explains=_explained(((group.in_transit, group.batch), group.net)),
    )


def surplus(taken: Taken, group: PassedOn, *, item_id: int, net: Money) -> NewBreak:
    """Return money that was passed on but owed to nobody there: paid twice, or not what was asked.

    `net` is this capture's part of the group.
    """
    is_twice = taken.movement == "captured_twice"
    why = "paid what was paid already" if is_twice else "paid another amount than was asked"
    return NewBreak(
        kind=BreakKind.DUPLICATE_PAYMENT if is_twice else BreakKind.AMOUNT_MISMATCH,
        subject=f"capture:{taken.capture_id}",
        gateway=group.gateway,
        beneficiary=taken.beneficiary,
        amount=taken.amount,
        text=f"payment {taken.payment_number} {why}",
        payout=group.payout,
        item_id=item_id,
        capture_id=taken.capture_id,
        group_id=group.group_id,
        explains=_explained(((group.in_transit, group.batch), net)),
    )


def amount_mismatch(differing: Differing, group: PassedOn, *, excess: PassedOn | None) -> NewBreak:
    """Return a line that reports another amount than we booked.

    What it says less stays owed by the gateway; what it says more, `excess`, is in suspense.
    """
    line, taken = differing.line, differing.taken
    short = taken.amount - group.gross
    places: list[tuple[Place, Money]] = [((group.receivable, group.batch), short)]
    places += _unpaid(taken.movement, taken.beneficiary, group.batch, short)
    if excess is not None:
        places.append(((excess.in_transit, excess.batch), excess_of(differing)))
    return NewBreak(
        kind=BreakKind.AMOUNT_MISMATCH,
        subject=f"item:{line.item_id}",
        gateway=group.gateway,
        beneficiary=taken.beneficiary,
        amount=line.amount - taken.amount,
        text=(
            f"payment {taken.payment_number}: {taken.amount.vnd} booked, {line.amount.vnd} reported"
        ),
        payout=line.payout,
        item_id=line.item_id,
        capture_id=taken.capture_id,
        group_id=group.group_id,
        explains=_explained(*places),
    )


def wrong_beneficiary(group: PassedOn) -> NewBreak:
    """Return what a gateway passed on to another account than we owe it to."""
    return NewBreak(
        kind=BreakKind.WRONG_BENEFICIARY,
        subject=f"group:{group.group_id}",
        gateway=group.gateway,
        beneficiary=group.beneficiary,
        amount=group.net,
        text=f"owed to {group.beneficiary}, passed on to {group.credited_to}",
        payout=group.payout,
        group_id=group.group_id,
        explains=_explained(
            ((group.in_transit, group.batch), group.net),
            ((group.payable, group.batch), -group.net),
        ),
    )


def fee_mismatch(group: PassedOn) -> NewBreak:
    """Return a fee kept from what is owed whole; no tariff allows one yet."""
    return NewBreak(
        kind=BreakKind.FEE_MISMATCH,
        subject=f"group:{group.group_id}",
        gateway=group.gateway,
        beneficiary=group.beneficiary,
        amount=group.fee,
        text=f"{group.gateway} kept {group.fee.vnd} from {group.gross.vnd}",
        payout=group.payout,
        group_id=group.group_id,
        explains=_explained(*_unpaid(group.movement, group.beneficiary, group.batch, group.fee)),
    )


def not_arrived(payout: Payout, groups: Sequence[PassedOn], *, kind: BreakKind) -> NewBreak:
    """Return a payout the beneficiary's statement does not show, or not as the sum passed on."""
    places: list[tuple[Place, Money]] = []
    for group in groups:
        if group.is_owed:
            places += [
                ((group.in_transit, group.batch), group.net),
                ((group.payable, group.batch), -group.net),
            ]
    return NewBreak(
        kind=kind,
        subject=subject_of_payout(payout),
        gateway=payout.gateway,
        beneficiary=payout.credited_to,
        amount=payout.expected - payout.credited,
        text=f"{payout.expected.vnd} passed on, {payout.credited.vnd} credited",
        payout=payout.payout,
        explains=_explained(*places),
    )


def subject_of_payout(payout: Payout) -> str:
    """Return what makes breaks of one payout the same case."""
    return f"payout:{payout.gateway}:{payout.payout}:{payout.credited_to}"


def about_stray(stray: Stray) -> NewBreak:
    """Return a booked line of an account that is no payout's sum; it moves nothing of ours."""
    if not stray.is_credit:
        kind, text = BreakKind.REVERSED, "taken back from the account"
    elif stray.is_known and not stray.is_there:
        kind, text = BreakKind.WRONG_BENEFICIARY, "credited to another account than passed on to"
    elif stray.is_known:
        kind, text = BreakKind.UNIDENTIFIED_RECEIPT, "credited again after the sum was complete"
    else:
        kind, text = BreakKind.UNIDENTIFIED_RECEIPT, "credited under a name nobody passed on"
    return NewBreak(
        kind=kind,
        subject=f"item:{stray.item_id}",
        gateway="",
        beneficiary=stray.account,
        amount=stray.amount,
        text=f"{stray.payout}: {text}",
        payout=stray.payout,
        item_id=stray.item_id,
    )


def about_line(line: OpenLine, *, kind: BreakKind, gateway: str, text: str) -> NewBreak:
    """Return a difference of one line that moves nothing until people decide."""
    return NewBreak(
        kind=kind,
        subject=f"item:{line.item_id}",
        gateway=gateway,
        beneficiary=line.beneficiary,
        amount=line.amount,
        text=text,
        payout=line.payout,
        item_id=line.item_id,
    )


def _unpaid(
    movement: str, beneficiary: str, batch: str, amount: Money
) -> list[tuple[Place, Money]]:
    """Return what stays owed to a beneficiary; surplus is owed to none."""
    if movement != CAPTURED:
        return []
    return [((Account(AccountKind.PAYABLE, beneficiary), batch), -amount)]


def _explained(*parts: tuple[Place, Money]) -> Mapping[Place, Money]:
    sums: dict[Place, Money] = {}
    for place, amount in parts:
        sums[place] = sums.get(place, ZERO) + amount
    return MappingProxyType({place: amount for place, amount in sums.items() if amount != ZERO})
