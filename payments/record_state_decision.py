"""Keep that the State gave back what it had, on a decision of its own."""

from dataclasses import replace
from datetime import date, datetime

from ledger.postgres.transaction import Tx
from payments.acknowledgement import Signer
from payments.business_calendar import BusinessCalendar
from payments.errors import NotRefundable
from payments.finish_refund import finish_refund
from payments.hold_refund import hold_refund
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
    now: datetime,
) -> Refund:
    """Keep on which decision, how and under which reference the payer has the money back.

    NETTED: the gateway paid the payer, and keeps it from what it passes on later. SEPARATELY: the
    treasury paid the payer, and no money of ours moved. Said again it changes nothing.

    Raises:
        NotFound: there is no such refund.
        NotRefundable: it goes another way, is not approved, or ended otherwise.
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
    done = replace(
        refund,
        decision=decision,
        settlement=settlement,
        bank_reference=bank_reference,
        paid_back_on=paid_on,
    )
    return finish_refund(tx, held, done, calendar=calendar, signer=signer, now=now)
