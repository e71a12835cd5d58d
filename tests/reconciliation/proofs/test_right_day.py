"""I12 finds sums on a wrong day, and entries that slipped into a closed one."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from ledger.postgres.transaction import Tx
from reconciliation.business_day import read_calendar
from reconciliation.proofs.contract import Holds, Means
from reconciliation.proofs.right_day import right_day
from tests.reconciliation.proofs.book import named, tamper


def test_it_holds_of_a_clean_book_with_a_late_sum_in_it(book_tx: Tx, means: Means):
    assert right_day(book_tx, means) == Holds("11 sums")


@pytest.mark.parametrize(
    ("paid_at", "belongs"),
    [
        (datetime.fromisoformat("2026-03-11T16:00:00+07:00"), date(2026, 3, 12)),
        (datetime.fromisoformat("2026-03-10T15:59:59+07:00"), date(2026, 3, 10)),
        (datetime.fromisoformat("2026-03-13T17:00:00+07:00"), date(2026, 3, 16)),
    ],
)
def test_a_sum_taken_at_another_time_is_on_the_wrong_day(
    planting_tx: Tx, means: Means, paid_at: datetime, belongs: date
):
    tamper(planting_tx, "payments.capture")
    planting_tx.exec_driver_sql(
        "UPDATE payments.capture SET paid_at = %(paid_at)s WHERE reference = 'PAID-1'",
        {"paid_at": paid_at},
    )
    found = named(right_day(planting_tx, means))
    assert found.startswith("entry captured:vnpay:15000001, taken ")
    assert found.endswith(f": belongs to {belongs.isoformat()}, stands on 2026-03-11")


def test_a_sum_that_was_put_off_while_its_day_was_open_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.closed_day", "reconciliation.day")
    planting_tx.exec_driver_sql(
        "UPDATE ledger.closed_day SET recorded_at = recorded_at + interval '1 day'"
    )
    found = named(right_day(planting_tx, means))
    assert found.startswith("entry captured:vnpay:15000051, taken ")
    assert found.endswith(": belongs to 2026-03-11, stands on 2026-03-12")


def test_an_entry_recorded_after_its_day_was_closed_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.entry")
    planting_tx.exec_driver_sql(
        "UPDATE ledger.entry SET recorded_at = '2099-01-01 00:00:00+00'"
        " WHERE idempotency_key = 'settled:1'"
    )
    found = named(right_day(planting_tx, means))
    assert found.startswith("entry settled:1 was recorded at 2099-01-01 ")
    assert " in 2026-03-11, closed at " in found


def test_a_sum_that_the_book_holds_on_another_day_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.entry")
    planting_tx.exec_driver_sql(
        "UPDATE ledger.entry SET business_date = '2026-03-13'"
        " WHERE idempotency_key = 'captured:vnpay:15000001'"
    )
    assert named(right_day(planting_tx, means)).endswith(
        ": of 2026-03-11, in the book on 2026-03-13"
    )


def test_a_year_the_calendar_does_not_hold_is_named_not_guessed(book_tx: Tx, means: Means):
    other = read_calendar(
        'cut_off = { default = "16:00" }\n[[year]]\nnumber = 2030\nrest = []\nwork = []\n'
    )
    found = named(right_day(book_tx, replace(means, calendar=other)))
    assert "the calendar holds no rest days for 2026" in found
