"""I6 finds states that no history leads to."""

from ledger.postgres.transaction import Tx
from reconciliation.proofs.contract import Holds, Means
from reconciliation.proofs.legal_histories import legal_histories
from tests.reconciliation.proofs.book import named, tamper

PAID_1 = "(SELECT payment_id FROM payments.attempt WHERE reference = 'PAID-1')"


def test_it_holds_of_a_clean_book(book_tx: Tx, means: Means):
    assert legal_histories(book_tx, means) == Holds(
        "61 steps of 13 payments and 13 attempts, 13 obligations"
    )


def test_a_state_that_was_set_by_hand_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.attempt")
    planting_tx.exec_driver_sql(
        "UPDATE payments.attempt SET state = 'expired' WHERE reference = 'WAITS-1'"
    )
    assert named(legal_histories(planting_tx, means)) == (
        "attempt vnpay WAITS-1 is expired at version 1, its history ends sent at 1"
    )


def test_a_version_that_was_set_by_hand_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.payment")
    planting_tx.exec_driver_sql(
        f"UPDATE payments.payment SET version = 9 WHERE payment_id = {PAID_1}"  # noqa: S608 - our own constant
    )
    assert "is settled at version 9, its history ends settled at 3" in named(
        legal_histories(planting_tx, means)
    )


def test_a_gap_in_a_history_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.step")
    planting_tx.exec_driver_sql(
        "DELETE FROM payments.step"  # noqa: S608 - our own constant
        f" WHERE machine = 'payment' AND version = 2 AND subject_id = {PAID_1}"
    )
    found = named(legal_histories(planting_tx, means))
    assert ", step 3: paid settle settled, with a gap before it" in found


def test_a_step_that_begins_elsewhere_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.step")
    planting_tx.exec_driver_sql(
        "UPDATE payments.step SET from_state = 'unknown'"  # noqa: S608 - our own constant
        f" WHERE machine = 'payment' AND version = 2 AND subject_id = {PAID_1}"
    )
    found = named(legal_histories(planting_tx, means))
    assert ", step 2: unknown confirm paid, but it stood at pending" in found


def test_a_step_the_program_does_not_know_is_named_even_if_the_database_does(
    planting_tx: Tx, means: Means
):
    tamper(planting_tx, "payments.step", "payments.state_step", "payments.payment")
    planting_tx.exec_driver_sql(
        "INSERT INTO payments.state_step (machine, from_state, step, to_state)"
        " VALUES ('payment', 'settled', 'reopen', 'created')"
    )
    planting_tx.exec_driver_sql(
        "INSERT INTO payments.step (machine, subject_id, version, step, from_state, to_state, at)"
        f" SELECT 'payment', {PAID_1}, 4, 'reopen', 'settled', 'created', now()"
    )
    planting_tx.exec_driver_sql(
        "UPDATE payments.payment SET state = 'created', version = 4, paid_at = NULL"  # noqa: S608 - our own constant
        f" WHERE payment_id = {PAID_1}"
    )
    found = named(legal_histories(planting_tx, means))
    assert ", step 4: settled reopen created is no step" in found


def test_a_step_of_nothing_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.step")
    planting_tx.exec_driver_sql(
        "INSERT INTO payments.step (machine, subject_id, version, step, from_state, to_state, at)"
        " VALUES ('payment', 999999, 1, 'send', 'created', 'pending', now())"
    )
    assert named(legal_histories(planting_tx, means)) == (
        "payment number 999999, step 1: created send pending of nothing there is"
    )
