"""Closing days: files in, three sides matched, the day closed; by the schedule or by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import structlog

from api.far_side import Sandbox
from api.house import House
from api.inbox import Offered, receive_inbox
from gateways.transport import Limits, open_client
from ledger.audit_record import Act, Doer
from ledger.postgres import audit_rows, seal_rows
from ledger.postgres.days import closed_days, open_days
from ledger.postgres.transaction import OpenTx
from payments.vietnam_time import vietnam_date, vietnam_text
from reconciliation.close_day import DayBlocked, DayClosed, close_day
from reconciliation.match_day import DayMatch, match_day

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tried:
    """One day that was tried: the files that came, what was matched, and whether it closed."""

    offered: tuple[Offered, ...]
    matched: DayMatch
    outcome: DayClosed | DayBlocked


def close_due_days(open_tx: OpenTx, house: House) -> list[Tried]:
    """Close every day that is over, oldest first, and stop at the first that cannot close yet."""
    tried = close_open_days(
        open_tx, house, is_wanted=lambda day: house.calendar.is_over(day, now=house.clock())
    )
    for one in tried:
        is_closed = isinstance(one.outcome, DayClosed)
        _log.info("day.tried", day=str(one.outcome.business_date), closed=is_closed)
    return tried


def close_open_days(
    open_tx: OpenTx,
    house: House,
    *,
    is_wanted: Callable[[date], bool],
    early: bool = False,
    by: Doer | None = None,
) -> list[Tried]:
    """Try the wanted days with movements, oldest first, up to the first that cannot close.

    `early` closes a day before it is over, which only the sandbox does. In the sandbox the far
    sides are asked for the day's files first. `by` is who wants it, None for the schedule.
    """
    tried: list[Tried] = []
    for day in _open_days(open_tx):
        if not is_wanted(day):
            continue
        if house.settings.far_side_url is not None:
            with open_client(Limits()) as client:
                sandbox = Sandbox(client, house.settings.far_side_url)
                sandbox.send_files(day, now=house.clock())
        tried.append(_try(open_tx, house, day, early=early, by=by))
        if isinstance(tried[-1].outcome, DayBlocked):
            break
    return tried


def why_not_tried(open_tx: OpenTx, house: House, day: date) -> str:
    """Return why a day was left alone: it is closed already, has not come, or nothing moved."""
    with open_tx() as tx:
        closed = [one for one in closed_days(tx, since=day) if one.business_date == day]
        seal = seal_rows.seal_of(tx, day)
    if closed:
        sealed = "not sealed" if seal is None else f"sealed as number {seal.day.sequence}"
        return f"{day} was closed at {vietnam_text(closed[0].closed_at)}, {sealed}"
    if day > vietnam_date(house.clock()):
        return f"{day} has not come yet, nothing to close"
    return f"{day} has no movements, nothing to close"


def _open_days(open_tx: OpenTx) -> list[date]:
    with open_tx() as tx:
        return open_days(tx)


def _try(open_tx: OpenTx, house: House, day: date, *, early: bool, by: Doer | None) -> Tried:
    offered = receive_inbox(open_tx, house)
    with open_tx() as tx:
        matched = match_day(
            tx,
            day,
            calendar=house.calendar,
            signer=house.signer,
            rates=house.rates,
            now=house.clock(),
        )
        if by is not None:
            audit_rows.record(tx, by.did(Act.MATCH_DAY, to=f"day:{day.isoformat()}"))
    outcome = close_day(
        open_tx, day, calendar=house.calendar, now=house.clock(), early=early, by=by
    )
    return Tried(tuple(offered), matched, outcome)
