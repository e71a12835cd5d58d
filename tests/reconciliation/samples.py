"""Reports and statements as sources send them, made for tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from gateways.contract import SettlementReport
from gateways.vnpay_report import read_settlement
from reconciliation.business_day import VIETNAM
from reconciliation.file import Source, SourceKind

MERCHANT = "DVCTEST1"
VNPAY = Source("vnpay", SourceKind.GATEWAY_REPORT, "vnpay")
TREASURY = Source("treasury", SourceKind.BENEFICIARY_STATEMENT, "treasury")
DAY = date(2026, 11, 23)
NEXT_DAY = date(2026, 11, 25)
EVENING = datetime(2026, 11, 23, 18, 0, tzinfo=VIETNAM)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a report; a refund has the other sign in its total."""

    reference: str
    transaction: str
    amount_vnd: int
    fee_vnd: int = 0
    payout: str = "VP1"
    beneficiary: str = "KB1"
    is_refund: bool = False
    paid_at: datetime = datetime(2026, 11, 23, 10, 0, tzinfo=VIETNAM)


def report(lines: Sequence[Line], *, day: date = DAY, version: int = 1) -> bytes:
    """Return a VNPAY report in its own bytes."""
    rows = [
        f"REPORT,{MERCHANT},{day:%Y%m%d},{version}",
        "TxnRef,TransactionNo,TransactionType,Amount,Fee,PayDate,Beneficiary,Payout",
    ]
    for line in lines:
        words = (
            line.reference,
            line.transaction,
            "03" if line.is_refund else "01",
            f"{line.amount_vnd}00",
            f"{line.fee_vnd}00",
            f"{line.paid_at.astimezone(VIETNAM):%Y%m%d%H%M%S}",
            line.beneficiary,
            line.payout,
        )
        rows.append(",".join(words))
    amount = sum(-line.amount_vnd if line.is_refund else line.amount_vnd for line in lines)
    fees = sum(line.fee_vnd for line in lines)
    rows.append(f"TOTAL,{len(lines)},{amount * 100},{fees * 100},COMPLETE")
    return "".join(f"{row}\n" for row in rows).encode("ascii")


def read_report(raw: bytes) -> SettlementReport:
    """Read a report the way the gateway's adapter does."""
    return read_settlement(raw, gateway="vnpay", merchant=MERCHANT)


def statement(
    credits_: Sequence[tuple[str, int]],
    *,
    account: str = "7111.1",
    opening: int = 0,
    day: date = DAY,
    number: int = 1,
) -> bytes:
    """Return one account's MT940 statement; a sum below zero is a debit."""
    lines = [
        f":20:KB{day:%y%m%d}{number:03d}",
        f":25:{account}",
        f":28C:{number}/1",
        f":60F:{_balance(day, opening)}",
    ]
    for at, (payout, amount) in enumerate(credits_, start=1):
        mark = "C" if amount > 0 else "D"
        lines += [
            f":61:{day:%y%m%d}{day:%m%d}{mark}{abs(amount)},NTRF{payout}//KB{at:08d}",
            f":86:{payout}",
        ]
    closing = opening + sum(amount for _, amount in credits_)
    lines += [f":62F:{_balance(day, closing)}", "-"]
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _balance(day: date, amount: int) -> str:
    return f"{'C' if amount >= 0 else 'D'}{day:%y%m%d}VND{abs(amount)},"
