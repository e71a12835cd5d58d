"""One step of an attempt or a payment."""

from dataclasses import replace

import pytest

from gateways.contract import Prepared
from payments.attempt import Attempt
from payments.errors import StepRefused
from payments.move import move_attempt, move_payment
from payments.payment import Payment
from payments.states import AttemptState, AttemptStep, PaymentState, PaymentStep
from tests.payments.scene import AMOUNT, LIFETIME, NOW, TODAY

ATTEMPT = Attempt(
    attempt_id=7,
    payment_id=3,
    gateway="paper",
    state=AttemptState.SENT,
    version=1,
    prepared=Prepared("R1", AMOUNT, NOW, NOW + LIFETIME, {}),
    gateway_transaction="",
    next_ask_at=NOW,
    asked_count=0,
)
PAYMENT = Payment(
    payment_id=3,
    number="NP1",
    state=PaymentState.PENDING,
    version=1,
    amount=AMOUNT,
    priced_on=TODAY,
    language="vi",
    client="citizen",
    created_at=NOW,
    expires_at=NOW + LIFETIME,
    paid_at=None,
    lines=(),
)


def test_a_step_counts_the_version_and_keeps_before_and_after():
    move = move_payment(PAYMENT, PaymentStep.HOLD, at=NOW, evidence_id=5)
    assert move.before is PAYMENT
    assert move.after == replace(PAYMENT, state=PaymentState.HELD, version=2)
    assert (move.at, move.evidence_id) == (NOW, 5)


def test_the_first_instant_a_payment_was_paid_at_stays():
    paid = move_payment(PAYMENT, PaymentStep.CONFIRM, at=NOW, paid_at=NOW).after
    later = NOW + LIFETIME
    over = move_payment(paid, PaymentStep.CONFIRM_SURPLUS, at=later, paid_at=later).after
    assert over.paid_at == NOW


def test_an_attempt_at_its_end_is_asked_about_no_more():
    move = move_attempt(ATTEMPT, AttemptStep.CAPTURE, at=NOW, gateway_transaction="T1")
    assert move.after.next_ask_at is None
    assert move.after.gateway_transaction == "T1"
    assert move_attempt(ATTEMPT, AttemptStep.HOLD, at=NOW).after.next_ask_at == NOW


def test_the_first_transaction_of_an_attempt_stays_its_own():
    first = move_attempt(ATTEMPT, AttemptStep.CAPTURE, at=NOW, gateway_transaction="T1").after
    again = move_attempt(first, AttemptStep.CAPTURE_AGAIN, at=NOW, gateway_transaction="T2").after
    assert again.gateway_transaction == "T1"


def test_a_step_outside_the_table_is_refused():
    with pytest.raises(StepRefused):
        move_payment(PAYMENT, PaymentStep.SETTLE, at=NOW)
    with pytest.raises(StepRefused):
        move_attempt(ATTEMPT, AttemptStep.CAPTURE_AGAIN, at=NOW)
