"""What an authority is told: one event per obligation and change, numbered in order."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ledger.money import Money, total
from payments.move import PaymentMove
from payments.owed import Owed
from payments.vietnam_time import vietnam_text

PAID: Final = "payment.paid"
REFUND_DUE: Final = "obligation.refund_due"
REOPENED: Final = "obligation.reopened"
OVERPAID: Final = "payment.overpaid"
SETTLED: Final = "payment.settled"
REFUNDED: Final = "payment.refunded"


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one obligation's payment; `cause` makes its event happen once.

    `amount` is what this obligation's lines come to, `taken` all that the gateway took with it.
    `counts_for` is the number of the decision that took the obligation's place, '' without one.
    """

    type: str
    cause: str
    subscriber: str
    obligation_id: int
    kind: str
    obligation_number: str
    payment_number: str
    amount: Money
    taken: Money
    paid_at: datetime | None
    gateway: str
    gateway_transaction: str
    old_status: str
    new_status: str
    happened_at: datetime
    counts_for: str = ""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What came of comparing what was paid for an obligation with what is due for it.

    `cause` is the change or the sum that made it worth comparing; it makes its event happen once.
    `refund` is all that is due back now, `refund_before` what was until then; what went back by
    now is part of both, and of `paid`. Where an obligation opens again `paid` is what is kept.
    """

    type: str
    cause: str
    subscriber: str
    obligation_id: int
    kind: str
    obligation_number: str
    version: int
    paid: Money
    due: Money
    refund: Money
    refund_before: Money
    old_status: str
    new_status: str
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Returned:
    """Money of an obligation's payment that went back to the payer; `cause` is the refund's number.

    `reason` is a word of `payments.refund.RefundCause`: only `refund_due` takes back what was paid
    for the obligation, the rest was surplus. `kept` is what is left of what fulfilled the payment.
    """

    cause: str
    subscriber: str
    obligation_id: int
    kind: str
    obligation_number: str
    payment_number: str
    reason: str
    route: str
    document: str
    amount: Money
    kept: Money
    gateway: str
    old_status: str
    new_status: str
    happened_at: datetime
    type: str = REFUNDED


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it waits to be told.

    `sequence` counts per subscriber and obligation from 1; `attempts` counts tries so far.
    """

    event_id: str
    subscriber: str
    obligation_id: int
    sequence: int
    type: str
    payload: Mapping[str, object]
    created_at: datetime
    attempts: int


def changes_of(
    move: PaymentMove,
    owed: Mapping[int, Owed],
    *,
    type_: str,
    cause: str,
    gateway: str,
    gateway_transaction: str,
    taken: Money,
) -> list[Change]:
    """Return one change per obligation of a payment that took a step."""
    payment = move.after
    return [
        Change(
            type=type_,
            cause=cause,
            subscriber=owed[obligation_id].subscriber or owed[obligation_id].provider,
            obligation_id=obligation_id,
            kind=owed[obligation_id].kind,
            obligation_number=owed[obligation_id].number_shown,
            payment_number=payment.number,
            amount=total(
                line.amount for line in payment.lines if line.obligation_id == obligation_id
            ),
            taken=taken,
            paid_at=payment.paid_at,
            gateway=gateway,
            gateway_transaction=gateway_transaction,
            old_status=move.before.state,
            new_status=payment.state,
            happened_at=move.at,
            counts_for=_successor_of(owed[obligation_id], owed),
        )
        for obligation_id in dict.fromkeys(line.obligation_id for line in payment.lines)
    ]


def event_id_of(change: Change | Reckoned | Returned) -> str:
    """Return the id of a change's event: the same on every repeat, and nobody else's."""
    name = f"{change.type}\n{change.cause}\n{change.obligation_id}"
    return f"evt_{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def payload_of(change: Change | Reckoned | Returned) -> dict[str, object]:
    """Return what is sent; the order number is added where the event is kept."""
    return {
        "id": event_id_of(change),
        "type": change.type,
        "timestamp": vietnam_text(change.happened_at),
        "data": {
            "kind": change.kind,
            "number": change.obligation_number,
            **_told(change),
            "old_status": change.old_status,
            "new_status": change.new_status,
        },
    }


def _successor_of(one: Owed, owed: Mapping[int, Owed]) -> str:
    newest = owed.get(one.counts_for, one)
    return "" if newest is one else newest.number_shown


def _told(change: Change | Reckoned | Returned) -> dict[str, object]:
    match change:
        case Change():
            return _paid(change)
        case Reckoned():
            return _reckoned(change)
        case Returned():
            return _returned(change)


def _returned(change: Returned) -> dict[str, object]:
    return {
        "payment_number": change.payment_number,
        "refund_number": change.cause,
        "reason": change.reason,
        "route": change.route,
        "document": change.document,
        "amount_vnd": change.amount.vnd,
        "kept_vnd": change.kept.vnd,
        "gateway": change.gateway,
    }


def _paid(change: Change) -> dict[str, object]:
    paid_at = change.paid_at
    return {
        "payment_number": change.payment_number,
        "amount_vnd": change.amount.vnd,
        "taken_vnd": change.taken.vnd,
        "paid_at": None if paid_at is None else vietnam_text(paid_at),
        "gateway": change.gateway,
        "gateway_transaction": change.gateway_transaction,
        **({"counts_for": change.counts_for} if change.counts_for else {}),
    }


def _reckoned(change: Reckoned) -> dict[str, object]:
    is_refund = change.type == REFUND_DUE
    difference = change.refund if is_refund else change.paid - change.due
    return {
        "version": change.version,
        "paid_vnd": change.paid.vnd,
        "due_vnd": change.due.vnd,
        "difference_vnd": difference.vnd,
        **({"difference_before_vnd": change.refund_before.vnd} if is_refund else {}),
        "cause": change.cause,
    }
