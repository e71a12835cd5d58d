"""Take in what a person found out of a refund whose end its gateway does not tell."""

from datetime import datetime

from gateways.contract import RefundOutcome
from ledger.postgres.transaction import Tx
from payments.acknowledgement import Signer
from payments.business_calendar import BusinessCalendar
from payments.errors import NotRefundable
from payments.hold_refund import hold_refund
from payments.postgres import refund_finding_rows
from payments.refund import (
    TWO_PEOPLE,
    Finding,
    Obstacle,
    RefundWord,
    is_person,
    may_be_found_out,
)
from payments.refund_states import RefundState
from payments.settle_refund import settle_refund


def find_refund_out(
    tx: Tx,
    number: str,
    finding: Finding,
    *,
    calendar: BusinessCalendar,
    signer: Signer,
    now: datetime,
) -> bool:
    """Keep what somebody found, and return whether that is new.

    The second person who finds the same on the same document ends the refund: done, or refused and
    proposed again by the way left. Said again it changes nothing.

    Raises:
        NotFound: there is no such refund.
        NotRefundable: its end is known, its gateway may still tell, or no person says it.
        DayClosed: a day closed in this very moment; the same call succeeds when repeated.
    """
    refund = hold_refund(tx, number).refund
    before = refund_finding_rows.findings_of(tx, refund.refund_id)
    if finding in before:
        return False
    if not is_person(finding.by):
        raise NotRefundable(reason=Obstacle.NOT_A_PERSON)
    if refund.state is not RefundState.UNKNOWN:
        raise NotRefundable(reason=Obstacle.END_IS_KNOWN)
    if not may_be_found_out(refund, now=now):
        raise NotRefundable(reason=Obstacle.STILL_ASKED)
    refund_finding_rows.add_finding(tx, refund.refund_id, finding, now=now)
    if any(finding.agrees_with(each) for each in before):
        outcome = RefundOutcome.DONE if finding.went_back else RefundOutcome.REFUSED
        word = RefundWord(outcome, TWO_PEOPLE)
        settle_refund(tx, number, word, calendar=calendar, signer=signer, now=now)
    return True
