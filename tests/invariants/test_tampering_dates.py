"""Rows dated where no business day can be, or recorded at no instant, are named, not skipped."""

from pathlib import Path
from typing import LiteralString

import pytest
from psycopg import sql

from tests.ledger.postgres.verify_log.sealed_book import Connection, told


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ("infinity", "infinity"),
        ("-infinity", "-infinity"),
        ("2026-11-20 BC", "2026-11-20 BC"),
        ("1999-12-31", "1999-12-31"),
        ("10000-01-01", "10000-01-01"),
    ],
)
def test_hidden_money_is_named_wherever_it_is_dated(
    book: Connection, seals: Path, date: str, shown: str
) -> None:
    book.execute(
        "CREATE TABLE ledger.hidden PARTITION OF ledger.transfer"
        " FOR VALUES FROM ('9999-12-31') TO (MAXVALUE);"
        " CREATE TABLE ledger.hidden_before PARTITION OF ledger.transfer"
        " FOR VALUES FROM (MINVALUE) TO ('2000-01-01')"
    )
    adding = sql.SQL(
        "INSERT INTO ledger.entry SELECT 1000, recorded_at, written_in, NULL, {date}, movement,"
        " 'captured:vnpay:1000', source, digest FROM ledger.entry WHERE entry_id = 20;"
        " INSERT INTO ledger.transfer SELECT 1000, amount_vnd, debit_account_id,"
        " credit_account_id, {date}, ordinal, batch FROM ledger.transfer WHERE entry_id = 20"
    )
    book.execute(adding.format(date=sql.Literal(date)))
    assert told(book, seals)[:-1] == [
        f"1 transfer of entry 1000 is dated {shown}, which no business day is",
        f"entry 1000 (captured:vnpay:1000) is dated {shown}, which no business day is",
    ]


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        (
            (
                "INSERT INTO ledger.closed_day"
                " (business_date, closed_at, entry_count, transfer_count, checksum) SELECT"
                " 'infinity', closed_at, 0, 0, sha256('') FROM ledger.closed_day"
                " WHERE business_date = '2026-11-21'"
            ),
            "closed day infinity is dated infinity, which no business day is",
        ),
        (
            (
                "UPDATE ledger.closed_day SET recorded_at = 'infinity'"
                " WHERE business_date = '2026-11-20'"
            ),
            "closed day 2026-11-20 was recorded at infinity",
        ),
        (
            "UPDATE ledger.entry SET recorded_at = 'infinity' WHERE entry_id = 20",
            "entry 20 (captured:vnpay:20) was recorded at infinity",
        ),
        (
            (
                "UPDATE ledger.entry SET recorded_at = (to_char(recorded_at AT TIME ZONE 'UTC',"
                " 'YYYY-MM-DD HH24:MI:SS.US') || 'Z BC')::timestamptz WHERE entry_id = 9"
            ),
            "entry 9 (captured:vnpay:9) was recorded at 2026-",
        ),
        (
            "UPDATE ledger.audit_record SET recorded_at = '-infinity' WHERE audit_id = 10",
            "audit record 10 (os:lan day.close) was recorded at -infinity",
        ),
        (
            (
                "UPDATE ledger.seal SET sealed_at = '2026-11-22 01:00Z BC'"
                " WHERE business_date = '2026-11-20'"
            ),
            "seal 2026-11-20 was recorded at 2026-11-22 01:00:00 BC",
        ),
    ],
)
def test_a_day_or_an_instant_that_cannot_be_is_named(
    book: Connection, seals: Path, statement: LiteralString, finding: str
) -> None:
    book.execute(statement)
    (told_one,) = told(book, seals)[:-1]
    assert told_one.startswith(finding)


def test_a_sealed_entry_moved_out_of_all_days_is_missing_there_and_named(
    book: Connection, seals: Path
) -> None:
    book.execute("UPDATE ledger.entry SET business_date = 'infinity' WHERE entry_id = 9")
    assert told(book, seals)[:-1] == [
        "entry 9 (captured:vnpay:9) is dated infinity, which no business day is",
        "2026-11-20 1 transfer is of entry 9, which is not of this day",
        "2026-11-20 row 3: entry 9 is missing; it stands in infinity",
    ]
