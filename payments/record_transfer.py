"""Keep that whoever held a surplus paid it back by bank."""

from dataclasses import replace
from datetime import date, datetime

from ledger.postgres.transaction import Tx
from payments.acknowledgement import Signer
from payments.business_calendar import BusinessCalendar
from payments.errors import NotRefundable
from payments.finish_refund import finish_refund
from payments.hold_refund import hold_refund
from payments.refund import Holder, Obstacle, Refund, RefundRoute
from payments.refund_states import RefundState


def record_transfer(
    tx: Tx,
    number: str,
    *,
    bank_reference: str,
    paid_on: date,
    holder: Holder,
    calendar: BusinessCalendar,
    signer: Signer,
    now: datetime,
) -> Refund:
    """Keep the bank's reference of an approved transfer and that `holder` paid it.

    Said again with the same reference it changes nothing.

    Raises:
        NotFound: there is no such refund.
        NotRefundable: it goes another way, is not approved, or was paid under another reference.
    """
    held = hold_refund(tx, number)
    refund = held.refund
    if refund.route is not RefundRoute.TRANSFER:
        raise NotRefundable(reason=Obstacle.WRONG_ROUTE)
    if refund.state is RefundState.DONE and refund.bank_reference == bank_reference:
        return refund
    if refund.state is not RefundState.APPROVED:
        raise NotRefundable(reason=Obstacle.NOT_APPROVED)
    done = replace(refund, bank_reference=bank_reference, paid_back_on=paid_on)
    return finish_refund(tx, held, done, holder=holder, calendar=calendar, signer=signer, now=now)
