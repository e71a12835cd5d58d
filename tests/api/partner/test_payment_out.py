"""What comes next, for every state of a payment and every moment of its time."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from api.partner.payment_out import NextActionOut, next_action, summary_out
from gateways.contract import Prepared
from ledger.money import Money
from payments.attempt import Attempt
from payments.later import Later, Turn
from payments.payment import Payment
from payments.states import AttemptState, PaymentState
from tests.payments.scene import LIFETIME, NOW, TODAY

PAYMENT: Final = Payment(
    payment_id=1,
    number="NP-1",
    state=PaymentState.CREATED,
    version=0,
    amount=Money(5_000),
    priced_on=TODAY,
    language="vi",
    client="portal",
    created_at=NOW,
    expires_at=NOW + LIFETIME,
    paid_at=None,
    lines=(),
)
PREPARED: Final = Prepared("R", Money(5_000), NOW, NOW + LIFETIME / 2, {})
SENT: Final = Attempt(1, 1, "paper", AttemptState.SENT, 1, PREPARED, "", NOW, 0)
OVER: Final = NOW + LIFETIME


def _next(payment: Payment, *later: Later, minutes: int = 0) -> NextActionOut:
    return next_action(payment, [SENT], later, now=NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("state", "type_"),
    [
        (PaymentState.CREATED, "choose_gateway"),
        (PaymentState.PENDING, "wait"),
        (PaymentState.UNKNOWN, "wait"),
        (PaymentState.HELD, "wait"),
        (PaymentState.PAID, "none"),
        (PaymentState.SETTLED, "none"),
        (PaymentState.FAILED, "choose_gateway"),
        (PaymentState.EXPIRED, "none"),
        (PaymentState.OVERPAID, "none"),
        (PaymentState.REFUNDING, "none"),
        (PaymentState.REFUNDED, "none"),
    ],
)
def test_each_state_says_what_comes_next(state: PaymentState, type_: str) -> None:
    action = _next(replace(PAYMENT, state=state))
    assert action.type == type_
    assert action.url is None
    assert (action.poll_after_s is not None) == (type_ == "wait")
    if state in {PaymentState.CREATED, PaymentState.FAILED}:
        assert action.expires_at == PAYMENT.expires_at


def test_while_a_payer_may_still_go_it_says_until_when() -> None:
    waiting = _next(replace(PAYMENT, state=PaymentState.PENDING))
    assert (waiting.expires_at, waiting.poll_after_s) == (PREPARED.expires_at, 5)
    cancelled = replace(PAYMENT, state=PaymentState.PENDING, cancel_asked_at=NOW)
    assert _next(cancelled).expires_at is None
    assert _next(replace(PAYMENT, state=PaymentState.PENDING), minutes=15).poll_after_s == 30


@pytest.mark.parametrize("state", [PaymentState.CREATED, PaymentState.FAILED])
def test_nothing_is_chosen_any_more_once_it_cannot_be_sent(state: PaymentState) -> None:
    payment = replace(PAYMENT, state=state)
    gone = Later("0002", Turn.CANCELLED, NOW, is_open=False, due_back=None)
    assert _next(replace(payment, cancel_asked_at=NOW)).type == "none"
    assert _next(payment, minutes=15).type == "none"
    assert _next(payment, gone).type == "none"


def test_a_failed_payment_is_worth_its_price_on_its_day_only() -> None:
    tomorrow = replace(PAYMENT, priced_on=TODAY - timedelta(days=1))
    assert _next(replace(tomorrow, state=PaymentState.FAILED)).type == "none"
    assert _next(tomorrow).type == "choose_gateway"


def test_cancelled_is_the_reason_only_of_what_ended() -> None:
    cancelled = replace(PAYMENT, cancel_asked_at=NOW)
    reasons = {
        state: summary_out(replace(cancelled, state=state)).status_reason for state in PaymentState
    }
    assert {state for state, reason in reasons.items() if reason} == {
        PaymentState.FAILED,
        PaymentState.EXPIRED,
    }
    assert summary_out(replace(PAYMENT, state=PaymentState.FAILED)).status_reason is None
