"""I16 finds closed days that are not as they were closed."""

import pytest

from ledger.postgres.transaction import Tx
from reconciliation.proofs.closed_days_unchanged import closed_days_unchanged
from reconciliation.proofs.contract import Holds, Means
from tests.reconciliation.proofs.book import named, tamper


def test_it_holds_of_a_clean_book(book_tx: Tx, means: Means):
    assert closed_days_unchanged(book_tx, means) == Holds("2 closed days with 18 entries")


def test_a_closed_day_that_lost_an_entry_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.entry")
    planting_tx.exec_driver_sql("DELETE FROM ledger.entry WHERE idempotency_key = 'settled:6'")
    found = named(closed_days_unchanged(planting_tx, means))
    assert found == "2026-03-12 does not hold the entries it was closed with"


def test_a_closed_day_whose_checksum_was_changed_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.closed_day")
    planting_tx.exec_driver_sql(
        "UPDATE ledger.closed_day SET checksum = sha256('other') WHERE business_date = '2026-03-11'"
    )
    found = named(closed_days_unchanged(planting_tx, means)).splitlines()
    assert found == [
        "2026-03-11 does not hold the entries it was closed with",
        "the report of 2026-03-11 is not the one it was closed with",
    ]


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("reconciliation.day", "report = report || ' '::bytea"),
        (
            "reconciliation.day",
            "report = report || ' '::bytea, sha256 = sha256(report || ' '::bytea)",
        ),
        ("reconciliation.day", """figures = figures || '{"entries": 0}'"""),
        ("reconciliation.job_run", """result = '{"sha256": "00"}'"""),
    ],
)
def test_a_report_that_was_changed_is_named(planting_tx: Tx, means: Means, table: str, change: str):
    tamper(planting_tx, table)
    planting_tx.exec_driver_sql(
        f"UPDATE {table} SET {change} WHERE business_date = '2026-03-11'"  # noqa: S608 - our own constants
    )
    found = named(closed_days_unchanged(planting_tx, means))
    assert found == "the report of 2026-03-11 is not the one it was closed with"
