"""Let what is proposed to go back for an obligation follow what is due back."""

from datetime import datetime

from ledger.money import ZERO, Money
from ledger.postgres.transaction import Tx
from payments.postgres import refund_rows, taken_rows
from payments.postgres.refund_rows import NewRefund
from payments.refund import DOCUMENT_MAX, SYSTEM, RefundCause, move_refund, number_of, route_of
from payments.refund_states import RefundState, RefundStep


def propose_due(tx: Tx, obligation_id: int, *, due: Money, document: str, now: datetime) -> None:
    """Withdraw proposals that nobody approved while too much is asked back, and propose the rest.

    `due` is all that is due back by now. The obligation is locked. What was approved stays.
    """
    back = taken_rows.back_for(tx, obligation_id)
    if back == due:
        return
    if back > due:
        back = _withdraw(tx, obligation_id, back=back, due=due, now=now)
    if back < due:
        _propose(tx, obligation_id, amount=due - back, document=document, now=now)


def _withdraw(tx: Tx, obligation_id: int, *, back: Money, due: Money, now: datetime) -> Money:
    """Call off proposals, the newest first, until no more than is due is asked back."""
    for refund in reversed(refund_rows.lock_for_obligation(tx, obligation_id)):
        if back > due and refund.state is RefundState.PROPOSED:
            move = move_refund(refund, RefundStep.WITHDRAW, at=now, outcome="not_due")
            refund_rows.take_step(tx, move)
            back -= refund.amount
    return back


def _propose(tx: Tx, obligation_id: int, *, amount: Money, document: str, now: datetime) -> None:
    """Propose to give back an amount out of what was paid, the newest payment first."""
    parts = taken_rows.parts_for(tx, obligation_id)
    settled = taken_rows.settled_among(tx, [part.payment_id for part in parts])
    proposals: list[NewRefund] = []
    for part in parts:
        taken = taken_rows.sum_of(tx, part.capture_id)
        assert taken is not None, "a part is of a sum that was taken"
        given = min(amount, part.paid - part.back, taken.left)
        if given <= ZERO:
            continue
        amount -= given
        proposals.append(
            NewRefund(
                number=number_of(taken.entry_key, refunds=taken.refunds),
                capture_id=part.capture_id,
                obligation_id=obligation_id,
                amount=given,
                cause=RefundCause.REFUND_DUE,
                route=route_of(RefundCause.REFUND_DUE, is_settled=part.payment_id in settled),
                reason="less is due than was paid",
                document=document[:DOCUMENT_MAX],
            )
        )
    refund_rows.insert_refunds(tx, proposals, by=SYSTEM, now=now)
