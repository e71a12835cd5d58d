"""End payments whose time is over, where no gateway could still take money for them."""

from datetime import datetime

from ledger.postgres.transaction import OpenTx, Tx
from payments.move import move_payment
from payments.postgres import attempt_rows, lock_rows, payment_rows, step_rows
from payments.states import LIVE, PAYMENT_STEPS, PaymentStep


def expire_payments(open_tx: OpenTx, *, now: datetime, limit_max: int) -> int:
    """Expire at most `limit_max` payments, free what they held, and return how many.

    A payment whose attempt may still end either way is left to `ask_gateway`: no clock ends it.
    """
    with open_tx() as tx:
        return _expire(tx, now=now, payments_max=limit_max)


def _expire(tx: Tx, *, now: datetime, payments_max: int) -> int:
    found = payment_rows.past_their_time(tx, now=now, payments_max=payments_max)
    if not found:
        return 0
    locked = lock_rows.lock_by_payment(tx, found)
    payments = payment_rows.lock_payments(tx, found, lines=locked.lines)
    attempts = attempt_rows.lock_of_payments(tx, found).values()
    alive = {attempt.payment_id for attempt in attempts if attempt.state in LIVE}
    # Between finding and locking, a payer may have tried again or money may have come.
    over = [
        payment
        for payment in payments.values()
        if payment.payment_id not in alive and (payment.state, PaymentStep.EXPIRE) in PAYMENT_STEPS
    ]
    moves = [move_payment(payment, PaymentStep.EXPIRE, at=now) for payment in over]
    step_rows.take_steps(tx, payments=moves)
    lock_rows.close(tx, paid=(), released=[payment.payment_id for payment in over])
    return len(over)
