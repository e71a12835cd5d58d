"""Approve a refund that somebody else proposed: from then on it is under way."""

from dataclasses import replace
from datetime import datetime

from ledger.postgres.transaction import Tx
from payments.errors import NotRefundable
from payments.hold_refund import HeldRefund, hold_refund
from payments.move import move_payment
from payments.postgres import lock_rows, refund_rows, step_rows, taken_rows
from payments.refund import (
    Obstacle,
    Refund,
    RefundRoute,
    digest_of,
    is_person,
    move_refund,
)
from payments.refund_states import RefundState, RefundStep
from payments.states import LOCKING, PaymentState, PaymentStep


def approve_refund(tx: Tx, number: str, *, digest: bytes, by: str, now: datetime) -> Refund:
    """Approve what `digest` stands for; what the approver was shown and nothing else.

    Said again by the same person, it changes nothing. A payment that was held is held no more: its
    money goes back, and its obligations are free to be paid.

    Raises:
        NotFound: there is no such refund.
        NotRefundable: it is not what was shown, no longer due, not for this person to approve, or
            another has decided.
    """
    held = hold_refund(tx, number)
    refund = held.refund
    if refund.state is not RefundState.PROPOSED:
        if refund.approved_by == by and refund.digest == digest:
            return refund
        raise NotRefundable(reason=Obstacle.ALREADY)
    obstacle = _obstacle(tx, held, digest=digest, by=by)
    if obstacle is not None:
        raise NotRefundable(reason=obstacle)
    approved = replace(refund, approved_by=by, approved_at=now, digest=digest)
    if refund.route is RefundRoute.GATEWAY:
        approved = replace(approved, next_ask_at=now)
    refund_rows.approve(tx, approved)
    move = move_refund(approved, RefundStep.APPROVE, at=now)
    refund_rows.take_step(tx, move)
    _begin(tx, held, now=now)
    return move.after


def _obstacle(tx: Tx, held: HeldRefund, *, digest: bytes, by: str) -> Obstacle | None:
    """Return what forbids to approve a refund."""
    refund = held.refund
    if not is_person(by):
        return Obstacle.NOT_A_PERSON
    if by == refund.proposed_by:
        return Obstacle.SAME_PERSON
    if digest != digest_of(refund):
        return Obstacle.CHANGED
    if refund.obligation_id is None:
        return None
    return _no_longer_due(tx, held, refund.obligation_id)


def _no_longer_due(tx: Tx, held: HeldRefund, obligation_id: int) -> Obstacle | None:
    """Return what changed since a refund for an obligation was proposed."""
    if taken_rows.is_beyond_due(tx, obligation_id):
        return Obstacle.NOT_DUE
    if held.is_settled and held.refund.route is not RefundRoute.STATE_PROCEDURE:
        return Obstacle.BENEFICIARY_HAS_IT
    return None


def _begin(tx: Tx, held: HeldRefund, *, now: datetime) -> None:
    """Say that money of the payment is on its way back, unless other money of it is already."""
    payment = held.payment
    if payment.state is PaymentState.REFUNDING:
        return
    move = move_payment(payment, PaymentStep.REFUND, at=now, paid_at=held.taken.paid_at)
    step_rows.take_steps(tx, payments=[move])
    if payment.state in LOCKING:
        lock_rows.close(tx, paid=(), released=[payment.payment_id])
