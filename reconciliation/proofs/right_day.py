"""I12: every sum stands on the business day it was taken on, or the first one open after."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from ledger.postgres.transaction import Tx
from payments.business_calendar import BusinessCalendar
from reconciliation.errors import YearMissing
from reconciliation.postgres import proof_day_rows
from reconciliation.postgres.proof_day_rows import Closing, Dated
from reconciliation.proofs.contract import Means, Outcome, Proof
from reconciliation.proofs.findings import Findings, counted


def right_day(tx: Tx, means: Means) -> Outcome:
    """Say that days follow from when money was taken, and that nothing entered a closed one."""
    findings = Findings()
    late = proof_day_rows.into_closed_days(tx)
    findings.add_some(late.names, total=late.total)
    closings = proof_day_rows.closings(tx)
    read = 0
    for each in proof_day_rows.dated(tx):
        read += 1
        wrong = _wrong(each, closings, means.calendar)
        if wrong:
            findings.add(f"entry {each.entry_key}, taken {each.paid_at.isoformat()}: {wrong}")
    return findings.outcome(looked_at=counted(read, one="sum", many="sums"))


def _wrong(dated: Dated, closings: Sequence[Closing], calendar: BusinessCalendar) -> str:
    """Return what is wrong with the day of a sum, '' when it is the right one."""
    if dated.booked_on != dated.business_date:
        return f"of {dated.business_date.isoformat()}, in the book on {dated.booked_on.isoformat()}"
    through = _closed_through(closings, dated.recorded_at)
    try:
        day = calendar.assign(dated.gateway, dated.paid_at)
        while through is not None and day <= through:
            day = calendar.after(day)
    except YearMissing as missing:
        return str(missing)
    if day != dated.business_date:
        return f"belongs to {day.isoformat()}, stands on {dated.business_date.isoformat()}"
    return ""


def _closed_through(closings: Sequence[Closing], instant: datetime) -> date | None:
    """Return the last day that was closed by then; days close in order."""
    before = bisect_left(closings, instant, key=lambda closing: closing.recorded_at)
    return closings[before - 1].business_date if before else None


PROOF: Final = Proof("I12", "every sum is on its right day", right_day)
