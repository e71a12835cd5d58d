"""The two machines, walked whole, and the same in the database."""

from itertools import product

import pytest
from sqlalchemy import text

from ledger.postgres.transaction import Tx
from payments.errors import StepRefused
from payments.states import (
    ATTEMPT_STEPS,
    FINAL,
    FULFILLED,
    LIVE,
    LOCKING,
    PAYMENT_STEPS,
    STARTABLE,
    AttemptState,
    AttemptStep,
    PaymentState,
    PaymentStep,
    take_attempt,
    take_payment,
)


def test_a_payment_takes_the_steps_of_its_table_and_no_other():
    for state, step in product(PaymentState, PaymentStep):
        if (state, step) in PAYMENT_STEPS:
            assert take_payment(state, step) is PAYMENT_STEPS[state, step]
        else:
            with pytest.raises(StepRefused):
                take_payment(state, step)


def test_an_attempt_takes_the_steps_of_its_table_and_no_other():
    for state, step in product(AttemptState, AttemptStep):
        if (state, step) in ATTEMPT_STEPS:
            assert take_attempt(state, step) is ATTEMPT_STEPS[state, step]
        else:
            with pytest.raises(StepRefused):
                take_attempt(state, step)


def test_a_refused_step_names_machine_state_and_step():
    with pytest.raises(StepRefused, match="payment in state created cannot settle"):
        take_payment(PaymentState.CREATED, PaymentStep.SETTLE)


def test_money_counts_in_every_state_a_gateway_may_have_heard_in():
    for state in set(PaymentState) - {PaymentState.CREATED}:
        assert (state, PaymentStep.CONFIRM_SURPLUS) in PAYMENT_STEPS, state
    for state in AttemptState:
        assert {(state, AttemptStep.CAPTURE), (state, AttemptStep.CAPTURE_AGAIN)} & set(
            ATTEMPT_STEPS
        ), state


def test_nothing_ever_leads_from_money_to_no_money():
    for (state, _), after in PAYMENT_STEPS.items():
        assert state not in FULFILLED or after in FULFILLED
    for (state, _), after in ATTEMPT_STEPS.items():
        assert state is not AttemptState.CAPTURED or after is AttemptState.CAPTURED


def test_the_unknown_is_left_by_words_alone():
    clockless = {PaymentStep.SEND, PaymentStep.SETTLE, PaymentStep.LOSE_SIGHT}
    for step in clockless:
        assert (PaymentState.UNKNOWN, step) not in PAYMENT_STEPS
        assert (PaymentState.HELD, step) not in PAYMENT_STEPS


def test_every_state_can_be_reached():
    assert set(PAYMENT_STEPS.values()) | {PaymentState.CREATED} == set(PaymentState)
    assert set(ATTEMPT_STEPS.values()) | {AttemptState.PREPARED} == set(AttemptState)


def test_every_attempt_is_either_live_or_final():
    assert set(AttemptState) == LIVE | FINAL
    assert not LIVE & FINAL
    assert STARTABLE <= LIVE
    assert not LOCKING & FULFILLED


def test_the_database_holds_the_same_tables(tx: Tx):
    kept = {
        (row.machine, row.from_state, row.step, row.to_state)
        for row in tx.execute(
            text("SELECT * FROM payments.state_step WHERE machine IN ('payment', 'attempt')")
        )
    }
    ours = {
        *(
            ("payment", str(state), str(step), str(after))
            for (state, step), after in PAYMENT_STEPS.items()
        ),
        *(
            ("attempt", str(state), str(step), str(after))
            for (state, step), after in ATTEMPT_STEPS.items()
        ),
    }
    assert kept == ours
