"""What of a payment may still go back: surplus sums, and what its decisions leave due back."""

from collections.abc import Iterator

from ledger.money import ZERO, Money, total
from ledger.postgres.transaction import Tx
from payments.decision import Movement
from payments.payment import Payment
from payments.postgres import refund_list_rows, taken_rows
from payments.refund import CAUSES
from payments.returnable import Choice, Returnable
from payments.states import LOCKING, PaymentState
from payments.taken_sum import TakenSum

_NOTHING_TAKEN = LOCKING - {PaymentState.HELD}


def find_returnable(tx: Tx, payment: Payment) -> Returnable:
    """Return what may still go back of a payment, and what went back."""
    if payment.state in _NOTHING_TAKEN:
        return Returnable()
    sums = taken_rows.sums_of_payment(tx, payment.payment_id)
    return Returnable(
        choices=tuple(choice for each in sums for choice in _choices(tx, each)),
        refunded=total(each.returned for each in sums),
    )


def _choices(tx: Tx, taken: TakenSum) -> Iterator[Choice]:
    if taken.movement is not Movement.CAPTURED:
        yield from _choice(taken, None, taken.left)
        return
    left = taken.left
    for obligation_id in refund_list_rows.targets_of(tx, taken.payment_id):
        due = taken_rows.due_for(tx, obligation_id)
        if due <= ZERO:
            continue
        due -= taken_rows.back_for(tx, obligation_id)
        brought = [
            part.paid - part.back
            for part in taken_rows.parts_for(tx, obligation_id)
            if part.capture_id == taken.capture_id
        ]
        amount = min(due, total(brought), left)
        left -= max(amount, ZERO)
        yield from _choice(taken, obligation_id, amount)


def _choice(taken: TakenSum, obligation_id: int | None, amount: Money) -> Iterator[Choice]:
    if amount > ZERO:
        yield Choice(
            capture_id=taken.capture_id,
            obligation_id=obligation_id,
            cause=CAUSES[taken.movement],
            amount=amount,
            gateway_transaction=taken.gateway_transaction,
            paid_at=taken.paid_at,
        )
