"""Every try to tell an authority, and what became of each of its events."""

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, and_, func, or_, select

from ledger.postgres.transaction import Tx
from payments.postgres.tables import delivery, obligation, outbox

ERROR_MAX: Final = 500

_ADD: Final = """
INSERT INTO payments.delivery (
    outbox_id, subscriber, at, is_taken, status, error, duration_ms
)
SELECT outbox.outbox_id, outbox.subscriber, try.at, try.is_taken, try.status, try.error,
    try.duration_ms
FROM unnest(
    %(events)s::text[], %(instants)s::timestamptz[], %(taken)s::boolean[], %(statuses)s::integer[],
    %(errors)s::text[], %(durations)s::integer[]
) WITH ORDINALITY AS try (event_id, at, is_taken, status, error, duration_ms, place)
JOIN payments.outbox ON outbox.event_id = try.event_id
ORDER BY try.place
"""

# The first try that failed since one was taken in, or since the authority was said to be back.
_FAILING_SINCE: Final = """
SELECT delivery.at, latest.error
FROM payments.delivery
CROSS JOIN LATERAL (
    SELECT last.error FROM payments.delivery AS last
    WHERE last.subscriber = %(subscriber)s
    ORDER BY last.delivery_id DESC
    LIMIT 1
) AS latest
WHERE delivery.subscriber = %(subscriber)s AND NOT delivery.is_taken
    AND delivery.delivery_id > COALESCE((
        SELECT max(taken.delivery_id) FROM payments.delivery AS taken
        WHERE taken.subscriber = %(subscriber)s AND taken.is_taken
    ), 0)
    AND delivery.at >= COALESCE((
        SELECT outage.said_at FROM payments.outage
        WHERE outage.provider = %(subscriber)s AND NOT outage.is_down
        ORDER BY outage.outage_id DESC
        LIMIT 1
    ), '-infinity')
ORDER BY delivery.delivery_id
LIMIT 1
"""


