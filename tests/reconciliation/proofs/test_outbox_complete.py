"""I9 finds what authorities were not told, or out of order."""

import hashlib

from ledger.postgres.transaction import Tx
from reconciliation.proofs.contract import Holds, Means
from reconciliation.proofs.outbox_complete import outbox_complete
from tests.reconciliation.proofs.book import named, tamper

OBLIGATION = (
    "(SELECT obligation_id FROM payments.payment_line JOIN payments.attempt USING (payment_id)"
    " WHERE reference = 'PAID-1')"
)


def test_it_holds_of_a_clean_book_with_events_still_due(book_tx: Tx, means: Means):
    assert outbox_complete(book_tx, means) == Holds("21 events, 12 delivered, 0 parked")


def test_a_change_without_its_event_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.outbox")
    number = planting_tx.exec_driver_sql(f"SELECT {OBLIGATION}").scalar_one()
    planting_tx.exec_driver_sql(
        f"DELETE FROM payments.outbox WHERE obligation_id = {OBLIGATION} AND sequence = 1"  # noqa: S608 - our own constant
    )
    found = named(outbox_complete(planting_tx, means)).splitlines()
    assert found[0].endswith(": a gap before it")
    assert found[1] == (
        f"csgt was never to be told payment.paid of obligation {number} by captured:vnpay:15000001"
    )


def test_events_of_surplus_and_of_settling_are_missed_too(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.outbox")
    planting_tx.exec_driver_sql("DELETE FROM payments.outbox WHERE sequence = 2")
    found = named(outbox_complete(planting_tx, means))
    assert (found.count("payment.overpaid"), found.count("payment.settled")) == (1, 9)


def test_an_event_delivered_before_an_earlier_one_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.outbox")
    planting_tx.exec_driver_sql(
        "UPDATE payments.outbox SET delivered_at = NULL, next_at = now()"  # noqa: S608 - our own constant
        f" WHERE obligation_id = {OBLIGATION} AND sequence = 1"
    )
    planting_tx.exec_driver_sql(
        "UPDATE payments.outbox SET delivered_at = now(), next_at = NULL"  # noqa: S608 - our own constant
        f" WHERE obligation_id = {OBLIGATION} AND sequence = 2"
    )
    found = named(outbox_complete(planting_tx, means))
    assert found.startswith("csgt obligation ")
    assert found.endswith(": delivered before an earlier one")


def test_an_event_that_was_silently_dropped_is_named(planting_tx: Tx, means: Means):
    planting_tx.exec_driver_sql("ALTER TABLE payments.outbox DROP CONSTRAINT outbox_due_or_done")
    planting_tx.exec_driver_sql(
        "UPDATE payments.outbox SET next_at = NULL, delivered_at = NULL"  # noqa: S608 - our own constant
        f" WHERE obligation_id = {OBLIGATION} AND sequence = 2"
    )
    assert named(outbox_complete(planting_tx, means)).endswith(
        ": neither delivered nor parked nor due"
    )


def test_an_event_sent_under_another_name_or_number_is_named(planting_tx: Tx, means: Means):
    for change in ("""payload || '{"id": "evt_other"}'""", """payload || '{"order": 7}'"""):
        with planting_tx.begin_nested() as planted:
            planting_tx.exec_driver_sql(
                f"UPDATE payments.outbox SET payload = {change}"  # noqa: S608 - our own constants
                f" WHERE obligation_id = {OBLIGATION} AND sequence = 1"
            )
            found = named(outbox_complete(planting_tx, means))
            assert found.endswith(": what is sent names another event"), change
            planted.rollback()


def test_the_ids_asked_for_are_those_events_are_given(book_tx: Tx):
    row = book_tx.exec_driver_sql(
        "SELECT event_id, obligation_id FROM payments.outbox WHERE payload #>>"
        " '{data,gateway_transaction}' = '15000001' AND type = 'payment.paid'"
    ).one()
    name = f"payment.paid\ncaptured:vnpay:15000001\n{row.obligation_id}"
    assert row.event_id == f"evt_{hashlib.sha256(name.encode()).hexdigest()[:32]}"
