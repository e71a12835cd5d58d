"""VNPAY's settlement report: a file read whole, or refused whole.

VNPAY's real layout is part of a signed contract and private. This one is agreed here and kept as
data (`COLUMNS`, and the two framing lines), so that the contract's layout replaces a table:

    REPORT,<merchant>,<business date yyyymmdd>,<version>
    TxnRef,TransactionNo,TransactionType,Amount,Fee,PayDate,Beneficiary,Payout
    <one line per payment or refund, columns in the order of the heading>
    TOTAL,<lines>,<payments minus refunds>,<fees>,COMPLETE

Amounts are dong times one hundred; ASCII; no quotes; every line ends, the last one too.
"""

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from gateways.contract import LineKind, SettlementLine, SettlementReport
from gateways.errors import Untrusted
from gateways.vnpay_messages import read_amount, read_time
from ledger.money import Money, total

REPORT_BYTES_MAX: Final = 256_000_000

COLUMNS: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "TxnRef": re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"),
        "TransactionNo": re.compile(r"[A-Za-z0-9]{1,20}"),
        "TransactionType": re.compile(r"01|02|03"),
        "Amount": re.compile(r"[0-9]{1,14}"),
        "Fee": re.compile(r"[0-9]{1,14}"),
        "PayDate": re.compile(r"[0-9]{14}"),
        "Beneficiary": re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}"),
        "Payout": re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,15}"),
    }
)
"""Each column by the name in the heading, and what a value looks like."""

_OPENING: Final = re.compile(
    r"REPORT,([A-Za-z0-9]{8}),([0-9]{4})([0-9]{2})([0-9]{2}),([1-9][0-9]{0,3})"
)
_CLOSING: Final = re.compile(r"TOTAL,([0-9]{1,9}),(-?)([0-9]{1,18}),([0-9]{1,18}),COMPLETE")
_KINDS: Final[Mapping[str, LineKind]] = MappingProxyType(
    {
        "01": LineKind.PAYMENT,
        "02": LineKind.REFUND,
        "03": LineKind.REFUND,
    }
)
_LINES_BEFORE: Final = 2


def read_settlement(raw: bytes, *, gateway: str, merchant: str) -> SettlementReport:
    """Return the report; its total is payments minus refunds.

    Raises:
        Untrusted: cut short, out of balance, doubled lines, another merchant's, or another format.
    """
    try:
        return _read(raw, gateway=gateway, merchant=merchant)
    except (ValueError, ArithmeticError) as problem:
        raise Untrusted(f"settlement report refused whole: {problem}") from problem


def _read(raw: bytes, *, gateway: str, merchant: str) -> SettlementReport:
    rows = _rows(raw)
    if len(rows) < _LINES_BEFORE + 1:
        raise ValueError("it lacks its opening, heading or closing line")
    opening = _OPENING.fullmatch(rows[0])
    if opening is None:
        raise ValueError("line 1 does not open a report")
    owner, year, month, day, version = opening.groups()
    if owner != merchant:
        raise ValueError("it is another merchant's")
    heading = rows[1].split(",")
    if sorted(heading) != sorted(COLUMNS):
        raise ValueError("line 2 does not name the columns agreed")
    closing = _CLOSING.fullmatch(rows[-1])
    if closing is None:
        raise ValueError("the closing line is missing or cut")
    lines = tuple(
        _line(row, heading=heading, line_number=number)
        for number, row in enumerate(rows[_LINES_BEFORE:-1], start=_LINES_BEFORE + 1)
    )
    _refuse_doubled(lines)
    count, sign, stated, stated_fees = closing.groups()
    if int(count) != len(lines):
        raise ValueError(f"it closes with {count} lines and holds {len(lines)}")
    amount = total(line.amount if line.kind is LineKind.PAYMENT else -line.amount for line in lines)
    fees = total(line.fee for line in lines)
    if amount != _signed_amount(sign, stated) or fees != _signed_amount("", stated_fees):
        raise ValueError("its totals are not the sum of its lines")
    return SettlementReport(
        gateway=gateway,
        business_date=date(int(year), int(month), int(day)),
        version=int(version),
        lines=lines,
        total=amount,
        fee_total=fees,
    )


def _rows(raw: bytes) -> list[str]:
    """Return the lines; a byte-order mark and either kind of line end are tolerated, not a mix."""
    if len(raw) > REPORT_BYTES_MAX:
        raise ValueError("it is longer than any report we accept")
    text = raw.removeprefix(b"\xef\xbb\xbf").decode("ascii")
    end = "\r\n" if "\r" in text else "\n"
    if not text.endswith(end):
        raise ValueError("the last line does not end")
    rows = text.removesuffix(end).split(end)
    if any("\r" in row or "\n" in row for row in rows):
        raise ValueError("two kinds of line ends are mixed")
    return rows


def _line(row: str, *, heading: list[str], line_number: int) -> SettlementLine:
    values = row.split(",")
    if len(values) != len(heading):
        raise ValueError(f"line {line_number} has {len(values)} columns, not {len(heading)}")
    by_name = dict(zip(heading, values, strict=True))
    for name, shape in COLUMNS.items():
        if not shape.fullmatch(by_name[name]):
            raise ValueError(f"line {line_number}: {name} is not what the column holds")
    amount = read_amount(by_name["Amount"])
    fee = read_amount(by_name["Fee"])
    if not amount.is_positive or fee > amount:
        raise ValueError(f"line {line_number}: nothing is left to pass on")
    return SettlementLine(
        line_number=line_number,
        kind=_KINDS[by_name["TransactionType"]],
        reference=by_name["TxnRef"],
        gateway_transaction=by_name["TransactionNo"],
        amount=amount,
        fee=fee,
        paid_at=read_time(by_name["PayDate"]),
        beneficiary=by_name["Beneficiary"],
        payout=by_name["Payout"],
    )


def _refuse_doubled(lines: tuple[SettlementLine, ...]) -> None:
    numbers: set[str] = set()
    paid: set[str] = set()
    for line in lines:
        is_payment = line.kind is LineKind.PAYMENT
        if line.gateway_transaction in numbers or (is_payment and line.reference in paid):
            raise ValueError(f"line {line.line_number} repeats an earlier line")
        numbers.add(line.gateway_transaction)
        if is_payment:
            paid.add(line.reference)


def _signed_amount(sign: str, digits: str) -> Money:
    whole, hundredths = divmod(int(digits), 100)
    if hundredths:
        raise ValueError("a total is not whole dong")
    return Money(-whole if sign else whole)
