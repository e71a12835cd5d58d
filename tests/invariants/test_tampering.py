"""Whatever is changed in a sealed book behind the program's back is found, and named exactly."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import LiteralString

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql

from tests.ledger.postgres.verify_log.sealed_book import Connection, told


def test_an_untouched_book_holds(book: Connection, seals: Path) -> None:
    assert told(book, seals) == [
        (
            "holds: 3 days, 19 entries, 9 audit records"
            " (not sealed yet: 1 day, 1 entry, 1 audit record)"
        )
    ]


@pytest.mark.parametrize(
    ("statement", "findings"),
    [
        (
            "UPDATE ledger.transfer SET amount_vnd = amount_vnd + 1 WHERE entry_id = 9",
            ["2026-11-20 row 3: entry 9 (captured:vnpay:9) was changed"],
        ),
        (
            "UPDATE ledger.entry SET source = 'evidence:10' WHERE entry_id = 9",
            ["2026-11-20 row 3: entry 9 (captured:vnpay:9) was changed"],
        ),
        (
            "UPDATE ledger.entry SET idempotency_key = 'captured:vnpay:99' WHERE entry_id = 9",
            ["2026-11-20 row 3: entry 9 (captured:vnpay:99) was changed"],
        ),
        (
            (
                "UPDATE ledger.entry SET recorded_at = recorded_at + interval '1 us'"
                " WHERE entry_id = 9"
            ),
            ["2026-11-20 row 3: entry 9 (captured:vnpay:9) was changed"],
        ),
        (
            (
                "UPDATE ledger.entry SET digest = set_byte(digest, 5, 255 - get_byte(digest, 5))"
                " WHERE entry_id = 9"
            ),
            ["2026-11-20 entry 9 (captured:vnpay:9) is not what its digest says"],
        ),
        (
            (
                "UPDATE ledger.account SET party = 'kbnn-0013', code = 'payable:kbnn-0013'"
                " WHERE party = 'kbnn-0012'"
            ),
            ["2026-11-20 row 8: entry 14 (captured:momo:14) was changed"],
        ),
        (
            "UPDATE ledger.entry SET corrects_entry_id = 2 WHERE entry_id = 15",
            ["2026-11-21 row 1: entry 15 (reversed:1) was changed"],
        ),
        (
            "UPDATE ledger.entry SET corrects_entry_id = 999 WHERE entry_id = 9",
            ["2026-11-20 row 3: entry 9 (captured:vnpay:9) was changed"],
        ),
        (
            "UPDATE ledger.audit_record SET reason = 'other' WHERE audit_id = 5",
            ["2026-11-20 row 10: audit record 5 (os:lan day.close) was changed"],
        ),
        (
            (
                "UPDATE ledger.entry SET entry_id = 18 - entry_id WHERE entry_id IN (8, 10);"
                " UPDATE ledger.transfer SET entry_id = 18 - entry_id WHERE entry_id IN (8, 10)"
            ),
            ["2026-11-20 rows 2 and 4 swapped places"],
        ),
        (
            "UPDATE ledger.entry SET entry_id = 18 - entry_id WHERE entry_id IN (8, 10)",
            ["2026-11-20 rows 2 and 4 swapped all but their transfers"],
        ),
        (
            "UPDATE ledger.transfer SET entry_id = 18 - entry_id WHERE entry_id IN (8, 10)",
            ["2026-11-20 rows 2 and 4 swapped their transfers"],
        ),
        (
            "UPDATE ledger.transfer SET ordinal = 3 - ordinal WHERE entry_id = 14",
            ["2026-11-20 row 8: entry 14 (captured:momo:14) was changed"],
        ),
        (
            "UPDATE ledger.audit_record SET audit_id = 11 - audit_id WHERE audit_id IN (5, 6)",
            ["2026-11-20 rows 10 and 11 swapped places"],
        ),
        (
            (
                "DELETE FROM ledger.entry WHERE entry_id = 9;"
                " DELETE FROM ledger.transfer WHERE entry_id = 9"
            ),
            ["2026-11-20 row 3: entry 9 is missing"],
        ),
        (
            (
                "DELETE FROM ledger.entry WHERE entry_id IN (9, 10);"
                " DELETE FROM ledger.transfer WHERE entry_id IN (9, 10)"
            ),
            ["2026-11-20 rows 3-4: entries 9-10 are missing"],
        ),
        (
            "DELETE FROM ledger.entry WHERE entry_id = 9",
            [
                "2026-11-20 1 transfer is of entry 9, which is not of this day",
                "2026-11-20 row 3: entry 9 is missing",
            ],
        ),
        (
            "DELETE FROM ledger.transfer WHERE entry_id = 14 AND ordinal = 2",
            ["2026-11-20 row 8: entry 14 (captured:momo:14) was changed"],
        ),
        (
            "UPDATE ledger.transfer SET entry_id = 777 WHERE entry_id = 20",
            [
                "2026-11-22 1 transfer is of entry 777, which is not of this day",
                "2026-11-22 entry 20 (captured:vnpay:20) is not what its digest says",
            ],
        ),
        (
            (
                "DELETE FROM ledger.entry WHERE entry_id BETWEEN 17 AND 19;"
                " DELETE FROM ledger.transfer WHERE entry_id BETWEEN 17 AND 19"
            ),
            ["2026-11-21 cut after row 2: 3 rows are missing (entries 17-19)"],
        ),
        (
            "DELETE FROM ledger.audit_record WHERE audit_id > 5",
            [
                "2026-11-20 cut after row 10: 2 rows are missing (audit records 6-7)",
                "2026-11-21 cut after row 5: 2 rows are missing (audit records 8-9)",
            ],
        ),
        (
            (
                "DELETE FROM ledger.transfer WHERE business_date = '2026-11-21';"
                " DELETE FROM ledger.entry WHERE business_date = '2026-11-21';"
                " DELETE FROM ledger.seal WHERE business_date = '2026-11-21';"
                " DELETE FROM ledger.closed_day WHERE business_date = '2026-11-21'"
            ),
            ["2026-11-21 the day was sealed over 5 entries and is not closed in the database"],
        ),
        (
            (
                "INSERT INTO ledger.entry SELECT 100, recorded_at, written_in, NULL, '2026-11-20',"
                " movement, 'captured:vnpay:100', source, digest FROM ledger.entry"
                " WHERE entry_id = 20"
            ),
            ["2026-11-20 row 9: entry 100 (captured:vnpay:100) was added"],
        ),
        (
            (
                "UPDATE ledger.entry SET business_date = '2026-11-21' WHERE entry_id = 9;"
                " UPDATE ledger.transfer SET business_date = '2026-11-21' WHERE entry_id = 9"
            ),
            [
                "2026-11-20 row 3: entry 9 is missing; it stands in 2026-11-21",
                "2026-11-21 row 1: entry 9 (captured:vnpay:9) was added",
            ],
        ),
        (
            "UPDATE ledger.transfer SET business_date = '2026-11-22' WHERE entry_id = 9",
            [
                "2026-11-20 row 3: entry 9 (captured:vnpay:9) was changed",
                "2026-11-22 1 transfer is of entry 9, which is not of this day",
            ],
        ),
        (
            (
                "UPDATE ledger.entry SET business_date = '2026-11-18' WHERE entry_id = 20;"
                " UPDATE ledger.transfer SET business_date = '2026-11-18' WHERE entry_id = 20"
            ),
            [
                "2026-11-18 the day was passed over when a later one closed, and has 1 entry",
                "2026-11-18 entry 20 (captured:vnpay:20) is not what its digest says",
            ],
        ),
        (
            "UPDATE ledger.closed_day SET entry_count = 9 WHERE business_date = '2026-11-20'",
            ["2026-11-20 the closed day counts 9 entries, there are 8"],
        ),
        (
            "UPDATE ledger.seal SET audit_through = 8 WHERE business_date = '2026-11-20'",
            ["2026-11-20 the seal says through 8, the note 7"],
        ),
        (
            "UPDATE ledger.seal SET note = replace(note, 'entries 8', 'entries 9')",
            ["2026-11-20 note in the database was changed: its signature does not hold"],
        ),
        (
            "DELETE FROM ledger.seal WHERE business_date = '2026-11-20'",
            ["2026-11-20 the seal in the database of this closed day is missing"],
        ),
        (
            "UPDATE ledger.account SET code = 'payable:other' WHERE party = 'kbnn-0012'",
            ["account 4 is called payable:other, not payable:kbnn-0012"],
        ),
    ],
)
def test_a_tampered_row_is_named(
    book: Connection, seals: Path, statement: LiteralString, findings: list[str]
) -> None:
    book.execute(statement)
    *lines, last = told(book, seals)
    assert len(lines) == len(findings), lines
    for line, finding in zip(lines, findings, strict=True):
        assert line.startswith(finding), lines
    assert last.startswith(f"broken: {len(findings)} finding")


BYTES: dict[str, list[str]] = {
    "entry": [
        *("entry_id", "recorded_at", "corrects_entry_id", "business_date"),
        *("movement", "idempotency_key", "source", "digest"),
    ],
    "transfer": [
        *("entry_id", "amount_vnd", "debit_account_id", "credit_account_id"),
        *("business_date", "ordinal", "batch"),
    ],
    "audit_record": ["audit_id", "recorded_at", "actor", "action", "subject", "reason", "digest"],
    "account": ["account_id", "kind", "party", "code"],
    "closed_day": ["business_date", "entry_count", "transfer_count", "checksum"],
    "seal": [
        *("business_date", "sequence", "entry_count", "audit_count", "audit_through"),
        *("tree_size", "root", "previous_root", "note", "sealed_at"),
    ],
}
"""Every column that says something; `written_in` and when a day closed are sealed by nothing."""
SEALED: dict[str, LiteralString] = {
    "entry": "entry_id < 20",
    "transfer": "entry_id < 20",
    "audit_record": "audit_id < 10",
}
"""Of rows no day holds yet, the number and the time stand under nothing."""
PLACES = [(table, column) for table, columns in BYTES.items() for column in columns]


@given(
    place=st.sampled_from(PLACES),
    row=st.integers(min_value=0, max_value=30),
    position=st.integers(min_value=0, max_value=400),
    bit=st.integers(min_value=0, max_value=7),
)
def test_any_single_bit_of_any_column_is_found(
    sealed: tuple[Connection, Path], place: tuple[str, str], row: int, position: int, bit: int
) -> None:
    connection, folder = sealed
    table, column = place
    with connection.transaction(force_rollback=True):
        if _flip(connection, table, column, row=row, position=position, bit=bit):
            assert told(connection, folder)[-1].startswith("broken: "), (place, row)


def _flip(
    connection: Connection, table: str, column: str, *, row: int, position: int, bit: int
) -> bool:
    """Change one bit of one value where it still is a value of its kind; say whether it was."""
    names = {
        "table": sql.Identifier("ledger", table),
        "column": sql.Identifier(column),
        "sealed": sql.SQL(SEALED.get(table, "true")),
    }
    rows = connection.execute(
        sql.SQL(
            "SELECT tableoid, ctid::text, {column} FROM {table} WHERE {sealed} ORDER BY 1, 2"
        ).format(**names)
    ).fetchall()
    oid, ctid, value = rows[row % len(rows)]
    changed = _changed(value, position=position, bit=bit)
    if changed is None:
        return False
    connection.execute(
        sql.SQL("UPDATE {table} SET {column} = %s WHERE tableoid = %s AND ctid = %s::tid").format(
            **names
        ),
        (changed, oid, ctid),
    )
    return True


def _changed(value: object, *, position: int, bit: int) -> object:
    match value:
        case None:
            return 7
        case int():
            return value ^ (1 << position % 15)
        case bytes():
            place = position % len(value)
            return value[:place] + bytes([value[place] ^ (1 << bit)]) + value[place + 1 :]
        case str():
            place = position % len(value) if value else 0
            sign = chr(ord(value[place]) ^ (1 << bit)) if value else "x"
            return None if sign == "\x00" else value[:place] + sign + value[place + 1 :]
        case datetime():
            return value + timedelta(microseconds=1 << position % 30)
        case date():
            return value + timedelta(days=1 << position % 5)
        case _:
            raise TypeError(value)
