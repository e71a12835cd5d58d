"""What a notice does, over every way things may stand."""

from dataclasses import replace
from itertools import product

import pytest

from gateways.contract import Notice, Outcome, Verdict
from ledger.money import Money
from payments.decision import Booked, Movement, Standing, decide, is_as_asked
from payments.states import (
    ATTEMPT_STEPS,
    FINAL,
    FULFILLED,
    PAYMENT_STEPS,
    AttemptState,
    AttemptStep,
    PaymentState,
    PaymentStep,
)
from tests.payments.scene import AMOUNT, notice

SENT = Standing(
    attempt=AttemptState.SENT,
    payment=PaymentState.PENDING,
    asked=AMOUNT,
    booked=Booked.NOT_YET,
    has_money=False,
    is_open=True,
    is_alone=True,
)
PAID = notice("R1")
WORDS = [
    *(replace(PAID, outcome=outcome) for outcome in Outcome),
    replace(PAID, amount=AMOUNT + Money(1)),
    replace(PAID, amount=AMOUNT - Money(1)),
    replace(PAID, amount=Money(0)),
    replace(PAID, amount=None),
    replace(PAID, currency="USD"),
]
STANDINGS = [
    Standing(attempt, payment, AMOUNT, booked, has_money, is_open, is_alone)
    for attempt, payment, booked, has_money, is_open, is_alone in product(
        AttemptState,
        set(PaymentState) - {PaymentState.CREATED},
        Booked,
        (False, True),
        (False, True),
        (False, True),
    )
]


@pytest.mark.parametrize("word", WORDS, ids=str)
def test_every_decision_keeps_to_the_state_tables(word: Notice):
    for standing in STANDINGS:
        decision = decide(standing, word)
        if decision.attempt_step is not None:
            assert (standing.attempt, decision.attempt_step) in ATTEMPT_STEPS
        if decision.payment_step is not None:
            assert (standing.payment, decision.payment_step) in PAYMENT_STEPS
            assert decision.attempt_step is not None, "a payment moves with its attempt"


@pytest.mark.parametrize("word", WORDS, ids=str)
def test_money_is_booked_by_paid_notices_and_not_twice(word: Notice):
    for standing in STANDINGS:
        decision = decide(standing, word)
        if decision.movement is not None:
            assert word.outcome is Outcome.PAID
            assert standing.booked is Booked.NOT_YET
            assert decision.attempt_step is not None


def test_real_money_of_the_asked_amount_is_always_booked():
    for standing in STANDINGS:
        decision = decide(standing, PAID)
        assert (decision.movement is not None) == (standing.booked is Booked.NOT_YET)


def test_other_amounts_in_dong_are_booked_too_but_never_as_paid():
    for standing, amount in product(STANDINGS, (AMOUNT + Money(1), AMOUNT - Money(1))):
        decision = decide(standing, replace(PAID, amount=amount))
        assert decision.verdict is Verdict.AMOUNT_DIFFERS
        assert decision.payment_step is not PaymentStep.CONFIRM
        assert decision.movement is not Movement.CAPTURED
        assert (decision.movement is not None) == (standing.booked is Booked.NOT_YET)


def test_a_payment_is_confirmed_only_while_it_and_its_obligations_are_open():
    for standing in STANDINGS:
        if decide(standing, PAID).payment_step is PaymentStep.CONFIRM:
            assert standing.is_open
            assert standing.payment not in FULFILLED


def test_no_word_undoes_money_that_is_in_the_book():
    for standing, word in product(STANDINGS, WORDS):
        if standing.has_money or standing.attempt is AttemptState.CAPTURED:
            step = decide(standing, word).attempt_step
            assert step not in {AttemptStep.FAIL, AttemptStep.EXPIRE}


def test_a_payment_does_not_end_while_another_attempt_may_still_bring_money():
    for standing, word in product(STANDINGS, WORDS):
        if not standing.is_alone:
            step = decide(standing, word).payment_step
            assert step not in {PaymentStep.FAIL, PaymentStep.EXPIRE}


def test_never_came_and_do_not_know_move_nothing():
    for standing, outcome in product(STANDINGS, (Outcome.NOT_STARTED, Outcome.UNKNOWN)):
        decision = decide(standing, replace(PAID, outcome=outcome))
        assert decision.attempt_step is None
        assert decision.movement is None


def test_a_word_on_an_ended_attempt_without_money_is_nothing_new():
    for standing, outcome in product(STANDINGS, (Outcome.DECLINED, Outcome.EXPIRED)):
        if standing.attempt in FINAL:
            decision = decide(standing, replace(PAID, outcome=outcome))
            assert decision.verdict is Verdict.ALREADY_RECORDED
            assert decision.attempt_step is None


def test_the_same_transaction_again_is_already_recorded():
    again = replace(
        SENT, attempt=AttemptState.CAPTURED, payment=PaymentState.PAID, booked=Booked.HERE
    )
    assert decide(again, PAID).verdict is Verdict.ALREADY_RECORDED
    other = replace(PAID, amount=AMOUNT + Money(1))
    assert decide(again, other).verdict is Verdict.AMOUNT_DIFFERS


def test_a_transaction_booked_for_another_order_is_held_for_people_to_look_at():
    decision = decide(replace(SENT, booked=Booked.ELSEWHERE), PAID)
    assert decision.attempt_step is AttemptStep.HOLD
    assert decision.payment_step is PaymentStep.HOLD
    assert decision.movement is None


def test_f23_money_under_suspicion_is_held_and_not_booked():
    decision = decide(SENT, replace(PAID, outcome=Outcome.HELD))
    assert decision.verdict is Verdict.RECORDED
    assert decision.attempt_step is AttemptStep.HOLD
    assert decision.payment_step is PaymentStep.HOLD
    assert decision.movement is None


def test_money_in_another_currency_is_held_and_not_booked_as_dong():
    decision = decide(SENT, replace(PAID, currency="USD"))
    assert decision.verdict is Verdict.AMOUNT_DIFFERS
    assert decision.attempt_step is AttemptStep.HOLD
    assert decision.movement is None


def test_a_paid_word_without_an_amount_is_held_until_one_is_heard():
    decision = decide(SENT, replace(PAID, amount=None))
    assert decision.attempt_step is AttemptStep.HOLD
    held = replace(SENT, attempt=AttemptState.HELD, payment=PaymentState.HELD)
    assert decide(held, PAID).payment_step is PaymentStep.CONFIRM


def test_pending_brings_back_what_was_out_of_sight():
    lost = replace(SENT, attempt=AttemptState.UNKNOWN, payment=PaymentState.UNKNOWN)
    decision = decide(lost, replace(PAID, outcome=Outcome.PENDING))
    assert decision.attempt_step is AttemptStep.HEAR_PENDING
    assert decision.payment_step is PaymentStep.HEAR_PENDING
    assert decide(SENT, replace(PAID, outcome=Outcome.PENDING)).attempt_step is None


def test_an_amount_without_a_currency_is_taken_as_dong():
    assert is_as_asked(replace(PAID, currency=""), asked=AMOUNT)
    assert not is_as_asked(replace(PAID, currency="EUR"), asked=AMOUNT)
    assert not is_as_asked(replace(PAID, amount=None), asked=AMOUNT)
