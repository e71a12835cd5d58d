"""Take in a word on a refund that its gateway may have heard of."""

from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from gateways.contract import RefundOutcome
from ledger.postgres.transaction import Tx
from payments.acknowledgement import Signer
from payments.business_calendar import BusinessCalendar
from payments.call_off_refund import call_off_refund
from payments.finish_refund import finish_refund
from payments.hold_refund import hold_refund
from payments.postgres import refund_claim_rows, refund_rows
from payments.refund import Refund, RefundWord, move_refund
from payments.refund_states import AT_GATEWAY, REFUND_STEPS, RefundStep

_STEPS: Final = MappingProxyType(
    {RefundOutcome.ACCEPTED: RefundStep.ACCEPT, RefundOutcome.UNKNOWN: RefundStep.LOSE_SIGHT}
)


def settle_refund(
    tx: Tx,
    number: str,
    word: RefundWord,
    *,
    calendar: BusinessCalendar,
    signer: Signer,
    now: datetime,
) -> Refund:
    """Take in a word on a refund and return it as it stands now; what is over stays so.

    Raises:
        NotFound: there is no such refund.
        DayClosed: a day closed in this very moment; the same call succeeds when repeated.
    """
    held = hold_refund(tx, number)
    refund = held.refund
    if refund.state not in AT_GATEWAY:
        return refund
    heard = replace(
        refund,
        gateway_transaction=word.gateway_transaction or refund.gateway_transaction,
        next_ask_at=word.next_ask_at,
        outcome=word.code or refund.outcome,
    )
    if word.outcome is RefundOutcome.DONE:
        return finish_refund(
            tx,
            held,
            heard,
            evidence_id=word.evidence_id,
            business_date=word.business_date,
            calendar=calendar,
            signer=signer,
            now=now,
        )
    if word.outcome is RefundOutcome.REFUSED:
        return call_off_refund(
            tx, held, heard, code=word.code, evidence_id=word.evidence_id, now=now
        )
    step = _STEPS[word.outcome]
    if (refund.state, step) not in REFUND_STEPS:
        refund_claim_rows.ask_at(tx, refund, word.next_ask_at)
        return replace(refund, next_ask_at=word.next_ask_at)
    move = move_refund(heard, step, at=now, evidence_id=word.evidence_id)
    refund_rows.take_step(tx, move)
    return move.after
