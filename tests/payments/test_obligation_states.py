"""The machine of an obligation, walked whole, and the same in the database."""

from itertools import product

import pytest
from sqlalchemy import text

from ledger.postgres.transaction import Tx
from payments.errors import StepRefused
from payments.obligation import ObligationStatus
from payments.obligation_change import ChangeAct
from payments.obligation_states import OBLIGATION_STEPS, ObligationStep, take_obligation


def test_an_obligation_takes_the_steps_of_its_table_and_no_other():
    for status, step in product(ObligationStatus, ObligationStep):
        if (status, step) in OBLIGATION_STEPS:
            assert take_obligation(status, step) is OBLIGATION_STEPS[status, step]
        else:
            with pytest.raises(StepRefused, match="obligation in state"):
                take_obligation(status, step)


def test_every_act_of_an_authority_is_a_step():
    assert {str(act) for act in ChangeAct} <= {str(step) for step in ObligationStep}


def test_nothing_leads_from_what_was_cancelled_or_replaced():
    ended = {ObligationStatus.WITHDRAWN, ObligationStatus.SUPERSEDED}
    assert not {status for status, _ in OBLIGATION_STEPS} & ended


def test_every_status_can_be_reached():
    assert set(OBLIGATION_STEPS.values()) == set(ObligationStatus)


def test_the_database_holds_the_same_table(tx: Tx):
    kept = {
        (row.from_state, row.step, row.to_state)
        for row in tx.execute(
            text("SELECT * FROM payments.state_step WHERE machine = 'obligation'")
        )
    }
    assert kept == {
        (str(status), str(step), str(after)) for (status, step), after in OBLIGATION_STEPS.items()
    }


def test_the_database_refuses_every_change_of_status_without_a_step(tx: Tx):
    allowed = {(status, after) for (status, _), after in OBLIGATION_STEPS.items()}
    for one, other in product(ObligationStatus, repeat=2):
        has_step = tx.execute(
            text(
                "SELECT EXISTS (SELECT FROM payments.state_step WHERE machine = 'obligation'"
                " AND from_state = :one AND to_state = :other)"
            ),
            {"one": one.value, "other": other.value},
        ).scalar_one()
        assert has_step == ((one, other) in allowed)
