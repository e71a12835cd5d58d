"""VNPAY's report of a business day, and what it pays out to each beneficiary."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from gateways.simulators.clock import digits
from gateways.simulators.store import Row, Store, Tx


@dataclass(frozen=True, slots=True)
class Window:
    """Which payments a report takes: from (included) until (excluded), for a business date."""

    business_date: date
    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Payout:
    """What one beneficiary gets for one report: gross minus fees."""

    payout: str
    beneficiary: str
    amount_vnd: int
    count: int
    business_date: date


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it is written, and the payouts it is the first to name."""

    name: str
    content: str
    version: int
    count: int
    payouts: tuple[Payout, ...]


def settle(
    store: Store, *, merchant: str, window: Window, fee_vnd: int, leave_out: frozenset[str]
) -> Report:
    """Return the day's report with all paid orders of the window that no report holds yet.

    Asked again it is the same report; with further payments it is the whole day again under the
    next version, the new payments under new payouts. Orders in `leave_out` wait for another day.
    """
    day = window.business_date
    with store.change() as tx:
        earlier = tx.execute(
            "SELECT version, content FROM vnpay_report WHERE business_date = ?", (day.isoformat(),)
        ).fetchone()
        fresh = [
            row
            for row in tx.execute(
                """SELECT * FROM vnpay_order WHERE report_date IS NULL AND transaction_status = '00'
                   AND effective_at_ms >= ? AND effective_at_ms < ? ORDER BY order_id""",
                (window.from_ms, window.until_ms),
            )
            if row["txn_ref"] not in leave_out
        ]
        version = int(earlier["version"]) if earlier else 0
        if earlier and not fresh:
            return _report(tx, day, version, str(earlier["content"]), ())
        payouts = _pay_out(tx, day, fresh, fee_vnd)
        content = _content(tx, merchant=merchant, day=day, version=version + 1)
        tx.execute(
            """INSERT OR REPLACE INTO vnpay_report (business_date, version, content)
               VALUES (?, ?, ?)""",
            (day.isoformat(), version + 1, content),
        )
        return _report(tx, day, version + 1, content, payouts)


def _report(tx: Tx, day: date, version: int, content: str, payouts: tuple[Payout, ...]) -> Report:
    count = tx.execute(
        "SELECT count(*) FROM vnpay_order WHERE report_date = ?", (day.isoformat(),)
    ).fetchone()[0]
    return Report(f"vnpay-{day:%Y%m%d}-v{version}.csv", content, version, int(count), payouts)


def _pay_out(tx: Tx, day: date, fresh: list[Row], fee_vnd: int) -> tuple[Payout, ...]:
    """Write into each order which report and payout it is part of."""
    by_beneficiary: defaultdict[str, list[Row]] = defaultdict(list)
    for row in fresh:
        by_beneficiary[str(row["beneficiary"])].append(row)
    named = tx.execute(
        "SELECT count(DISTINCT payout) FROM vnpay_order WHERE report_date = ?", (day.isoformat(),)
    ).fetchone()[0]
    payouts: list[Payout] = []
    for number, (beneficiary, rows) in enumerate(sorted(by_beneficiary.items()), int(named) + 1):
        payout = f"VP{day:%Y%m%d}{number:04d}"
        tx.executemany(
            "UPDATE vnpay_order SET report_date = ?, payout = ?, fee_vnd = ? WHERE order_id = ?",
            [(day.isoformat(), payout, fee_vnd, row["order_id"]) for row in rows],
        )
        amount_vnd = sum(int(row["taken_vnd"]) - fee_vnd for row in rows)
        payouts.append(Payout(payout, beneficiary, amount_vnd, len(rows), day))
    return tuple(payouts)


def _content(tx: Tx, *, merchant: str, day: date, version: int) -> str:
    rows = tx.execute(
        "SELECT * FROM vnpay_order WHERE report_date = ? ORDER BY effective_at_ms, order_id",
        (day.isoformat(),),
    ).fetchall()
    amounts = [int(row["taken_vnd"]) * 100 for row in rows]
    fees = [int(row["fee_vnd"]) * 100 for row in rows]
    lines = [
        f"REPORT,{merchant},{day:%Y%m%d},{version}",
        "TxnRef,TransactionNo,TransactionType,Amount,Fee,PayDate,Beneficiary,Payout",
    ]
    for row, amount, fee in zip(rows, amounts, fees, strict=True):
        words = (
            row["txn_ref"],
            str(row["transaction_no"]),
            "01",
            str(amount),
            str(fee),
            digits(int(row["effective_at_ms"])),
            row["beneficiary"],
            row["payout"],
        )
        lines.append(",".join(words))
    lines.append(f"TOTAL,{len(rows)},{sum(amounts)},{sum(fees)},COMPLETE")
    return "\n".join(lines) + "\n"
