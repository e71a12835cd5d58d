"""I8 finds creating calls without one answer of their own."""

from ledger.postgres.transaction import Tx
from reconciliation.proofs.contract import Holds, Means
from reconciliation.proofs.idempotent_api import idempotent_api
from tests.reconciliation.proofs.book import named

CALL = "citizen /v1/payments order-0001"


def test_it_holds_of_a_clean_book(book_tx: Tx, means: Means):
    assert idempotent_api(book_tx, means) == Holds("3 kept answers")


def test_a_call_that_was_never_answered_is_named(planting_tx: Tx, means: Means):
    _change(planting_tx, "status = NULL, answer = NULL")
    assert named(idempotent_api(planting_tx, means)) == f"{CALL} was never answered"


def test_a_call_that_is_bound_to_no_body_is_named(planting_tx: Tx, means: Means):
    _change(planting_tx, "body_digest = '\\x00'")
    assert named(idempotent_api(planting_tx, means)) == f"{CALL} is bound to no body"


def test_an_answer_that_names_no_payment_is_named(planting_tx: Tx, means: Means):
    _change(planting_tx, """answer = '{"number":"NPNOTHERE"}'""")
    assert named(idempotent_api(planting_tx, means)) == (
        f"{CALL} was answered with payment NPNOTHERE, which citizen does not have"
    )


def test_an_answer_that_names_somebody_elses_payment_is_named(planting_tx: Tx, means: Means):
    _change(planting_tx, "client = 'another'")
    found = named(idempotent_api(planting_tx, means))
    assert found.startswith("another /v1/payments order-0001 was answered with payment NP")


def test_two_keys_answered_with_one_payment_are_named(planting_tx: Tx, means: Means):
    _change(
        planting_tx,
        "answer = (SELECT answer FROM payments.idempotency AS other WHERE key = 'order-0002')",
    )
    found = named(idempotent_api(planting_tx, means))
    assert found.startswith("payment NP")
    assert found.endswith(" is the answer to 2 keys")


def test_a_key_that_is_there_twice_is_named(planting_tx: Tx, means: Means):
    planting_tx.exec_driver_sql("ALTER TABLE payments.idempotency DROP CONSTRAINT idempotency_pkey")
    planting_tx.exec_driver_sql(
        "INSERT INTO payments.idempotency SELECT client, route, key, body_digest, status, '{}',"
        " created_at FROM payments.idempotency WHERE key = 'order-0001'"
    )
    assert named(idempotent_api(planting_tx, means)) == f"{CALL} is there 2 times"


def _change(tx: Tx, change: str) -> None:
    changed = tx.exec_driver_sql(
        f"UPDATE payments.idempotency SET {change} WHERE key = 'order-0001'"  # noqa: S608 - our own constants
    )
    assert changed.rowcount == 1
