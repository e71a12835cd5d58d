"""Lock a refund with all that it may move."""

from dataclasses import dataclass

from ledger.postgres.transaction import Tx
from payments.errors import NotFound
from payments.owed import Locked
from payments.payment import Payment
from payments.postgres import lock_rows, payment_rows, refund_rows, taken_rows
from payments.refund import Refund
from payments.refund_states import UNDER_WAY
from payments.taken_sum import TakenSum


@dataclass(frozen=True, slots=True)
class HeldRefund:
    """A refund, its payment and its obligations, while nobody else can move them."""

    refund: Refund
    payment: Payment
    locked: Locked
    sums: tuple[TakenSum, ...]
    is_settled: bool
    is_another_under_way: bool

    @property
    def taken(self) -> TakenSum:
        """Return the sum the refund is of."""
        (taken,) = (each for each in self.sums if each.capture_id == self.refund.capture_id)
        return taken


def hold_refund(tx: Tx, number: str) -> HeldRefund:
    """Lock obligations, payment and refund, in this order everywhere.

    Raises:
        NotFound: there is no such refund.
    """
    found = refund_rows.by_number(tx, number)
    if found is None:
        raise NotFound("no such refund")
    payment_id = found.payment_id
    locked = lock_rows.lock_by_payment(tx, [payment_id])
    payments = payment_rows.lock_payments(tx, [payment_id], lines=locked.lines)
    refunds = refund_rows.lock_of_payments(tx, [payment_id])
    (refund,) = (each for each in refunds if each.number == number)
    return HeldRefund(
        refund=refund,
        payment=payments[payment_id],
        locked=locked,
        sums=tuple(taken_rows.sums_of_payment(tx, payment_id)),
        is_settled=bool(taken_rows.settled_among(tx, [payment_id])),
        is_another_under_way=any(
            each.state in UNDER_WAY for each in refunds if each.number != number
        ),
    )
