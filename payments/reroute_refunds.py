"""Propose anew, by the State's procedure, what was proposed before the beneficiary had it."""

from collections.abc import Collection
from datetime import datetime

from ledger.postgres.transaction import Tx
from payments.postgres import refund_rows, taken_rows
from payments.postgres.refund_rows import NewRefund
from payments.refund import (
    SYSTEM,
    RefundCause,
    RefundRoute,
    move_refund,
    number_of,
    route_of,
)
from payments.refund_states import RefundState, RefundStep


def reroute_refunds(tx: Tx, payment_ids: Collection[int], *, now: datetime) -> int:
    """Replace proposals of payments that were settled just now, and return how many.

    What was approved is called off when it would be sent. The payments are locked.
    """
    stale = [
        refund
        for refund in refund_rows.lock_of_payments(tx, payment_ids)
        if refund.cause is RefundCause.REFUND_DUE
        and refund.route is RefundRoute.GATEWAY
        and refund.state is RefundState.PROPOSED
    ]
    for refund in stale:
        move = move_refund(refund, RefundStep.WITHDRAW, at=now, outcome="beneficiary_has_it")
        refund_rows.take_step(tx, move)
        taken = taken_rows.sum_of(tx, refund.capture_id)
        assert taken is not None, "a refund is of a sum that was taken"
        again = NewRefund(
            number=number_of(taken.entry_key, refunds=taken.refunds),
            capture_id=refund.capture_id,
            obligation_id=refund.obligation_id,
            amount=refund.amount,
            cause=refund.cause,
            route=route_of(refund.cause, is_settled=True),
            reason=refund.reason,
            document=refund.document,
        )
        refund_rows.insert_refunds(tx, [again], by=SYSTEM, now=now)
    return len(stale)
