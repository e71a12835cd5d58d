"""Steps and the rows that follow them."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from ledger.postgres.transaction import Tx
from payments.move import move_attempt, move_payment
from payments.postgres.step_rows import take_step_unless_moved, take_steps
from payments.states import AttemptState, AttemptStep, PaymentState, PaymentStep
from tests.payments.scene import NOW, attempt_of, inside, opened, owe, payment_of, sent


def test_several_steps_of_one_payment_are_kept_as_its_history(tx: Tx):
    payment = opened(tx, owe(tx))
    first = move_payment(payment, PaymentStep.SEND, at=NOW)
    second = move_payment(first.after, PaymentStep.LOSE_SIGHT, at=NOW)
    third = move_payment(second.after, PaymentStep.HEAR_PENDING, at=NOW)
    take_steps(tx, payments=[first, second, third])
    kept = payment_of(tx, payment.number)
    assert (kept.state, kept.version) == (PaymentState.PENDING, 3)
    history = tx.execute(
        text(
            "SELECT version, step FROM payments.step"
            " WHERE machine = 'payment' AND subject_id = :id ORDER BY version"
        ),
        {"id": payment.payment_id},
    )
    assert [tuple(row) for row in history] == [(1, "send"), (2, "lose_sight"), (3, "hear_pending")]


def test_a_row_that_moved_meanwhile_is_a_fault_of_ours(tx: Tx):
    payment = opened(tx, owe(tx))
    stale = replace(payment, version=4)
    with pytest.raises(AssertionError, match="nobody else moved"):
        take_steps(tx, payments=[move_payment(stale, PaymentStep.SEND, at=NOW)])


def test_a_step_of_a_row_that_moved_meanwhile_leaves_no_trace(tx: Tx):
    reference = sent(inside(tx), opened(tx, owe(tx)))
    attempt = attempt_of(tx, reference)
    early = replace(attempt, state=AttemptState.PREPARED, version=0)
    assert not take_step_unless_moved(tx, move_attempt(early, AttemptStep.SEND, at=NOW))
    assert attempt_of(tx, reference) == attempt
    assert take_step_unless_moved(tx, move_attempt(attempt, AttemptStep.HOLD, at=NOW))
    assert attempt_of(tx, reference).version == 2


def test_no_steps_are_no_statement(tx: Tx):
    take_steps(tx)
