"""Watches in and out of the database; what is over is deleted."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from ledger.postgres.transaction import Tx
from payments.postgres.tables import decision_watch as t
from payments.watch import DueWatch, Watch

# A decision is here when it can be paid; a record has one as soon as it is open no more.
_CLAIM: Final = """
WITH due AS MATERIALIZED (
    SELECT waiting.watch_id FROM payments.decision_watch AS waiting
    WHERE waiting.next_at <= %(now)s AND waiting.expires_at > %(now)s
        AND EXISTS (
            SELECT FROM (
                SELECT * FROM payments.obligation WHERE obligation.number = waiting.number
                UNION ALL
                SELECT * FROM payments.obligation WHERE obligation.typed_number = waiting.number
            ) AS near
            WHERE (
                    near.decided_on IS NOT DISTINCT FROM waiting.decided_on
                    OR waiting.decided_on IS NULL AND near.kind = ANY(%(undated)s::text[])
                )
                AND waiting.fact_index IN (near.subject_index, near.other_index)
                AND (near.kind = ANY(%(records)s::text[])) <> (near.status = 'open')
        )
    ORDER BY waiting.next_at, waiting.watch_id
    LIMIT %(watches_max)s
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE payments.decision_watch SET next_at = %(lease_until)s
FROM due
WHERE decision_watch.watch_id = due.watch_id
RETURNING decision_watch.*
"""

_PUT_OFF: Final = """
UPDATE payments.decision_watch
SET next_at = failed.next_at, attempts = attempts + 1, last_error = failed.error
FROM unnest(%(watches)s::bigint[], %(instants)s::timestamptz[], %(errors)s::text[])
    AS failed (watch_id, next_at, error)
WHERE decision_watch.watch_id = failed.watch_id
"""


def insert_watch(tx: Tx, watch: Watch) -> str:
    """Keep a watch and return where it is sealed; the same facts for one address are kept once."""
    kept = tx.scalar(
        insert(t)
        .values(
            number=watch.number,
            decided_on=watch.decided_on,
            fact_index=watch.fact_index,
            address_index=watch.address_index,
            device_index=watch.device_index,
            sealed=watch.sealed,
            seal_place=watch.seal_place,
            made_at=watch.made_at,
            expires_at=watch.expires_at,
            next_at=watch.made_at,
        )
        .on_conflict_do_nothing(constraint="decision_watch_once")
        .returning(t.c.seal_place)
    )
    if kept is None:
        kept = tx.scalar(
            select(t.c.seal_place).where(
                t.c.address_index == watch.address_index, t.c.fact_index == watch.fact_index
            )
        )
    return watch.seal_place if kept is None else str(kept)


def place_of(tx: Tx, twins: Collection[tuple[bytes, bytes]]) -> str | None:
    """Return where a watch of one of these addresses and facts is sealed, None where none is."""
    if not twins:
        return None
    found = tx.scalars(
        select(t.c.seal_place).where(tuple_(t.c.address_index, t.c.fact_index).in_(sorted(twins)))
    )
    kept = found.first()
    return None if kept is None else str(kept)


def count_watches(
    tx: Tx, *, addresses: Collection[bytes], devices: Collection[bytes], since: datetime
) -> tuple[int, int]:
    """Return how many watches an address has, and how many a device made since an instant.

    Both are given by their indexes under each key known.
    """
    is_address = t.c.address_index.in_(sorted(addresses))
    is_device = t.c.device_index.in_(sorted(devices))
    row = tx.execute(
        select(
            func.count().filter(is_address),
            func.count().filter(is_device & (t.c.made_at > since)),
        ).where(or_(is_address, is_device))
    ).one()
    return int(row[0]), int(row[1])


def claim_due(
    tx: Tx,
    *,
    records: Collection[str],
    undated: Collection[str],
    now: datetime,
    lease_until: datetime,
    watches_max: int,
) -> list[DueWatch]:
    """Return watches whose decision is here, put off until the lease ends.

    `records` are the kinds that are no decision themselves, `undated` those found without a date.
    """
    rows = tx.exec_driver_sql(
        _CLAIM,
        {
            "records": sorted(records),
            "undated": sorted(undated),
            "now": now,
            "lease_until": lease_until,
            "watches_max": watches_max,
        },
    )
    return [
        DueWatch(
            watch_id=int(row.watch_id),
            sealed=bytes(row.sealed),
            seal_place=str(row.seal_place),
            made_at=row.made_at,
            attempts=int(row.attempts),
        )
        for row in rows
    ]


def put_off(tx: Tx, failed: Sequence[tuple[DueWatch, str, datetime]]) -> None:
    """Keep that these mails could not be handed over, why, and when to try again."""
    if failed:
        tx.exec_driver_sql(
            _PUT_OFF,
            {
                "watches": [watch.watch_id for watch, _, _ in failed],
                "errors": [error for _, error, _ in failed],
                "instants": [instant for _, _, instant in failed],
            },
        )


def forget_watches(tx: Tx, watch_ids: Collection[int]) -> None:
    """Delete watches that are over."""
    if watch_ids:
        tx.execute(delete(t).where(t.c.watch_id.in_(sorted(watch_ids))))


def forget_place(tx: Tx, seal_place: str) -> None:
    """Delete the watch sealed for this place, if it is still there."""
    tx.execute(delete(t).where(t.c.seal_place == seal_place))


def forget_expired(tx: Tx, *, now: datetime) -> int:
    """Delete watches nobody waits for any more, and return how many."""
    return tx.execute(delete(t).where(t.c.expires_at <= now)).rowcount
