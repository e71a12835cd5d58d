"""Two people end a refund nobody knows the end of, and neither of them alone."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gateways.contract import RefundOutcome
from gateways.errors import OutcomeUnknown
from ledger.postgres.transaction import Tx
from payments.errors import NotRefundable
from payments.find_refund_out import find_refund_out
from payments.postgres import refund_finding_rows, refund_rows
from payments.refund import (
    FOUND_OUT_AFTER,
    TWO_PEOPLE,
    Finding,
    Refund,
    RefundRoute,
    RefundWord,
    may_be_found_out,
)
from payments.refund_states import RefundState
from payments.settle_refund import settle_refund
from payments.states import PaymentState
from tests.payments.refunding import (
    HOA,
    LAN,
    RefundingGateway,
    approved,
    ordered,
    paid_twice,
    payment_state,
    standing,
)
from tests.payments.scene import CALENDAR, NOW, SIGNER

LATER = NOW + FOUND_OUT_AFTER
BACK = Finding(LAN, went_back=True, document="CV-15/VNPAY")


def lost(tx: Tx) -> Refund:
    """Return a refund whose order got no answer."""
    refund = approved(tx, paid_twice(tx))
    ordered(tx, RefundingGateway(said=[OutcomeUnknown("nothing came")]))
    assert standing(tx, refund).state is RefundState.UNKNOWN
    return refund


def found(tx: Tx, refund: Refund, finding: Finding, *, now: datetime = LATER) -> bool:
    return find_refund_out(tx, refund.number, finding, calendar=CALENDAR, signer=SIGNER, now=now)


def test_one_person_alone_ends_nothing_however_often(tx: Tx):
    refund = lost(tx)
    assert found(tx, refund, BACK)
    assert not found(tx, refund, BACK)
    assert standing(tx, refund).state is RefundState.UNKNOWN
    assert refund_finding_rows.findings_of(tx, refund.refund_id) == [BACK]


def test_two_who_found_that_it_went_back_end_it_as_done(tx: Tx):
    refund = lost(tx)
    found(tx, refund, BACK)
    assert found(tx, refund, replace(BACK, by=HOA))
    after = standing(tx, refund)
    assert (after.state, after.outcome) == (RefundState.DONE, TWO_PEOPLE)
    assert payment_state(tx, refund) is PaymentState.PAID
    assert not found(tx, refund, BACK)


def test_two_who_found_that_nothing_went_back_let_it_go_another_way(tx: Tx):
    refund = lost(tx)
    for by in (LAN, HOA):
        found(tx, refund, Finding(by, went_back=False, document="CV-15/VNPAY"))
    assert standing(tx, refund).state is RefundState.REFUSED
    again = refund_rows.of_payments(tx, [refund.payment_id])[-1]
    assert (again.state, again.route) == (RefundState.PROPOSED, RefundRoute.TRANSFER)


@pytest.mark.parametrize(
    "other",
    [
        Finding(HOA, went_back=False, document="CV-15/VNPAY"),
        Finding(HOA, went_back=True, document="CV-16/VNPAY"),
        Finding(LAN, went_back=True, document="CV-16/VNPAY"),
    ],
)
def test_two_findings_that_differ_end_nothing(tx: Tx, other: Finding):
    refund = lost(tx)
    found(tx, refund, BACK)
    found(tx, refund, other)
    assert standing(tx, refund).state is RefundState.UNKNOWN


def test_people_wait_until_the_gateway_had_its_time(tx: Tx):
    refund = standing(tx, lost(tx))
    early = LATER - timedelta(seconds=1)
    with pytest.raises(NotRefundable, match="still_asked"):
        found(tx, refund, BACK, now=early)
    assert may_be_found_out(refund, now=LATER)
    assert may_be_found_out(replace(refund, next_ask_at=None), now=early)


def test_no_program_says_it(tx: Tx):
    with pytest.raises(NotRefundable, match="not_a_person"):
        found(tx, lost(tx), replace(BACK, by="system:refunds"))


def test_what_is_known_by_then_stays_so(tx: Tx):
    refund = lost(tx)
    found(tx, refund, BACK)
    word = RefundWord(RefundOutcome.ACCEPTED, "00")
    settle_refund(tx, refund.number, word, calendar=CALENDAR, signer=SIGNER, now=LATER)
    with pytest.raises(NotRefundable, match="end_is_known"):
        found(tx, refund, replace(BACK, by=HOA))


def test_the_database_lets_no_one_end_it_alone(tx: Tx):
    refund = lost(tx)
    found(tx, refund, BACK)
    word = RefundWord(RefundOutcome.DONE, TWO_PEOPLE)
    with pytest.raises(DBAPIError, match="no two people"):
        settle_refund(tx, refund.number, word, calendar=CALENDAR, signer=SIGNER, now=LATER)


def test_what_was_found_stays(owner_tx: Tx):
    with pytest.raises(DBAPIError, match="refund_finding"):
        owner_tx.execute(text("UPDATE payments.refund_finding SET document = 'x'"))
