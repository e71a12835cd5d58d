"""I11 finds what was done twice, or by half."""

import pytest

from ledger.postgres.transaction import Tx
from reconciliation.proofs.contract import Holds, Means
from reconciliation.proofs.job_once import job_once
from tests.reconciliation.proofs.book import named, tamper


def test_it_holds_of_a_clean_book(book_tx: Tx, means: Means):
    assert job_once(book_tx, means) == Holds("2 jobs, 2 closed days")


def test_a_job_that_was_done_twice_is_named(planting_tx: Tx, means: Means):
    planting_tx.exec_driver_sql("ALTER TABLE reconciliation.job_run DROP CONSTRAINT job_run_pkey")
    planting_tx.exec_driver_sql(
        "INSERT INTO reconciliation.job_run SELECT * FROM reconciliation.job_run"
        " WHERE business_date = '2026-03-11'"
    )
    found = named(job_once(planting_tx, means))
    assert found == "job close_day of 2026-03-11 was done 2 times"


@pytest.mark.parametrize(
    ("index", "column", "name"),
    [
        ("match_leg_item_once", "item_id", "line 1"),
        ("match_leg_capture_once", "capture_id", "capture 1"),
        ("match_leg_group_once", "covers_group_id", "group 1"),
    ],
)
def test_what_was_matched_twice_is_named(
    planting_tx: Tx, means: Means, index: str, column: str, name: str
):
    planting_tx.exec_driver_sql(f"DROP INDEX reconciliation.{index}")
    planting_tx.exec_driver_sql(
        "ALTER TABLE reconciliation.match_leg DROP CONSTRAINT match_leg_of_one_thing"
    )
    planting_tx.exec_driver_sql(
        f"INSERT INTO reconciliation.match_leg (group_id, {column})"  # noqa: S608 - our own constants
        f" SELECT 999, {column} FROM reconciliation.match_leg WHERE {column} = 1"
    )
    assert named(job_once(planting_tx, means)) == f"{name} is in 2 groups"


def test_a_file_that_was_taken_in_twice_is_named(planting_tx: Tx, means: Means):
    planting_tx.exec_driver_sql("ALTER TABLE reconciliation.file DROP CONSTRAINT file_once")
    planting_tx.exec_driver_sql(
        "INSERT INTO reconciliation.file (source, sha256, name, bytes, received_at, state, reason)"
        " SELECT source, sha256, 'again', bytes, received_at, 'received', ''"
        " FROM reconciliation.file WHERE file_id = 1"
    )
    assert named(job_once(planting_tx, means)) == "file 1 of vnpay is here 2 times"


@pytest.mark.parametrize(
    ("table", "column", "place"),
    [
        ("ledger.closed_day", "closed_at", "in the book"),
        ("reconciliation.day", "closed_at", "in the report"),
        ("reconciliation.job_run", "done_at", "by the job"),
    ],
)
def test_a_day_that_is_closed_by_half_is_named(
    planting_tx: Tx, means: Means, table: str, column: str, place: str
):
    tamper(planting_tx, table)
    with planting_tx.begin_nested() as planted:
        planting_tx.exec_driver_sql(
            f"DELETE FROM {table} WHERE business_date = '2026-03-12'"  # noqa: S608 - our own constants
        )
        found = named(job_once(planting_tx, means))
        assert found.startswith("2026-03-12: closed at ")
        assert f"no time {place}" in found
        planted.rollback()
    planting_tx.exec_driver_sql(
        f"UPDATE {table} SET {column} = '2026-03-13 00:00:00+00'"  # noqa: S608 - our own constants
        " WHERE business_date = '2026-03-12'"
    )
    assert f"2026-03-13 00:00:00+00 {place}" in named(job_once(planting_tx, means))
