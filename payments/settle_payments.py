"""Say of payments that the beneficiary has the money."""

from collections.abc import Sequence
from datetime import datetime

from ledger.postgres.transaction import Tx
from payments.event import SETTLED, changes_of
from payments.move import move_payment
from payments.postgres import (
    capture_rows,
    lock_rows,
    outbox_rows,
    payment_rows,
    step_rows,
    taken_rows,
)
from payments.reroute_refunds import reroute_refunds
from payments.states import PAYMENT_STEPS, PaymentStep


def settle_payments(tx: Tx, payment_ids: Sequence[int], *, now: datetime) -> int:
    """Settle those of the payments that are paid, tell their authorities, return how many.

    Repeating it changes nothing. An overpaid payment, or one that is being refunded, stays where it
    stands and remembers that it was settled.
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
    staying = [move.before.payment_id for move in moves if move.after.state is move.before.state]
    noted = taken_rows.settled_among(tx, staying) if staying else set[int]()
    moves = [move for move in moves if move.before.payment_id not in noted]
    step_rows.take_steps(tx, payments=moves)
    reroute_refunds(tx, [move.before.payment_id for move in moves], now=now)
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
