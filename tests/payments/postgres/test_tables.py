"""What the database of payments refuses, whoever asks."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ledger.postgres.transaction import Tx
from tests.payments.scene import NOW, hear, heard, inside, notice, opened, owe, sent

ONLY_GROWS = ("payment_line", "evidence", "state_step", "step", "capture", "acknowledgement")
NEVER_GOES = ("beneficiary", "payment", "attempt", "obligation", "outbox")

FOR_NOBODY = (
    # Histories: a state without its step, a step out of turn, a step of no table.
    "UPDATE payments.payment SET state = 'settled', version = version + 1",
    "UPDATE payments.payment SET version = version + 1",
    "UPDATE payments.payment SET state = 'held'",
    "UPDATE payments.attempt SET state = 'failed', gateway_transaction = '', version = version + 1",
    "INSERT INTO payments.step VALUES ('payment', 1, 99, 'settle', 'created', 'settled', now())",
    # Accounts.
    """INSERT INTO payments.payment_line SELECT payment_id, 9, obligation_id, part, amount_vnd,
    'nobody', budget, explanation FROM payments.payment_line""",
    "UPDATE payments.beneficiary SET account_number = '1'",
    # Identities.
    "UPDATE payments.payment SET amount_vnd = amount_vnd + 1",
    "UPDATE payments.payment SET number = 'NP'",
    "UPDATE payments.payment SET expires_at = expires_at + interval '1 day'",
    "UPDATE payments.attempt SET reference = 'other'",
    "UPDATE payments.attempt SET fields = '{}'",
    # Rows that say what cannot be.
    "UPDATE payments.payment SET paid_at = NULL",
    "UPDATE payments.attempt SET gateway_transaction = ''",
    "UPDATE payments.obligation SET status = 'gone'",
    "UPDATE payments.outbox SET parked_at = now()",
)

FOR_THE_OWNER_ONLY = (
    "DELETE FROM payments.payment",
    "TRUNCATE payments.step",
    "UPDATE payments.evidence SET body = ''",
    "UPDATE payments.payment SET amount_vnd = 1",
    "UPDATE payments.obligation SET facts = '{}'",
    "UPDATE payments.obligation SET beneficiary = 'other'",
    "UPDATE payments.beneficiary SET name = 'other'",
    "INSERT INTO payments.state_step VALUES ('payment', 'paid', 'fail', 'failed')",
    "ALTER TABLE payments.step DISABLE TRIGGER ALL",
    "DROP TABLE payments.idempotency",
)


def refused(tx: Tx, statement: str) -> str:
    """Return the database's reason for refusing a statement, and undo the attempt."""
    with pytest.raises(DBAPIError) as error, tx.begin_nested():
        tx.exec_driver_sql(statement)
    return str(error.value.orig)


def pay(tx: Tx) -> None:
    hear(tx, heard(notice(sent(inside(tx), opened(tx, owe(tx))))))


@pytest.mark.parametrize("statement", FOR_NOBODY)
def test_the_owner_too_is_refused_what_cannot_be(owner_tx: Tx, statement: str):
    pay(owner_tx)
    assert refused(owner_tx, statement)


@pytest.mark.parametrize("statement", FOR_NOBODY + FOR_THE_OWNER_ONLY)
def test_the_application_is_refused_what_it_never_needs(tx: Tx, statement: str):
    pay(tx)
    assert refused(tx, statement)


@pytest.mark.parametrize("table", ONLY_GROWS)
def test_what_only_grows_is_not_changed_even_past_the_usual_triggers(owner_tx: Tx, table: str):
    pay(owner_tx)
    owner_tx.execute(text("SET LOCAL session_replication_role = replica"))
    assert "only grows" in refused(owner_tx, f"DELETE FROM payments.{table}")  # noqa: S608 (a name of our own list)
    assert "only grows" in refused(owner_tx, f"TRUNCATE payments.{table} CASCADE")


@pytest.mark.parametrize("table", NEVER_GOES)
def test_what_lives_never_goes_away(owner_tx: Tx, table: str):
    pay(owner_tx)
    owner_tx.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    assert "only grows" in refused(owner_tx, f"DELETE FROM payments.{table}")  # noqa: S608 (a name of our own list)
    assert "only grows" in refused(owner_tx, f"TRUNCATE payments.{table} CASCADE")


def test_a_history_must_be_whole_before_a_state_follows_it(owner_tx: Tx):
    payment = opened(owner_tx, owe(owner_tx))
    owner_tx.execute(
        text(
            "INSERT INTO payments.step VALUES"
            " ('payment', :id, 2, 'send', 'created', 'pending', :now)"
        ),
        {"id": payment.payment_id, "now": NOW},
    )
    leap = "UPDATE payments.payment SET state = 'pending', version = 2 WHERE state = 'created'"
    assert "has no history" in refused(owner_tx, leap)


def test_a_payment_begins_created_and_an_attempt_prepared(owner_tx: Tx):
    pay(owner_tx)
    copy = (
        "INSERT INTO payments.payment (number, handle_hash, state, version, amount_vnd, priced_on,"
        " language, client, created_at, expires_at, paid_at) SELECT 'NP2', sha256('x'), state,"
        " version, amount_vnd, priced_on, language, client, created_at, expires_at, paid_at"
        " FROM payments.payment"
    )
    assert "begins created" in refused(owner_tx, copy)


def test_one_payment_has_one_live_attempt_and_one_fulfilling_capture(owner_tx: Tx):
    pay(owner_tx)
    sent(inside(owner_tx), opened(owner_tx, owe(owner_tx)))
    second = (
        "INSERT INTO payments.attempt (payment_id, gateway, reference, state, version, amount_vnd,"
        " created_at, expires_at, fields, gateway_transaction, asked_count) SELECT payment_id,"
        " gateway, reference || '2', 'prepared', 0, amount_vnd, created_at, expires_at, fields,"
        " '', 0 FROM payments.attempt WHERE state = 'sent'"
    )
    assert "attempt_one_live" in refused(owner_tx, second)
    again = (
        "INSERT INTO payments.capture (gateway, gateway_transaction, reference, attempt_id,"
        " payment_id, movement, amount_vnd, paid_at, business_date, entry_key, evidence_id)"
        " SELECT gateway, gateway_transaction || '2', reference, attempt_id, payment_id, movement,"
        " amount_vnd, paid_at, business_date, entry_key || '2', evidence_id FROM payments.capture"
    )
    assert "capture_fulfils_once" in refused(owner_tx, again)


def test_readers_read_and_write_nothing(owner_tx: Tx):
    pay(owner_tx)
    owner_tx.execute(text("SET LOCAL ROLE clearing_report"))
    assert owner_tx.execute(text("SELECT count(*) FROM payments.reconcilable_v1")).scalar_one()
    for statement in (
        "SELECT FROM payments.evidence",
        "INSERT INTO payments.obligation_lock SELECT FROM payments.payment",
        "UPDATE payments.payment SET state = 'paid'",
    ):
        assert "permission denied" in refused(owner_tx, statement)
