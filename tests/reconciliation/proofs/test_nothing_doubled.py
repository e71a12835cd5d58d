"""I3 finds money that counts twice, and more than was due."""

from ledger.postgres.transaction import Tx
from reconciliation.proofs.contract import Holds, Means
from reconciliation.proofs.nothing_doubled import nothing_doubled
from tests.reconciliation.proofs.book import named, tamper


def test_it_holds_of_a_clean_book_with_a_surplus_in_it(book_tx: Tx, means: Means):
    assert nothing_doubled(book_tx, means) == Holds("11 transactions for 11 obligations")


def test_a_transaction_that_was_taken_twice_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.capture")
    planting_tx.exec_driver_sql("ALTER TABLE payments.capture DROP CONSTRAINT capture_once")
    planting_tx.exec_driver_sql(
        "UPDATE payments.capture SET gateway_transaction = '15000001' WHERE reference = 'PAID-2'"
    )
    found = named(nothing_doubled(planting_tx, means))
    assert found == "vnpay transaction 15000001 was taken 2 times"


def test_a_transaction_that_entered_the_book_as_two_movements_is_named(
    planting_tx: Tx, means: Means
):
    tamper(planting_tx, "ledger.entry")
    planting_tx.exec_driver_sql(
        "INSERT INTO ledger.entry (business_date, movement, idempotency_key, source, digest)"
        " SELECT business_date, 'captured_twice', 'captured_twice:vnpay:15000001', source, digest"
        " FROM ledger.entry WHERE idempotency_key = 'captured:vnpay:15000001'"
    )
    found = named(nothing_doubled(planting_tx, means))
    assert found == (
        "transaction vnpay:15000001 entered the book 2 times: captured, captured_twice"
    )


def test_a_sum_that_is_also_parked_as_nobodys_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.entry")
    planting_tx.exec_driver_sql(
        "INSERT INTO ledger.entry (business_date, movement, idempotency_key, source, digest)"
        " SELECT '2026-03-11', 'parked', 'parked:vnpay:unidentified:' || item_id, 'file:1:line:1',"
        " sha256('') FROM reconciliation.item WHERE transaction = '15000001'"
    )
    found = named(nothing_doubled(planting_tx, means))
    assert found == "vnpay transaction 15000001 was taken, and parked as nobody's from a report"


def test_an_obligation_that_keeps_its_surplus_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.transfer")
    planting_tx.exec_driver_sql(
        "UPDATE ledger.transfer SET credit_account_id ="
        " (SELECT account_id FROM ledger.account WHERE code = 'payable:kbnn-0011')"
        " FROM ledger.entry WHERE entry.entry_id = transfer.entry_id"
        " AND entry.idempotency_key = 'captured_twice:vnpay:15000022'"
    )
    found = named(nothing_doubled(planting_tx, means))
    assert ": 700000 dong kept, 350000 due" in found
    assert "obligation csgt/demand/D-" in found
    assert (
        "vnpay transaction 15000022 is captured_twice, but 350000 dong stand in payable:kbnn-0011"
        in found
    )


def test_an_obligation_for_which_more_is_kept_than_was_due_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.transfer")
    planting_tx.exec_driver_sql(
        "UPDATE ledger.transfer SET amount_vnd = amount_vnd + 1 FROM ledger.entry"
        " WHERE entry.entry_id = transfer.entry_id"
        " AND entry.idempotency_key = 'captured:vnpay:15000001'"
    )
    assert ": 350001 dong kept, 350000 due" in named(nothing_doubled(planting_tx, means))


def test_a_beneficiary_paid_for_no_line_at_all_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.payment_line")
    planting_tx.exec_driver_sql(
        "UPDATE payments.payment_line SET ordinal = 2 FROM payments.capture"
        " WHERE capture.payment_id = payment_line.payment_id AND capture.reference = 'PAID-1'"
    )
    found = named(nothing_doubled(planting_tx, means))
    assert found == "vnpay transaction 15000001, no line of it: 350000 dong kept, 0 due"


def test_money_in_suspense_that_moved_elsewhere_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.transfer")
    planting_tx.exec_driver_sql(
        "UPDATE ledger.transfer SET credit_account_id ="
        " (SELECT account_id FROM ledger.account WHERE code = 'refund_payable:vnpay')"
        " FROM ledger.entry WHERE entry.entry_id = transfer.entry_id"
        " AND entry.idempotency_key = 'parked:vnpay:15000031'"
    )
    found = named(nothing_doubled(planting_tx, means))
    assert found == (
        "vnpay transaction 15000031 is parked, but 340000 dong stand in refund_payable:vnpay"
    )
