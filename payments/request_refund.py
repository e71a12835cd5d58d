"""Propose a refund by hand: what may go back, of which sum and by which way."""

from datetime import datetime

from ledger.money import ZERO, Money
from ledger.postgres.transaction import Tx
from payments.errors import NotFound, NotRefundable
from payments.owed import Locked
from payments.postgres import lock_rows, payment_rows, refund_rows, taken_rows
from payments.postgres.refund_rows import NewRefund
from payments.refund import (
    CAUSES,
    Obstacle,
    Refund,
    RefundCause,
    RefundRoute,
    Wanted,
    number_of,
    route_of,
)
from payments.taken_sum import TakenSum


def request_refund(tx: Tx, wanted: Wanted, *, by: str, now: datetime) -> Refund:
    """Propose a refund; another person approves it.

    A surplus goes back whole, money due back for an obligation as far as it is due; nothing else
    goes back. Asked twice it is two proposals where enough is left, and a refusal where not.

    Raises:
        NotFound: no such sum was taken.
        NotRefundable: it may not go back, not so much, or not by this way.
    """
    taken = taken_rows.sum_of(tx, wanted.capture_id)
    if taken is None:
        raise NotFound("no such sum was taken")
    locked = lock_rows.lock_by_payment(tx, [taken.payment_id])
    payment_rows.lock_payments(tx, [taken.payment_id], lines=locked.lines)
    # Others may have asked for some of it while this waited.
    taken = taken_rows.sum_of(tx, wanted.capture_id)
    assert taken is not None, "what was taken stays taken"
    cause = CAUSES[taken.movement]
    amount = _amount(tx, wanted, taken, locked)
    number = number_of(taken.entry_key, refunds=taken.refunds)
    new = NewRefund(
        number=number,
        capture_id=taken.capture_id,
        obligation_id=wanted.obligation_id,
        amount=amount,
        cause=cause,
        route=_route(tx, wanted, taken, cause),
        reason=wanted.reason,
        document=wanted.document,
    )
    refund_rows.insert_refunds(tx, [new], by=by, now=now)
    refund = refund_rows.by_number(tx, number)
    assert refund is not None, "it was written just now"
    return refund


def _amount(tx: Tx, wanted: Wanted, taken: TakenSum, locked: Locked) -> Money:
    """Return how much goes back.

    Raises:
        NotFound: the sum was not taken for that obligation.
        NotRefundable: nothing is left, or less than is wanted.
    """
    if CAUSES[taken.movement] is RefundCause.REFUND_DUE:
        left = min(taken.left, _due(tx, wanted, taken, locked))
    elif wanted.obligation_id is not None:
        raise NotFound("a surplus was taken for no obligation")
    else:
        left = taken.left
    if left <= ZERO:
        raise NotRefundable(reason=Obstacle.NOTHING_LEFT)
    amount = left if wanted.amount is None else wanted.amount
    if amount > left or amount <= ZERO:
        raise NotRefundable(reason=Obstacle.MORE_THAN_LEFT)
    if wanted.obligation_id is None and amount != left:
        raise NotRefundable(reason=Obstacle.ONLY_WHOLE)
    return amount


def _due(tx: Tx, wanted: Wanted, taken: TakenSum, locked: Locked) -> Money:
    """Return what of a sum is due back for an obligation and nobody asked for yet."""
    obligation_id = wanted.obligation_id
    if obligation_id is None or obligation_id not in locked.owed:
        raise NotFound("the sum was not taken for this obligation")
    due = taken_rows.due_for(tx, obligation_id) - taken_rows.back_for(tx, obligation_id)
    of_this = [
        part.paid - part.back
        for part in taken_rows.parts_for(tx, obligation_id)
        if part.capture_id == taken.capture_id
    ]
    return min(due, *of_this) if of_this else ZERO


def _route(tx: Tx, wanted: Wanted, taken: TakenSum, cause: RefundCause) -> RefundRoute:
    """Return the way the money goes back.

    Raises:
        NotRefundable: this money cannot go that way.
    """
    is_settled = bool(taken_rows.settled_among(tx, [taken.payment_id]))
    usual = route_of(cause, is_settled=is_settled)
    if wanted.route in {None, usual}:
        return usual
    other = RefundRoute.STATE_PROCEDURE if cause is RefundCause.REFUND_DUE else RefundRoute.TRANSFER
    if wanted.route is not other:
        raise NotRefundable(reason=Obstacle.WRONG_ROUTE)
    return other
