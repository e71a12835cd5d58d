"""Say of payments that the beneficiary has the money."""

from collections.abc import Sequence
from datetime import datetime

from ledger.postgres.transaction import Tx
from payments.event import SETTLED, changes_of
from payments.move import move_payment
from payments.postgres import capture_rows, lock_rows, outbox_rows, payment_rows, step_rows
from payments.states import PAYMENT_STEPS, PaymentStep


def settle_payments(tx: Tx, payment_ids: Sequence[int], *, now: datetime) -> int:
    """Settle those of the payments that are paid, tell their authorities, return how many.

    Repeating it changes nothing; an overpaid payment stays so until its surplus is refunded.
    """
    if not payment_ids:
        return 0
    locked = lock_rows.lock_by_payment(tx, payment_ids)
    payments = payment_rows.lock_payments(tx, payment_ids, lines=locked.lines)
    moves = [
        move_payment(payment, PaymentStep.SETTLE, at=now)
        for payment in payments.values()
        if (payment.state, PaymentStep.SETTLE) in PAYMENT_STEPS
    ]
    step_rows.take_steps(tx, payments=moves)
    taken = capture_rows.fulfilling(tx, [move.after.payment_id for move in moves])
    outbox_rows.add_events(
        tx,
        [
            change
            for move in moves
            for change in changes_of(
                move,
                locked.owed,
                type_=SETTLED,
                cause=f"settled:{move.after.number}",
                gateway=taken[move.after.payment_id].gateway,
                gateway_transaction=taken[move.after.payment_id].gateway_transaction,
                taken=move.after.amount,
            )
        ],
        now=now,
    )
    return len(moves)
