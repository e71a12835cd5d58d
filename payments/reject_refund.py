"""Reject a proposed refund: nothing goes back under its number."""

from datetime import datetime

from ledger.postgres.transaction import Tx
from payments.errors import NotRefundable
from payments.hold_refund import hold_refund
from payments.postgres import refund_rows
from payments.refund import Obstacle, Refund, is_person, move_refund
from payments.refund_states import RefundState, RefundStep


def reject_refund(tx: Tx, number: str, *, by: str, now: datetime) -> Refund:
    """Reject a refund that nobody approved, one's own too; said again it changes nothing.

    Raises:
        NotFound: there is no such refund.
        NotRefundable: it was approved, or this is no person.
    """
    refund = hold_refund(tx, number).refund
    if refund.state is RefundState.REJECTED:
        return refund
    if not is_person(by):
        raise NotRefundable(reason=Obstacle.NOT_A_PERSON)
    if refund.state is not RefundState.PROPOSED:
        raise NotRefundable(reason=Obstacle.ALREADY)
    move = move_refund(refund, RefundStep.REJECT, at=now, outcome=f"rejected:{by}"[:100])
    refund_rows.take_step(tx, move)
    return move.after
