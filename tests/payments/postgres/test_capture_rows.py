"""Sums that gateways took."""

from sqlalchemy import text

from ledger.postgres.transaction import Tx
from payments.postgres.capture_rows import (
    Known,
    fulfilling,
    fulfilling_key,
    keep_captures,
    known_captures,
)
from tests.payments.scene import (
    AMOUNT,
    attempt_of,
    hear,
    heard,
    inside,
    notice,
    opened,
    owe,
    sent,
)


def test_a_booked_sum_is_known_by_payment_and_by_transaction(tx: Tx):
    reference = sent(inside(tx), opened(tx, owe(tx)))
    hear(tx, heard(notice(reference)))
    attempt = attempt_of(tx, reference)
    known = [Known("paper", f"T{reference}", attempt.attempt_id)]
    by_payment = known_captures(tx, payment_ids=[attempt.payment_id], transactions=[])
    by_number = known_captures(tx, payment_ids=[], transactions=[("paper", f"T{reference}")])
    assert by_payment == by_number == known
    elsewhere = known_captures(tx, payment_ids=[], transactions=[("other", f"T{reference}")])
    assert elsewhere == []


def test_only_the_transaction_that_fulfilled_a_payment_is_its_own(tx: Tx):
    reference = sent(inside(tx), opened(tx, owe(tx)))
    hear(tx, heard(notice(reference)), heard(notice(reference, transaction="T-2")))
    attempt = attempt_of(tx, reference)
    assert fulfilling(tx, [attempt.payment_id, 999_999_999]) == {
        attempt.payment_id: Known("paper", f"T{reference}", attempt.attempt_id)
    }
    assert fulfilling_key(tx, attempt.payment_id) == f"captured:paper:T{reference}"
    assert fulfilling_key(tx, 999_999_999) is None
    keep_captures(tx, [])


def test_reconciliation_sees_one_row_per_sum(tx: Tx):
    payment = opened(tx, owe(tx, many=2))
    reference = sent(inside(tx), payment)
    hear(tx, heard(notice(reference, amount=AMOUNT + AMOUNT)))
    row = tx.execute(text("SELECT * FROM payments.reconcilable_v1")).one()
    assert (row.entry_key, row.reference) == (f"captured:paper:T{reference}", reference)
    assert (row.movement, row.amount_vnd) == ("captured", 2 * AMOUNT.vnd)
    assert (row.payment_number, row.beneficiary) == (payment.number, "kbnn-0011")
    entry = tx.execute(text("SELECT idempotency_key FROM ledger.entry")).scalar_one()
    assert entry == row.entry_key
