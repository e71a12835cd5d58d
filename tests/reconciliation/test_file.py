"""What a file that was read says, in our words."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ledger.money import Money
from reconciliation.errors import FileRefused
from reconciliation.file import Item, ItemKind, Source, SourceKind, content_of
from reconciliation.statements.contract import Balance, Statement, StatementFile
from reconciliation.statements.mt940 import read_mt940_ended
from tests.reconciliation.samples import DAY, TREASURY, VNPAY, Line, read_report, report, statement


def test_each_line_of_a_report_becomes_an_item_with_its_own_place():
    read = read_report(
        report([Line("R1", "T1", 350_000, fee_vnd=1_000), Line("R2", "T2", 50, is_refund=True)])
    )
    content = content_of(read, source=VNPAY)
    assert (content.business_date, content.version) == (DAY, 1)
    assert (content.amount, content.fees) == (Money(349_950), Money(1_000))
    assert [item.kind for item in content.items] == [ItemKind.PAYMENT, ItemKind.REFUND]
    assert content.items[0] == Item(
        line=3,
        kind=ItemKind.PAYMENT,
        reference="R1",
        transaction="T1",
        amount=Money(350_000),
        fee=Money(1_000),
        occurred_at=read.lines[0].paid_at,
        booked_on=None,
        party="KB1",
        payout="VP1",
    )


def test_credits_and_debits_of_a_statement_are_both_above_zero_with_their_way():
    read = read_mt940_ended(statement([("VP1", 350_000), ("VP2", -50)], opening=10))
    content = content_of(read, source=TREASURY)
    assert [(item.kind, item.amount.vnd) for item in content.items] == [
        (ItemKind.CREDIT, 350_000),
        (ItemKind.DEBIT, 50),
    ]
    assert content.amount == Money(349_950)
    assert [item.payout for item in content.items] == ["VP1", "VP2"]
    assert [item.booked_on for item in content.items] == [DAY, DAY]
    (page,) = content.pages
    assert (page.account, page.opening, page.closing) == ("7111.1", Money(10), Money(349_960))


def test_a_line_of_nothing_moves_nothing_and_is_no_item():
    read = read_mt940_ended(statement([("VP1", 0)]))
    assert content_of(read, source=TREASURY).items == ()


def test_a_file_is_of_the_kind_and_party_its_source_sends():
    gateway_report = read_report(report([Line("R1", "T1", 350_000)]))
    statements = read_mt940_ended(statement([]))
    with pytest.raises(FileRefused, match="not what treasury sends"):
        content_of(gateway_report, source=TREASURY)
    with pytest.raises(FileRefused, match="not what vnpay sends"):
        content_of(statements, source=VNPAY)
    with pytest.raises(FileRefused, match="a report of vnpay"):
        content_of(gateway_report, source=Source("momo", SourceKind.GATEWAY_REPORT, "momo"))


def page(currency: str, amount: str) -> Statement:
    balance = Balance(on=date(2026, 11, 23), amount=Decimal(amount), is_final=True)
    return Statement(
        account="7111.1",
        reference="R",
        sequence="1/1",
        currency=currency,
        opening=balance,
        closing=replace(balance),
        entries=(),
    )


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (page("USD", "1"), "is in USD"),
        (page("VND", "0.50"), "0.50 is not a sum of whole dong"),
        (page("VND", "99999999999999999"), "whole dong"),
    ],
)
def test_what_is_not_whole_dong_is_refused(one: Statement, reason: str):
    with pytest.raises(FileRefused, match=reason):
        content_of(StatementFile(statements=(one,)), source=TREASURY)
