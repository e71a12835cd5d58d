"""Close a business day for ever, or say everything that stands in its way."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from ledger.audit_record import Act, Doer
from ledger.errors import DayOutOfOrder
from ledger.money import ZERO
from ledger.postgres import audit_rows, days
from ledger.postgres.balances import uncleared
from ledger.postgres.transaction import OpenTx, Tx
from reconciliation.business_day import BusinessCalendar
from reconciliation.day_report import DayReport, Taken, bytes_of, figures_of, report_of
from reconciliation.matching import CAPTURED
from reconciliation.postgres import break_rows, day_rows, job_rows, match_rows
from reconciliation.postgres.day_rows import KeptDay
from reconciliation.report_day import report_day

JOB: Final = "close_day"


class Obstacle(enum.StrEnum):
    """What keeps a day open."""

    NOT_OVER = "not_over"
    EARLIER_DAY_OPEN = "earlier_day_open"
    FILE_MISSING = "file_missing"
    FILE_QUARANTINED = "file_quarantined"
    FILE_UNMATCHED = "file_unmatched"
    STATEMENT_MISSING = "statement_missing"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Reason:
    """One obstacle: whose or where, and in words for staff."""

    obstacle: Obstacle
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class DayBlocked:
    """The day stays open; nothing was written."""

    business_date: date
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class DayClosed:
    """The day is closed, now (`is_new`) or before; `sha256` is that of the report's bytes."""

    business_date: date
    is_new: bool
    report: DayReport
    sha256: bytes


class _Blocked(Exception):
    """Undoes the close that was tried."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__("; ".join(reason.text for reason in reasons))
        self.reasons = tuple(reasons)


def close_day(
    open_tx: OpenTx,
    business_date: date,
    *,
    calendar: BusinessCalendar,
    now: datetime,
    early: bool = False,
    by: Doer | None = None,
) -> DayClosed | DayBlocked:
    """Close a day whose sides agree but for named differences; closing it again changes nothing.

    `early` leaves out the question whether the day is over; only a sandbox asks for that. `by` is
    the person who closes it, None for the schedule.

    Raises:
        NotABusinessDay: the date is a rest day.
        YearMissing: the calendar does not hold the year.
    """
    is_over = calendar.is_over(business_date, now=now)
    try:
        with open_tx() as tx:
            match_rows.lock_matching(tx)
            kept = day_rows.day_of(tx, business_date)
            if kept is not None:
                return _closed(kept, is_new=False)
            taken = day_rows.taken_on(tx, business_date)
            reasons = [] if is_over or early else [_not_over(business_date)]
            reasons += _without_files(tx, business_date, taken)
            if reasons:
                return DayBlocked(business_date, tuple(reasons))
            closed = _close(tx, business_date, taken, calendar=calendar, now=now)
            if by is not None:
                action = Act.CLOSE_DAY if is_over else Act.CLOSE_DAY_EARLY
                audit_rows.record(tx, by.did(action, to=f"day:{business_date.isoformat()}"))
            return closed
    except _Blocked as blocked:
        return DayBlocked(business_date, blocked.reasons)
    except DayOutOfOrder as first:
        return DayBlocked(business_date, (_out_of_order(first.business_date),))


def _close(
    tx: Tx, day: date, taken: tuple[Taken, ...], *, calendar: BusinessCalendar, now: datetime
) -> DayClosed:
    """Close the book first, so that nobody posts into the day while it is looked at."""
    days.close_day(tx, day, now=now)
    standing = {(each.account, each.batch): each.net for each in uncleared(tx, until=day)}
    explained = break_rows.explained(tx, as_of=day)
    unexplained = {
        place: standing.get(place, ZERO) - explained.get(place, ZERO)
        for place in standing.keys() | explained.keys()
    }
    reasons = [
        Reason(
            Obstacle.UNEXPLAINED,
            subject=f"{account.code} {batch}",
            text=f"{amount.vnd} dong of {batch} stand in {account.code} without a break",
        )
        for (account, batch), amount in sorted(unexplained.items())
        if amount != ZERO
    ]
    if reasons:
        raise _Blocked(reasons)
    report = report_day(tx, day, taken=taken, calendar=calendar, now=now)
    figures = figures_of(report)
    kept = day_rows.keep_day(tx, day, figures=figures, report=bytes_of(figures), now=now)
    is_first = job_rows.mark_done(tx, JOB, day, result={"sha256": kept.sha256.hex()}, now=now)
    assert is_first, "the day's own row is the first to say that it is closed"
    return _closed(kept, is_new=True)


def _closed(kept: KeptDay, *, is_new: bool) -> DayClosed:
    return DayClosed(kept.business_date, is_new, report_of(kept.figures), kept.sha256)


def _without_files(tx: Tx, day: date, taken: Sequence[Taken]) -> list[Reason]:
    """Return what is missing: each gateway's report, each account's statement, or their match."""
    reasons: list[Reason] = []
    gateways = sorted({one.gateway for one in taken})
    for gateway in day_rows.unreported(tx, day, gateways=gateways):
        text = f"no report of {gateway} for {day.isoformat()} is accepted"
        reasons.append(Reason(Obstacle.FILE_MISSING, subject=gateway, text=text))
        reasons += _quarantined(tx, gateway)
    owed = sorted({one.beneficiary for one in taken if one.movement == CAPTURED})
    unstated = day_rows.unstated(tx, day, owed=owed)
    for one in unstated:
        text = f"no statement of account {one.account} reaches {day.isoformat()}"
        reasons.append(Reason(Obstacle.STATEMENT_MISSING, subject=one.beneficiary, text=text))
    for source in sorted({one.source for one in unstated}):
        reasons += _quarantined(tx, source)
    reasons += [
        Reason(Obstacle.FILE_UNMATCHED, subject=source, text=f"{name} is not matched yet")
        for source, name in day_rows.unmatched_files(tx, day)
    ]
    return reasons


def _quarantined(tx: Tx, party: str) -> list[Reason]:
    return [
        Reason(Obstacle.FILE_QUARANTINED, subject=name, text=f"{name} is not believed: {why}")
        for name, why in day_rows.quarantined(tx, party=party)
    ]


def _not_over(day: date) -> Reason:
    return Reason(
        Obstacle.NOT_OVER,
        subject=day.isoformat(),
        text=f"{day.isoformat()} is not over: gateways still take money for it",
    )


def _out_of_order(first: date) -> Reason:
    return Reason(
        Obstacle.EARLIER_DAY_OPEN,
        subject=first.isoformat(),
        text=f"{first.isoformat()} comes first: it has entries and is open, or was passed over",
    )
