"""I1 finds every way in which the book can be made not to balance."""

from ledger.postgres.transaction import Tx
from reconciliation.proofs.books_balance import books_balance
from reconciliation.proofs.contract import Holds, Means
from tests.reconciliation.proofs.book import named, tamper

ENTRY = "SELECT entry_id FROM ledger.entry WHERE idempotency_key = 'captured:vnpay:15000001'"


def test_it_holds_of_a_clean_book(book_tx: Tx, means: Means):
    assert books_balance(book_tx, means) == Holds("18 entries, 19 transfers")


def test_an_amount_that_was_changed_names_its_entry(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.transfer")
    planting_tx.exec_driver_sql(
        f"UPDATE ledger.transfer SET amount_vnd = amount_vnd + 1 WHERE entry_id = ({ENTRY})"  # noqa: S608 - our own constant
    )
    found = named(books_balance(planting_tx, means))
    assert found == "entry captured:vnpay:15000001 is not as it was written"


def test_an_entry_whose_transfers_are_gone_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.transfer")
    planting_tx.exec_driver_sql(f"DELETE FROM ledger.transfer WHERE entry_id = ({ENTRY})")  # noqa: S608 - our own constant
    found = named(books_balance(planting_tx, means))
    assert found == "entry captured:vnpay:15000001 is not as it was written"


def test_transfers_whose_entry_is_gone_are_named(planting_tx: Tx, means: Means):
    number = planting_tx.exec_driver_sql(ENTRY).scalar_one()
    tamper(planting_tx, "ledger.entry")
    planting_tx.exec_driver_sql(
        "DELETE FROM ledger.entry WHERE idempotency_key = 'captured:vnpay:15000001'"
    )
    found = named(books_balance(planting_tx, means))
    assert found == f"transfers of entry number {number}, which is not there"


def test_a_side_without_its_account_is_named_by_day_and_gateway(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.account")
    planting_tx.exec_driver_sql("DELETE FROM ledger.account WHERE code = 'refund_payable:vnpay'")
    found = named(books_balance(planting_tx, means))
    assert "2026-03-11, vnpay: debits less credits are 350000" in found
    assert "entry captured_twice:vnpay:15000022 is not as it was written" in found


def test_a_balance_on_one_side_alone_shows_in_the_trial_balance(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.balance_snapshot")
    planting_tx.exec_driver_sql(
        "UPDATE ledger.balance_snapshot SET debit_vnd = debit_vnd + 7 WHERE account_id ="
        " (SELECT account_id FROM ledger.account WHERE code = 'receivable:vnpay')"
    )
    found = named(books_balance(planting_tx, means))
    assert found == "trial balance: debits 11880007, credits 11880000"
