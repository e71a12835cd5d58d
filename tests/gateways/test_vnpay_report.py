"""Settlement reports: read whole, or refused whole."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.contract import LineKind, SettlementReport
from gateways.errors import Untrusted
from gateways.vnpay_messages import VIETNAM
from gateways.vnpay_report import read_settlement
from ledger.money import Money

OPENING = "REPORT,SAMPLE01,20260901,1"
HEADING = "TxnRef,TransactionNo,TransactionType,Amount,Fee,PayDate,Beneficiary,Payout"
LINES = (
    "P1,15000001,01,35000000,0,20260901080512,KBNN-0021,VP202609010001",
    "P2,15000002,01,500000,110000,20260901235959,KBNN-0022,VP202609010002",
    "P1,15000003,03,1000000,0,20260901100000,KBNN-0021,VP202609010001",
)
CLOSING = "TOTAL,3,34500000,110000,COMPLETE"


def report(*lines: str, end: str = "\n") -> bytes:
    return "".join(f"{line}{end}" for line in lines).encode()


WHOLE = report(OPENING, HEADING, *LINES, CLOSING)


def read(raw: bytes) -> SettlementReport:
    return read_settlement(raw, gateway="vnpay", merchant="SAMPLE01")


def test_a_report_is_read_line_by_line():
    found = read(WHOLE)
    assert (found.gateway, found.business_date, found.version) == ("vnpay", date(2026, 9, 1), 1)
    assert (found.total, found.fee_total) == (Money(345_000), Money(1_100))
    first, second, third = found.lines
    assert (first.line_number, first.kind, first.reference) == (3, LineKind.PAYMENT, "P1")
    assert (first.gateway_transaction, first.amount) == ("15000001", Money(350_000))
    assert first.paid_at == datetime(2026, 9, 1, 8, 5, 12, tzinfo=VIETNAM)
    assert (first.beneficiary, first.payout) == ("KBNN-0021", "VP202609010001")
    assert second.fee == Money(1_100)
    assert third.kind is LineKind.REFUND


def test_columns_are_found_by_name_in_any_order():
    turned = [",".join(reversed(line.split(","))) for line in (HEADING, *LINES)]
    assert read(report(OPENING, *turned, CLOSING)) == read(WHOLE)


def test_a_byte_order_mark_and_windows_line_ends_are_tolerated():
    marked = b"\xef\xbb\xbf" + report(OPENING, HEADING, *LINES, CLOSING, end="\r\n")
    assert read(marked) == read(WHOLE)


def test_a_day_without_payments_is_a_report_too():
    empty = read(report(OPENING, HEADING, "TOTAL,0,0,0,COMPLETE"))
    assert (empty.lines, empty.total) == ((), Money(0))


def test_more_refunds_than_payments_give_a_total_below_zero():
    only = report(OPENING, HEADING, LINES[2], "TOTAL,1,-1000000,0,COMPLETE")
    assert read(only).total == Money(-10_000)


def test_a_report_cut_at_any_byte_is_refused():
    for end in ("\n", "\r\n"):
        whole = report(OPENING, HEADING, *LINES, CLOSING, end=end)
        for length in range(len(whole)):
            with pytest.raises(Untrusted):
                read(whole[:length])


def changed(*, line: int, column: int, value: str) -> bytes:
    values: list[str] = [*LINES[line].split(",")]
    values[column] = value
    lines: list[str] = [*LINES]
    lines[line] = ",".join(values)
    return report(OPENING, HEADING, *lines, CLOSING)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(report(OPENING, HEADING, *LINES, LINES[0], CLOSING), id="doubled line"),
        pytest.param(
            report(OPENING, HEADING, LINES[0], LINES[0], "TOTAL,2,70000000,0,COMPLETE"),
            id="doubled line with fitting totals",
        ),
        pytest.param(
            report(
                OPENING,
                HEADING,
                LINES[0],
                LINES[0].replace("15000001", "15000009"),
                "TOTAL,2,70000000,0,COMPLETE",
            ),
            id="one order paid twice",
        ),
        pytest.param(report(OPENING, HEADING, *LINES[:2], CLOSING), id="missing line"),
        pytest.param(report(OPENING, HEADING, *LINES), id="no closing line"),
        pytest.param(WHOLE.replace(b"TOTAL,3", b"TOTAL,4"), id="wrong count"),
        pytest.param(WHOLE.replace(b"34500000", b"34500100"), id="wrong total"),
        pytest.param(WHOLE.replace(b",110000,COMPLETE", b",0,COMPLETE"), id="wrong fees"),
        pytest.param(WHOLE.replace(b"34500000", b"34500050"), id="total not whole dong"),
        pytest.param(WHOLE.replace(b"COMPLETE", b"PARTIAL"), id="not complete"),
        pytest.param(WHOLE.replace(b"SAMPLE01", b"SAMPLE02"), id="another merchant"),
        pytest.param(WHOLE.replace(b"20260901,1", b"20260931,1"), id="no such day"),
        pytest.param(WHOLE.replace(b"20260901,1", b"20260901,0"), id="version 0"),
        pytest.param(WHOLE.replace(b"Payout", b"Payoff"), id="unknown column"),
        pytest.param(WHOLE.replace(b",Payout", b""), id="missing column"),
        pytest.param(WHOLE.replace(b",Payout", b",Payout,Payout"), id="doubled column"),
        pytest.param(WHOLE.replace(b"KBNN-0022", b"KBNN,0022"), id="comma in a value"),
        pytest.param(WHOLE.replace(b"P2,", b'"P2",'), id="quotes"),
        pytest.param(WHOLE.replace(b"P2,", "Đ2,".encode()), id="not ASCII"),
        pytest.param(WHOLE.replace(b"\n", b"\r\n", 2), id="mixed line ends"),
        pytest.param(
            WHOLE.replace(b"\n", b"\r\n").replace(b"\r\n", b"\n", 1), id="one other line end"
        ),
        pytest.param(WHOLE + b"\n", id="line after the end"),
        pytest.param(WHOLE + WHOLE, id="two reports"),
        pytest.param(WHOLE.decode().encode("utf-16"), id="UTF-16"),
        pytest.param(changed(line=0, column=3, value="35000001"), id="not whole dong"),
        pytest.param(changed(line=0, column=3, value="350.000"), id="thousands dot"),
        pytest.param(changed(line=0, column=3, value="-35000000"), id="negative amount"),
        pytest.param(changed(line=0, column=3, value="0"), id="nothing"),
        pytest.param(changed(line=1, column=4, value="500100"), id="fee above amount"),
        pytest.param(changed(line=0, column=2, value="04"), id="unknown kind"),
        pytest.param(changed(line=0, column=5, value="20260901250000"), id="no such hour"),
        pytest.param(changed(line=0, column=0, value=""), id="no reference"),
        pytest.param(changed(line=0, column=7, value=""), id="no payout"),
    ],
)
def test_a_report_with_one_fault_is_refused_whole(raw: bytes):
    with pytest.raises(Untrusted, match="refused whole"):
        read(raw)


def test_a_report_longer_than_any_is_not_even_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("gateways.vnpay_report.REPORT_BYTES_MAX", len(WHOLE) - 1)
    with pytest.raises(Untrusted, match="longer"):
        read(WHOLE)


@given(data=st.data())
def test_one_changed_digit_anywhere_never_changes_the_sums_unseen(data: st.DataObject):
    digits = [at for at, byte in enumerate(WHOLE) if 48 <= byte <= 57]
    at = data.draw(st.sampled_from(digits))
    digit = data.draw(st.sampled_from(b"0123456789"))
    try:
        found = read(WHOLE[:at] + bytes([digit]) + WHOLE[at + 1 :])
    except Untrusted:
        return
    assert (found.total, found.fee_total) == (Money(345_000), Money(1_100))
    assert [line.amount for line in found.lines] == [line.amount for line in read(WHOLE).lines]


@given(raw=st.binary(max_size=400))
def test_no_bytes_do_anything_but_be_refused(raw: bytes):
    with pytest.raises(Untrusted):
        read(raw)