class DeliveryState(enum.StrEnum):
    """Where an event stands."""

    DELIVERED = "delivered"
    WAITING = "waiting"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class Try:
    """One try to tell an event; `status` is that of the answer, None when there was none."""

    at: datetime
    is_taken: bool
    status: int | None
    error: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """One event and how far its telling has come.

    `delivered_at` is when it was first taken in; `next_at` when it is told next, the first time or
    again; `attempts` counts tries since it was last asked for.
    """

    outbox_id: int
    event_id: str
    subscriber: str
    type: str
    kind: str
    number: str
    sequence: int
    created_at: datetime
    state: DeliveryState
    delivered_at: datetime | None
    parked_at: datetime | None
    next_at: datetime | None
    attempts: int
    last_error: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to list; None asks for all. `before` is the last event of the page read before."""

    subscribers: Collection[str] | None = None
    state: DeliveryState | None = None
    number: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: tuple[datetime, int] | None = None


@dataclass(frozen=True, slots=True)
class Undelivered:
    """What one subscriber has not been told, or only in vain, and since when the oldest waits."""

    subscriber: str
    waiting: int
    parked: int
    oldest: datetime


def keep_tries(tx: Tx, tries: Sequence[tuple[str, Try]]) -> None:
    """Keep tries, each with the id of its event."""
    if not tries:
        return
    tx.exec_driver_sql(
        _ADD,
        {
            "events": [event_id for event_id, _ in tries],
            "instants": [each.at for _, each in tries],
            "taken": [each.is_taken for _, each in tries],
            "statuses": [each.status for _, each in tries],
            "errors": [each.error[:ERROR_MAX] for _, each in tries],
            "durations": [each.duration_ms for _, each in tries],
        },
    )


def failing_since(tx: Tx, subscriber: str) -> tuple[datetime, str] | None:
    """Return since when all tries failed and the latest reason, None when the last one did not."""
    row = tx.exec_driver_sql(_FAILING_SINCE, {"subscriber": subscriber}).one_or_none()
    return None if row is None else (row.at, str(row.error))


def newest_told(tx: Tx, wanted: Wanted, *, limit_max: int) -> list[ToldEvent]:
    """Return events, newest first."""
    query = (
        _listing()
        .where(*_conditions(wanted))
        .order_by(outbox.c.created_at.desc(), outbox.c.outbox_id.desc())
        .limit(limit_max)
    )
    return [_told(row) for row in tx.execute(query)]


def undelivered(tx: Tx, *, limit_max: int) -> list[Undelivered]:
    """Return what waits and what was given up on by subscriber, in the order of their codes."""
    query = (
        select(
            outbox.c.subscriber,
            func.count(outbox.c.next_at).label("waiting"),
            func.count(outbox.c.parked_at).label("parked"),
            func.min(outbox.c.created_at).label("oldest"),
        )
        .where(outbox.c.delivered_at.is_(None))
        .group_by(outbox.c.subscriber)
        .order_by(outbox.c.subscriber)
        .limit(limit_max)
    )
    return [
        Undelivered(str(row.subscriber), int(row.waiting), int(row.parked), row.oldest)
        for row in tx.execute(query)
    ]


def one_told(tx: Tx, *, event_id: str, subscribers: Collection[str] | None) -> ToldEvent | None:
    """Return one event, None when it is not there or for another subscriber."""
    query = _listing().where(outbox.c.event_id == event_id)
    if subscribers is not None:
        query = query.where(outbox.c.subscriber.in_(subscribers))
    row = tx.execute(query).one_or_none()
    return None if row is None else _told(row)


def tries_of(tx: Tx, outbox_id: int, *, limit_max: int) -> list[Try]:
    """Return the tries to tell one event, newest first."""
    query = (
        select(delivery)
        .where(delivery.c.outbox_id == outbox_id)
        .order_by(delivery.c.delivery_id.desc())
        .limit(limit_max)
    )
    return [
        Try(
            at=row.at,
            is_taken=bool(row.is_taken),
            status=None if row.status is None else int(row.status),
            error=str(row.error),
            duration_ms=int(row.duration_ms),
        )
        for row in tx.execute(query)
    ]


def _listing() -> Select[Any]:
    return select(outbox, obligation.c.kind, obligation.c.number_shown).join(
        obligation, obligation.c.obligation_id == outbox.c.obligation_id
    )


def _conditions(wanted: Wanted) -> list[Any]:
    found: list[Any] = []
    if wanted.subscribers is not None:
        found.append(outbox.c.subscriber.in_(wanted.subscribers))
    if wanted.state is DeliveryState.DELIVERED:
        found.append(outbox.c.delivered_at.is_not(None))
    if wanted.state is DeliveryState.WAITING:
        found.append(
            or_(
                and_(outbox.c.delivered_at.is_(None), outbox.c.next_at.is_not(None)),
                outbox.c.again_at.is_not(None),
            )
        )
    if wanted.state is DeliveryState.PARKED:
        found.append(and_(outbox.c.delivered_at.is_(None), outbox.c.parked_at.is_not(None)))
    if wanted.number is not None:
        found.append(obligation.c.number == wanted.number)
    if wanted.since is not None:
        found.append(outbox.c.created_at >= wanted.since)
    if wanted.until is not None:
        found.append(outbox.c.created_at < wanted.until)
    if wanted.before is not None:
        at, outbox_id = wanted.before
        found.append(
            or_(
                outbox.c.created_at < at,
                and_(outbox.c.created_at == at, outbox.c.outbox_id < outbox_id),
            )
        )
    return found


def _told(row: Row[Any]) -> ToldEvent:
    if row.parked_at is not None:
        state = DeliveryState.PARKED
    elif row.next_at is not None or row.again_at is not None:
        state = DeliveryState.WAITING
    else:
        state = DeliveryState.DELIVERED
    return ToldEvent(
        outbox_id=int(row.outbox_id),
        event_id=str(row.event_id),
        subscriber=str(row.subscriber),
        type=str(row.type),
        kind=str(row.kind),
        number=str(row.number_shown),
        sequence=int(row.sequence),
        created_at=row.created_at,
        state=state,
        delivered_at=row.delivered_at,
        parked_at=row.parked_at,
        next_at=row.next_at if row.again_at is None else row.again_at,
        attempts=int(row.attempts),
        last_error=str(row.last_error),
    )
