"""Statements to the byte, and as a reader none of us wrote understands them."""

from datetime import date

from mt940 import parse

from gateways.simulators.treasury_statement import Credit, Statement, mt940

STATEMENT = Statement(
    serial=7,
    account="KBNN-0021",
    account_number="KBNN-0021",
    number=2,
    opened_on=date(2026, 8, 31),
    opening_vnd=100_000,
    business_date=date(2026, 9, 1),
    credits=(
        Credit(1, "VP202609010001", 350_000, "VNPAY PAYOUT VP202609010001 COUNT 2 DAY 20260901"),
        Credit(2, "VP202609010002", 1, "VNPAY PAYOUT VP202609010002 COUNT 1 DAY 20260901"),
    ),
)


def test_a_statement_is_written_to_the_byte():
    assert mt940([STATEMENT]).split("\r\n") == [
        ":20:KB20260901000007",
        ":25:KBNN-0021",
        ":28C:2/1",
        ":60F:C260831VND100000,",
        ":61:2609010901C350000,NTRFVP202609010001//KB00000000000001",
        ":86:VNPAY PAYOUT VP202609010001 COUNT 2 DAY 20260901",
        ":61:2609010901C1,NTRFVP202609010002//KB00000000000002",
        ":86:VNPAY PAYOUT VP202609010002 COUNT 1 DAY 20260901",
        ":62F:C260901VND450001,",
        "-",
        "",
    ]


def test_no_line_is_longer_than_the_format_allows():
    lines = mt940([STATEMENT]).split("\r\n")
    assert all(len(line.split(":", 2)[-1]) <= 65 for line in lines)
    assert len(lines[0].removeprefix(":20:")) <= 16


def test_another_reader_finds_the_same_money():
    read = parse(mt940([STATEMENT]))
    assert read.data["final_opening_balance"].amount.amount == 100_000
    assert read.data["final_closing_balance"].amount.amount == 450_001
    assert [line.data["amount"].amount for line in read.transactions] == [350_000, 1]
    assert read.transactions[0].data["customer_reference"] == "VP202609010001"


def test_several_statements_follow_each_other():
    assert mt940([STATEMENT, STATEMENT]) == mt940([STATEMENT]) * 2
