"""Reject a refund that is proposed, or due no more: nothing goes back under its number."""

from datetime import datetime

from ledger.postgres.transaction import Tx
from payments.call_off_refund import call_off_refund
from payments.errors import NotRefundable
from payments.hold_refund import hold_refund
from payments.postgres import refund_rows, taken_rows
from payments.refund import Obstacle, Refund, is_person, move_refund
from payments.refund_states import CALLED_OFF, RefundState, RefundStep


def reject_refund(tx: Tx, number: str, *, by: str, now: datetime) -> Refund:
    """Reject a refund that nobody approved, one's own too; said again it changes nothing.

    What the State was to give back may be called off once it is due back no more: no gateway heard
    of it, so only people know that it did not go.

    Raises:
        NotFound: there is no such refund.
        NotRefundable: it was approved and is due still, or this is no person.
    """
    held = hold_refund(tx, number)
    refund = held.refund
    if refund.state in CALLED_OFF:
        return refund
    if not is_person(by):
        raise NotRefundable(reason=Obstacle.NOT_A_PERSON)
    if taken_rows.may_be_called_off(tx, refund):
        return call_off_refund(tx, held, refund, code="not_due", now=now)
    if refund.state is not RefundState.PROPOSED:
        raise NotRefundable(reason=Obstacle.ALREADY)
    move = move_refund(refund, RefundStep.REJECT, at=now, outcome=f"rejected:{by}"[:100])
    refund_rows.take_step(tx, move)
    return move.after
