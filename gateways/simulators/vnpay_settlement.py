"""VNPAY's report of a business day, and what it pays out to each beneficiary."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Final

from gateways.simulators.clock import digits
from gateways.simulators.store import Row, Store, Tx
from gateways.simulators.vnpay_questions import FIRST_REFUND_NUMBER


@dataclass(frozen=True, slots=True)
class Window:
    """Which payments a report takes: from (included) until (excluded), for a business date."""

    business_date: date
    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Payout:
    """What one beneficiary gets for one report: gross minus fees and refunds, perhaps nothing.

    `count` is of the lines it is the sum of.
    """

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
    Done refunds are kept from a beneficiary's new payout as far as it reaches, the oldest first;
    the others wait for its next.
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
        payouts = _pay_out(tx, window, fresh, fee_vnd)
        content = _content(tx, merchant=merchant, day=day, version=version + 1)
        tx.execute(
            """INSERT OR REPLACE INTO vnpay_report (business_date, version, content)
               VALUES (?, ?, ?)""",
            (day.isoformat(), version + 1, content),
        )
        return _report(tx, day, version + 1, content, payouts)


def _report(tx: Tx, day: date, version: int, content: str, payouts: tuple[Payout, ...]) -> Report:
    count = tx.execute(
        """SELECT (SELECT count(*) FROM vnpay_order WHERE report_date = :day)
                + (SELECT count(*) FROM vnpay_refund_line WHERE report_date = :day)""",
        {"day": day.isoformat()},
    ).fetchone()[0]
    return Report(f"vnpay-{day:%Y%m%d}-v{version}.csv", content, version, int(count), payouts)


def _pay_out(tx: Tx, window: Window, fresh: list[Row], fee_vnd: int) -> tuple[Payout, ...]:
    """Write into each order and refund which report and payout it is part of."""
    day = window.business_date
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
        gross_vnd = sum(int(row["taken_vnd"]) - fee_vnd for row in rows)
        kept = _kept(tx, beneficiary, until_ms=window.until_ms, vnd_max=gross_vnd)
        tx.executemany(
            "INSERT INTO vnpay_refund_line (refund_id, report_date, payout) VALUES (?, ?, ?)",
            [(row["refund_id"], day.isoformat(), payout) for row in kept],
        )
        amount_vnd = gross_vnd - sum(int(row["amount_vnd"]) for row in kept)
        payouts.append(Payout(payout, beneficiary, amount_vnd, len(rows) + len(kept), day))
    return tuple(payouts)


def _kept(tx: Tx, beneficiary: str, *, until_ms: int, vnd_max: int) -> list[Row]:
    """Return refunds that no report holds yet and that come to no more than so much."""
    done = tx.execute(
        """SELECT r.refund_id, r.amount_vnd FROM vnpay_refund r
             JOIN vnpay_order o ON o.txn_ref = r.txn_ref
            WHERE o.beneficiary = ? AND o.report_date IS NOT NULL AND r.done_at_ms < ?
              AND r.refund_id NOT IN (SELECT refund_id FROM vnpay_refund_line)
            ORDER BY r.refund_id""",
        (beneficiary, until_ms),
    ).fetchall()
    kept: list[Row] = []
    for row in done:
        if int(row["amount_vnd"]) <= vnd_max:
            kept.append(row)
            vnd_max -= int(row["amount_vnd"])
    return kept


def _content(tx: Tx, *, merchant: str, day: date, version: int) -> str:
    """Return the text of a report: its payments, then its refunds, then what they come to."""
    lines = [
        f"REPORT,{merchant},{day:%Y%m%d},{version}",
        "TxnRef,TransactionNo,TransactionType,Amount,Fee,PayDate,Beneficiary,Payout",
    ]
    amounts, fees = 0, 0
    for row in tx.execute(_LINES, {"day": day.isoformat(), "first": FIRST_REFUND_NUMBER}):
        amount, fee = int(row["amount_vnd"]) * 100, int(row["fee_vnd"]) * 100
        amounts += amount if row["kind"] == "01" else -amount
        fees += fee
        words = (
            *(row["txn_ref"], str(row["number"]), row["kind"], str(amount), str(fee)),
            *(digits(int(row["at_ms"])), row["beneficiary"], row["payout"]),
        )
        lines.append(",".join(words))
    lines.append(f"TOTAL,{len(lines) - 2},{amounts},{fees},COMPLETE")
    return "\n".join(lines) + "\n"


_LINES: Final = """
    SELECT txn_ref, transaction_no AS number, '01' AS kind, taken_vnd AS amount_vnd, fee_vnd,
           effective_at_ms AS at_ms, beneficiary, payout
      FROM vnpay_order WHERE report_date = :day
     UNION ALL
    SELECT o.txn_ref, :first + r.refund_id, r.kind, r.amount_vnd, 0,
           r.done_at_ms, o.beneficiary, l.payout
      FROM vnpay_refund_line l
      JOIN vnpay_refund r ON r.refund_id = l.refund_id
      JOIN vnpay_order o ON o.txn_ref = r.txn_ref
     WHERE l.report_date = :day
     ORDER BY kind, at_ms, number
"""
