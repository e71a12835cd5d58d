"""The machine of a refund, walked whole, and the same in the database."""

from itertools import product

import pytest
from sqlalchemy import text

from ledger.postgres.transaction import Tx
from payments.errors import StepRefused
from payments.refund_states import (
    AT_GATEWAY,
    CALLED_OFF,
    OVER,
    REFUND_STEPS,
    UNDER_WAY,
    RefundState,
    RefundStep,
    take_refund,
)


def test_a_refund_takes_the_steps_of_its_table_and_no_other():
    for state, step in product(RefundState, RefundStep):
        if (state, step) in REFUND_STEPS:
            assert take_refund(state, step) is REFUND_STEPS[state, step]
        else:
            with pytest.raises(StepRefused):
                take_refund(state, step)


def test_nothing_leads_on_from_where_a_refund_is_over():
    assert {state for state, _ in REFUND_STEPS} == set(RefundState) - OVER
    assert CALLED_OFF < OVER


def test_no_gateway_hears_of_a_refund_that_nobody_approved():
    before = {state for (state, _), after in REFUND_STEPS.items() if after in UNDER_WAY}
    assert before - UNDER_WAY == {RefundState.PROPOSED}
    assert AT_GATEWAY < UNDER_WAY


def test_the_unknown_is_never_ordered_anew():
    assert (RefundState.UNKNOWN, RefundStep.SEND) not in REFUND_STEPS
    assert (RefundState.UNKNOWN, RefundStep.PUT_OFF) not in REFUND_STEPS


def test_the_database_holds_the_same_table(tx: Tx):
    rows = tx.execute(text("SELECT * FROM payments.state_step WHERE machine = 'refund'"))
    assert {(row.from_state, row.step, row.to_state) for row in rows} == {
        (str(state), str(step), str(after)) for (state, step), after in REFUND_STEPS.items()
    }
