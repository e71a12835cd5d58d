"""I15 finds kept balances that are not what moved."""

import pytest

from ledger.postgres.transaction import Tx
from reconciliation.proofs.contract import Holds, Means
from reconciliation.proofs.snapshots_hold import snapshots_hold
from tests.reconciliation.proofs.book import named, tamper

ACCOUNT = "(SELECT account_id FROM ledger.account WHERE code = 'refund_payable:vnpay')"


def test_it_holds_of_a_clean_book(book_tx: Tx, means: Means):
    assert snapshots_hold(book_tx, means) == Holds("14 kept balances")


def test_a_balance_that_was_changed_is_named_by_day_and_account(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.balance_snapshot")
    planting_tx.exec_driver_sql(
        "UPDATE ledger.balance_snapshot SET credit_vnd = credit_vnd - 1"  # noqa: S608 - our own constant
        f" WHERE business_date = '2026-03-12' AND account_id = {ACCOUNT}"
    )
    found = named(snapshots_hold(planting_tx, means))
    assert found == "snapshot of 2026-03-12, refund_payable:vnpay: not what moved"


def test_a_balance_that_was_lost_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.balance_snapshot")
    planting_tx.exec_driver_sql(
        "DELETE FROM ledger.balance_snapshot"  # noqa: S608 - our own constant
        f" WHERE business_date = '2026-03-12' AND account_id = {ACCOUNT}"
    )
    found = named(snapshots_hold(planting_tx, means))
    assert found == "snapshot of 2026-03-12, refund_payable:vnpay: gone since 2026-03-11"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            (
                "UPDATE ledger.batch_snapshot SET net_vnd = net_vnd + 5"
                " WHERE business_date = '2026-03-11' AND batch = 'vnpay/2026-03-11/refund'"
            ),
            (
                "snapshot of 2026-03-11, in_transit:vnpay, batch vnpay/2026-03-11/refund:"
                " off by 5 dong\n"
                "snapshot of 2026-03-12, in_transit:vnpay, batch vnpay/2026-03-11/refund:"
                " off by -5 dong"
            ),
        ),
        (
            (
                "DELETE FROM ledger.batch_snapshot"
                " WHERE business_date = '2026-03-12' AND batch = 'vnpay/2026-03-11/refund'"
            ),
            (
                "snapshot of 2026-03-12, in_transit:vnpay, batch vnpay/2026-03-11/refund:"
                " off by -350000 dong"
            ),
        ),
    ],
)
def test_an_open_batch_that_is_not_what_moved_is_named(
    planting_tx: Tx, means: Means, change: str, found: str
):
    tamper(planting_tx, "ledger.batch_snapshot")
    planting_tx.exec_driver_sql(change)
    assert named(snapshots_hold(planting_tx, means)) == found
