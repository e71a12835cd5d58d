"""A gateway times out: nobody pays again, and the fine is free only once it says "not paid"."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from api.access.obligation_token import seal_obligation
from api.application import application
from api.clock import VIETNAM
from api.house import House
from gateways.contract import Answered, Outcome, Verdict
from gateways.errors import OutcomeUnknown
from ledger.accounts import Account, AccountKind
from ledger.postgres.balances import balance
from ledger.postgres.transaction import Tx
from payments.ask_gateway import ask_gateway
from payments.ask_plan import USUAL
from payments.errors import BeingPaid
from payments.payment import Payment
from payments.states import PaymentState
from tests.api.conftest import PARTNER_KEY
from tests.invariants.faults.at_vnpay import at_work, under_way
from tests.payments.scene import (
    AMOUNT,
    CALENDAR,
    LIFETIME,
    NOW,
    RATES,
    SIGNER,
    PaperGateway,
    hear,
    heard,
    inside,
    notice,
    opened,
    owe,
    payment_of,
    sent,
)

OVER = NOW + LIFETIME + USUAL.not_started_margin
LATER = OVER + timedelta(minutes=20)


def timed_out(tx: Tx, ids: tuple[int, ...]) -> tuple[Payment, str]:
    """Send a payment to a gateway whose answer never comes."""
    payment = opened(tx, ids)
    gateway = PaperGateway(start_error=OutcomeUnknown("timeout"))
    with pytest.raises(OutcomeUnknown):
        sent(inside(tx), payment, gateway=gateway, reference=f"{payment.number}-1")
    return payment, f"{payment.number}-1"


def asked(tx: Tx, reference: str, outcome: Outcome) -> None:
    """Ask the gateway after the time is over, and hear this."""
    word = notice(reference, outcome, at=NOW)
    ask_gateway(
        inside(tx),
        {"paper": PaperGateway(answers={reference: [Answered(reference.encode(), word)]})},
        calendar=CALENDAR,
        signer=SIGNER,
        rates=RATES,
        now=OVER,
        limit_max=10,
    )


def state(tx: Tx, payment: Payment) -> PaymentState:
    return payment_of(tx, payment.number).state


def nobody_pays_it_meanwhile(tx: Tx, payment: Payment, ids: tuple[int, ...]) -> None:
    """Try another gateway, and another payer, long after its time: both are told to wait."""
    assert state(tx, payment) is PaymentState.UNKNOWN
    with pytest.raises(BeingPaid):
        sent(inside(tx), payment, gateway=PaperGateway("second"))
    for now, until in ((NOW, payment.expires_at), (LATER, None)):
        with pytest.raises(BeingPaid) as refused:
            opened(tx, ids, now=now)
        assert refused.value.until == until


def test_f19a_it_was_paid(tx: Tx):
    ids = owe(tx)
    payment, reference = timed_out(tx, ids)
    nobody_pays_it_meanwhile(tx, payment, ids)
    asked(tx, reference, Outcome.PAID)
    assert state(tx, payment) is PaymentState.PAID


def test_f19b_it_was_not_paid_and_the_second_gateway_may_have_it_then(tx: Tx):
    ids = owe(tx)
    payment, reference = timed_out(tx, ids)
    nobody_pays_it_meanwhile(tx, payment, ids)
    asked(tx, reference, Outcome.NOT_STARTED)
    assert state(tx, payment) is PaymentState.EXPIRED
    other = opened(tx, ids, now=OVER)
    assert sent(inside(tx), other, gateway=PaperGateway("second"), now=OVER)


def test_f19c_it_is_paid_twenty_minutes_later_and_by_somebody_else_meanwhile(tx: Tx):
    ids = owe(tx)
    payment, reference = timed_out(tx, ids)
    asked(tx, reference, Outcome.NOT_STARTED)
    other = opened(tx, ids, now=OVER)
    elsewhere = sent(inside(tx), other, gateway=PaperGateway("second"), now=OVER)
    hear(tx, heard(notice(elsewhere, gateway="second")), now=OVER)
    late = heard(notice(reference, at=LATER), received_at=LATER)
    assert hear(tx, late, now=LATER) == [Verdict.RECORDED]
    assert state(tx, other) is PaymentState.PAID
    assert state(tx, payment) is PaymentState.OVERPAID
    owed_back = balance(tx, Account(AccountKind.REFUND_PAYABLE, "paper")).net
    assert owed_back == -AMOUNT


def test_f19_the_second_payer_is_told_until_when_and_may_pay_once_the_gateway_says_not_paid(
    house: House,
):
    working = at_work(house)
    (reference,) = under_way(working)
    with house.open_tx() as tx:
        first = payment_of(tx, reference.removesuffix("-1"))
    token = seal_obligation(working, first.lines[0].obligation_id, bound_to="portal")
    headers = {"authorization": f"Bearer {PARTNER_KEY}", "idempotency-key": '"second-payer"'}
    client = TestClient(application(working), base_url="http://partner.test", headers=headers)
    refused = client.post("/v1/payments", json={"obligations": [token]})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:clearing:problem:being-paid")
    assert refused.json()["until"] == first.expires_at.astimezone(VIETNAM).isoformat()
    with house.open_tx() as tx:
        word = notice(reference, Outcome.CANCELLED, amount=None, gateway="vnpay")
        assert hear(tx, heard(word)) == [Verdict.RECORDED]
    again = client.post("/v1/payments", json={"obligations": [token]})
    assert again.status_code == 201
