"""Keep that a refund does not happen this way, and propose the way that is left."""

from datetime import datetime

from ledger.money import ZERO, Money
from ledger.postgres.transaction import Tx
from payments.hold_refund import HeldRefund
from payments.move import move_payment
from payments.postgres import refund_rows, step_rows, taken_rows
from payments.postgres.refund_rows import NewRefund
from payments.refund import (
    SYSTEM,
    Refund,
    RefundRoute,
    move_refund,
    number_of,
    route_after_refusal,
    step_after,
)
from payments.refund_states import RefundStep


def call_off_refund(
    tx: Tx,
    held: HeldRefund,
    refused: Refund,
    *,
    code: str,
    route: RefundRoute | None = None,
    evidence_id: int | None = None,
    now: datetime,
) -> Refund:
    """Keep that nothing went back under this number and return the refund as it stands now.

    What is still owed to the payer is proposed again, for people to approve: by `route`, by the
    other way where that is None.

    Raises:
        StepRefused: it is not under way.
    """
    move = move_refund(refused, RefundStep.REFUSE, at=now, evidence_id=evidence_id, outcome=code)
    refund_rows.take_step(tx, move)
    step = step_after(
        held.sums, is_another_under_way=held.is_another_under_way, is_settled=held.is_settled
    )
    if step is not None:
        moved = move_payment(held.payment, step, at=now, evidence_id=evidence_id)
        step_rows.take_steps(tx, payments=[moved])
    amount = _still_owed(tx, refused)
    if amount > ZERO:
        again = NewRefund(
            number=number_of(held.taken.entry_key, refunds=held.taken.refunds),
            capture_id=refused.capture_id,
            obligation_id=refused.obligation_id,
            amount=amount,
            cause=refused.cause,
            route=route or route_after_refusal(refused.cause),
            reason=f"{refused.number} did not go through {refused.gateway}: {code}",
            document=refused.document,
        )
        refund_rows.insert_refunds(tx, [again], by=SYSTEM, now=now)
    return move.after


def _still_owed(tx: Tx, refused: Refund) -> Money:
    """Return how much of it is owed to the payer all the same: a surplus always is."""
    if refused.obligation_id is None:
        return refused.amount
    standing = taken_rows.standing_for(tx, refused.obligation_id)
    left = taken_rows.due_for(tx, standing) - taken_rows.back_for(tx, standing)
    return min(refused.amount, left)
