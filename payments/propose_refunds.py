"""Propose to give back what was taken beyond what was asked for; a person approves it."""

from collections.abc import Sequence
from datetime import datetime

from ledger.postgres.transaction import Tx
from payments.capture import Capture
from payments.decision import Movement
from payments.postgres import refund_rows, taken_rows
from payments.postgres.refund_rows import NewRefund
from payments.refund import CAUSES, SYSTEM, number_of, route_of


def propose_refunds(tx: Tx, captures: Sequence[Capture], *, now: datetime) -> int:
    """Propose a refund of each of these sums that is surplus, and return how many those are.

    Their payments are locked and the sums new; where none is surplus, nothing is asked.
    """
    surplus = [each.entry_key for each in captures if each.movement is not Movement.CAPTURED]
    if not surplus:
        return 0
    sums = taken_rows.sums_by_key(tx, surplus)
    refund_rows.insert_refunds(
        tx,
        [
            NewRefund(
                number=number_of(each.entry_key, refunds=each.refunds),
                capture_id=each.capture_id,
                obligation_id=None,
                amount=each.amount,
                cause=CAUSES[each.movement],
                route=route_of(CAUSES[each.movement], is_settled=False),
                reason=f"{each.movement}: {each.gateway} transaction {each.gateway_transaction}",
                document="",
            )
            for each in sums
        ],
        by=SYSTEM,
        now=now,
    )
    return len(sums)
