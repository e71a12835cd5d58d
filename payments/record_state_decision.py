"""Keep that the State gave back what it had, on a decision of its own."""

from dataclasses import replace
from datetime import date, datetime

from ledger.postgres.transaction import Tx
from payments.acknowledgement import Signer
from payments.business_calendar import BusinessCalendar
from payments.errors import NotRefundable
from payments.finish_refund import finish_refund
from payments.hold_refund import hold_refund
from payments.postgres import taken_rows
from payments.refund import Obstacle, Refund, RefundRoute, Settlement
from payments.refund_states import RefundState


def record_state_decision(
    tx: Tx,
    number: str,
    *,
    decision: str,
    settlement: Settlement,
    bank_reference: str,
    paid_on: date,
    calendar: BusinessCalendar,
    signer: Signer,
    is_due_no_more: bool = False,
    now: datetime,
) -> Refund:
    """Keep on which decision, how and under which reference the payer has the money back.

    NETTED: the gateway paid the payer, and keeps it from what it passes on later. SEPARATELY: the
    treasury paid the payer, and no money of ours moved. `is_due_no_more` says that people know
    that it is due back no more and went all the same: what it was paid for is open again then. Said
    again it changes nothing.

    Raises:
        NotFound: there is no such refund.
        NotRefundable: it goes another way, is not approved, ended otherwise, or is due no more and
            nobody says that it went back all the same.
    """
    held = hold_refund(tx, number)
    refund = held.refund
    if refund.route is not RefundRoute.STATE_PROCEDURE:
        raise NotRefundable(reason=Obstacle.WRONG_ROUTE)
    if refund.state is RefundState.DONE and (refund.decision, refund.settlement) == (
        decision,
        settlement,
    ):
        return refund
    if refund.state is not RefundState.APPROVED:
        raise NotRefundable(reason=Obstacle.NOT_APPROVED)
    assert refund.obligation_id is not None, "the State has what was paid for an obligation"
    if not is_due_no_more and taken_rows.is_beyond_due(tx, refund.obligation_id):
        raise NotRefundable(reason=Obstacle.NOT_DUE)
    done = replace(
        refund,
        decision=decision,
        settlement=settlement,
        bank_reference=bank_reference,
        paid_back_on=paid_on,
    )
    return finish_refund(tx, held, done, calendar=calendar, signer=signer, now=now)
