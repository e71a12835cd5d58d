"""A closed day on paper."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

from ledger.money import Money
from reconciliation.day_report import (
    Arrived,
    BalanceRow,
    DayReport,
    Matched,
    NamedBreak,
    Reported,
    ReportFile,
    Standing,
    Taken,
    bytes_of,
    figures_of,
    report_of,
    text_of,
)

DAY = date(2026, 11, 18)
REPORT = DayReport(
    business_date=DAY,
    closed_at=datetime(2026, 11, 18, 11, tzinfo=UTC),
    taken=(Taken("vnpay", "kbnn-0011", "captured", 500, Money(175_000_000)),),
    reported=(Reported("vnpay", "kbnn-0011", 499, Money(174_650_000), Money(0)),),
    arrived=(Arrived("vnpay", "kbnn-0011", 1, Money(174_650_000)),),
    matched=(Matched("transaction", 499, Money(174_650_000)),),
    files=(ReportFile("vnpay", "v1.csv", "ab" * 32, "accepted", 1, 499, Money(174_650_000)),),
    breaks_opened={"missing_at_gateway": 1},
    breaks_closed={},
    breaks_open=(
        NamedBreak(
            number=1,
            kind="missing_at_gateway",
            opened_on=DAY,
            age=0,
            gateway="vnpay",
            beneficiary="kbnn-0011",
            payout="",
            amount=Money(350_000),
            text="payment NP1 is not in the report of its day",
        ),
    ),
    standing=(Standing("receivable:vnpay", "vnpay/2026-11-18/kbnn-0011", Money(350_000)),),
    trial_balance=(
        BalanceRow("receivable:vnpay", Money(175_000_000), Money(174_650_000)),
        BalanceRow("payable:kbnn-0011", Money(174_650_000), Money(175_000_000)),
    ),
    entries=502,
    transfers=502,
    checksum="cd" * 32,
)
EMPTY = replace(
    REPORT, taken=(), reported=(), arrived=(), matched=(), files=(), breaks_open=(), standing=()
)


def test_a_report_survives_being_kept_as_figures():
    for report in (REPORT, EMPTY):
        assert report_of(json.loads(bytes_of(figures_of(report)))) == report


def test_the_same_report_is_the_same_bytes():
    figures = figures_of(REPORT)
    assert bytes_of(figures) == bytes_of(dict(reversed(figures.items())))
    assert b'"unexplained_vnd":0' in bytes_of(figures)


def test_the_printed_report_shows_each_side_and_fits_a_terminal():
    text = text_of(REPORT)
    for words in (
        "DAY REPORT 2026-11-18",
        "closed 2026-11-18T18:00:00+07:00, unexplained difference 0 dong",
        "175,000,000",
        "174,650,000",
        "missing_at_gateway",
        "Trial balance",
        "502 entries",
    ):
        assert words in text
    assert max(len(line) for line in text.splitlines()) <= 100


def test_a_report_without_rows_says_so():
    assert text_of(EMPTY).count("none") == 6
    assert "every batch at zero" in text_of(EMPTY)


def test_both_sides_of_the_trial_balance_are_summed():
    balance = figures_of(REPORT)["trial_balance"]
    assert isinstance(balance, dict)
    assert balance["debit_vnd"] == balance["credit_vnd"] == 349_650_000
