"""What each side says of a day, what is missing, and days that are closed."""

import hashlib

import pytest
from sqlalchemy.exc import DBAPIError

from ledger.money import Money
from ledger.postgres.transaction import Tx
from reconciliation.day_report import Arrived, Matched, Reported, Taken
from reconciliation.postgres import day_rows
from reconciliation.receive_file import receive_file
from reconciliation.statements.mt940 import read_mt940_ended
from tests.payments.scene import inside
from tests.reconciliation.day_scene import (
    ACCOUNT,
    DAY,
    EVENING,
    NEXT_DAY,
    TREASURY,
    give_report,
    nested,
    paid,
    whole_day,
)


@pytest.fixture
def tx(owner_tx: Tx) -> Tx:
    """Give one transaction for all sides."""
    return owner_tx


def test_each_side_of_a_day_is_summed_by_gateway_and_beneficiary(tx: Tx):
    whole_day(tx, [paid(tx), paid(tx), paid(tx, account="bhxh-01")])
    assert day_rows.taken_on(tx, DAY) == (
        Taken("paper", "bhxh-01", "captured", 1, Money(350_000)),
        Taken("paper", ACCOUNT, "captured", 2, Money(700_000)),
    )
    assert day_rows.reported_for(tx, DAY) == (
        Reported("paper", "bhxh-01", 1, Money(350_000), Money(0)),
        Reported("paper", ACCOUNT, 2, Money(700_000), Money(0)),
    )
    assert day_rows.arrived_on(tx, DAY) == (
        Arrived("paper", "bhxh-01", 1, Money(350_000)),
        Arrived("paper", ACCOUNT, 1, Money(700_000)),
    )
    assert day_rows.matched_on(tx, DAY) == (Matched("transaction", 3, Money(1_050_000)),)
    assert day_rows.taken_on(tx, NEXT_DAY) == ()


def test_files_of_a_day_are_listed_replaced_ones_too(tx: Tx):
    one = paid(tx)
    give_report(inside(tx), [])
    give_report(inside(tx), [one.line()], version=2)
    files = day_rows.files_of(tx, DAY)
    assert [(file.state, file.version, file.items) for file in files] == [
        ("superseded", 1, 0),
        ("accepted", 2, 1),
    ]


def test_a_gateway_without_its_report_is_named(tx: Tx):
    give_report(inside(tx), [])
    assert day_rows.unreported(tx, DAY, gateways=["momo", "paper"]) == ["momo"]
    assert day_rows.unreported(tx, NEXT_DAY, gateways=["paper"]) == ["paper"]


def test_an_account_without_its_statement_is_named_by_number_and_source(tx: Tx):
    one = paid(tx)
    found = day_rows.unstated(tx, DAY, owed=[ACCOUNT, "nobodys"])
    assert [(each.beneficiary, each.account, each.source) for each in found] == [
        (ACCOUNT, f"7111.{ACCOUNT}", "kbnn")
    ]
    whole_day(tx, [one])
    assert day_rows.unstated(tx, DAY, owed=[ACCOUNT]) == []


def test_quarantined_files_are_named_with_their_reasons_latest_first(tx: Tx):
    for raw in (b"first", b"second"):
        receive_file(
            nested(tx), TREASURY, name=raw.decode(), raw=raw, read=read_mt940_ended, now=EVENING
        )
    assert [name for name, _ in day_rows.quarantined(tx, party="kbnn")] == ["second", "first"]
    assert all("cut short" in reason for _, reason in day_rows.quarantined(tx, party="kbnn"))


def test_files_nobody_matched_are_named(tx: Tx):
    give_report(inside(tx), [])
    assert day_rows.unmatched_files(tx, DAY) == [("paper", "paper-20261118-v1.csv")]


def test_a_kept_day_is_read_back_and_never_written_again(tx: Tx):
    assert day_rows.day_of(tx, DAY) is None
    kept = day_rows.keep_day(tx, DAY, figures={"sum": 1}, report=b"bytes", now=EVENING)
    assert kept == day_rows.day_of(tx, DAY)
    assert (kept.figures, kept.sha256) == ({"sum": 1}, hashlib.sha256(b"bytes").digest())
    assert day_rows.last_days(tx, limit=3) == [kept]
    with pytest.raises(DBAPIError, match="day_pkey"), tx.begin_nested():
        day_rows.keep_day(tx, DAY, figures={}, report=b"other", now=EVENING)
    with pytest.raises(DBAPIError, match="only grows"):
        tx.exec_driver_sql("UPDATE reconciliation.day SET figures = '{}'")
