"""Addresses of clients and their secrets in and out of the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from ledger.postgres.transaction import Tx
from payments.client_event import EventType
from payments.postgres.event_tables import webhook_endpoint as t
from payments.postgres.event_tables import webhook_secret
from payments.webhook_endpoint import ENDPOINTS_MAX, Endpoint, SealedSecret

# An address that is told nothing, rests or is being told is passed over: nobody waits for it.
# Those that take long are few at a time, so that they never fill all places.
_CLAIM: Final = """
WITH due AS (
    SELECT endpoint.endpoint_id, endpoint.is_slow, waiting.next_at
    FROM payments.webhook_endpoint AS endpoint
    JOIN LATERAL (
        SELECT delivery.next_at FROM payments.webhook_delivery AS delivery
        WHERE delivery.endpoint_id = endpoint.endpoint_id AND delivery.next_at <= %(now)s
        ORDER BY delivery.next_at
        LIMIT 1
    ) AS waiting ON true
    WHERE endpoint.is_enabled AND endpoint.deleted_at IS NULL
        AND (endpoint.rest_until IS NULL OR endpoint.rest_until <= %(now)s)
        AND (endpoint.busy_until IS NULL OR endpoint.busy_until <= %(now)s)
), placed AS (
    SELECT due.*, row_number() OVER (
        PARTITION BY due.is_slow ORDER BY due.next_at, due.endpoint_id
    ) AS place
    FROM due
), chosen AS MATERIALIZED (
    SELECT endpoint.endpoint_id
    FROM placed
    JOIN payments.webhook_endpoint AS endpoint ON endpoint.endpoint_id = placed.endpoint_id
    WHERE placed.place <= CASE WHEN placed.is_slow THEN %(slow_max)s ELSE %(quick_max)s END
        AND (endpoint.busy_until IS NULL OR endpoint.busy_until <= %(now)s)
    ORDER BY placed.next_at, placed.endpoint_id
    FOR NO KEY UPDATE OF endpoint SKIP LOCKED
)
UPDATE payments.webhook_endpoint SET busy_until = %(lease_until)s
FROM chosen
WHERE webhook_endpoint.endpoint_id = chosen.endpoint_id
RETURNING webhook_endpoint.endpoint_id, webhook_endpoint.is_slow
"""


def insert_endpoint(tx: Tx, new: Endpoint) -> bool:
    """Keep a new endpoint in a free place of its client; False when all are taken."""
    for _ in range(ENDPOINTS_MAX):
        taken = set(tx.scalars(select(t.c.slot).where(t.c.client == new.client, _STANDS)))
        free = [slot for slot in range(1, ENDPOINTS_MAX + 1) if slot not in taken]
        if not free:
            return False
        kept = tx.scalar(
            insert(t)
            .values(
                endpoint_id=new.endpoint_id,
                client=new.client,
                slot=free[0],
                url=new.url,
                types=[each.value for each in new.types],
                description=new.description,
                is_enabled=new.is_enabled,
                disabled_reason=new.disabled_reason,
                disabled_at=new.disabled_at,
                created_at=new.created_at,
                changed_at=new.changed_at,
            )
            .on_conflict_do_nothing(
                index_elements=[t.c.client, t.c.slot], index_where=t.c.deleted_at.is_(None)
            )
            .returning(t.c.endpoint_id)
        )
        if kept is not None:
            return True
    return False


def endpoints_of(tx: Tx, client: str) -> list[Endpoint]:
    """Return the endpoints of a client, oldest first; there are `ENDPOINTS_MAX` at most."""
    found = tx.execute(
        select(t).where(t.c.client == client, _STANDS).order_by(t.c.created_at, t.c.endpoint_id)
    )
    return [_endpoint(row) for row in found]


def endpoint_of(tx: Tx, endpoint_id: str, *, client: str) -> Endpoint | None:
    """Return one endpoint of a client, None when it is not there or another's."""
    return _one(tx, [t.c.endpoint_id == endpoint_id, t.c.client == client], is_locked=False)


def lock_endpoint(tx: Tx, endpoint_id: str, *, client: str) -> Endpoint | None:
    """Return one endpoint of a client as nobody else may change it now."""
    return _one(tx, [t.c.endpoint_id == endpoint_id, t.c.client == client], is_locked=True)


def lock_claimed(tx: Tx, endpoint_id: str) -> Endpoint | None:
    """Return an endpoint somebody is telling, whoever's it is; None when it stands no more."""
    return _one(tx, [t.c.endpoint_id == endpoint_id], is_locked=True)


def keep_endpoint(tx: Tx, changed: Endpoint) -> None:
    """Keep what a client set at its endpoint; an address changed or enabled is asked at once."""
    tx.execute(
        update(t)
        .where(t.c.endpoint_id == changed.endpoint_id)
        .values(
            url=changed.url,
            types=[each.value for each in changed.types],
            description=changed.description,
            is_enabled=changed.is_enabled,
            disabled_reason=changed.disabled_reason,
            disabled_at=changed.disabled_at,
            changed_at=changed.changed_at,
            failures=changed.failures,
            failing_since=changed.failing_since,
            rest_until=None,
        )
    )


def delete_endpoint(tx: Tx, endpoint_id: str, *, now: datetime) -> None:
    """Tell nothing there any more and forget its secrets; what it was told stays known."""
    tx.execute(update(t).where(t.c.endpoint_id == endpoint_id).values(deleted_at=now))
    tx.execute(delete(webhook_secret).where(webhook_secret.c.endpoint_id == endpoint_id))


def claim_endpoints(
    tx: Tx, *, now: datetime, lease_until: datetime, quick_max: int, slow_max: int
) -> list[tuple[str, bool]]:
    """Return endpoints it is time to tell and whether each takes long, claimed until the lease."""
    rows = tx.exec_driver_sql(
        _CLAIM,
        {"now": now, "lease_until": lease_until, "quick_max": quick_max, "slow_max": slow_max},
    )
    return [(str(row.endpoint_id), bool(row.is_slow)) for row in rows]


def release_endpoint(tx: Tx, endpoint_id: str) -> None:
    """End the claim of whoever was telling this endpoint."""
    tx.execute(update(t).where(t.c.endpoint_id == endpoint_id).values(busy_until=None))


def keep_taking(tx: Tx, endpoint_id: str, *, is_slow: bool) -> None:
    """Keep that an endpoint takes things in, and how."""
    tx.execute(
        update(t)
        .where(t.c.endpoint_id == endpoint_id)
        .values(failures=0, failing_since=None, rest_until=None, is_slow=is_slow)
    )


def keep_failing(
    tx: Tx, endpoint_id: str, *, at: datetime, rest_until: datetime, is_slow: bool
) -> None:
    """Keep that an endpoint did not take something in, and leave it alone for a while."""
    tx.execute(
        update(t)
        .where(t.c.endpoint_id == endpoint_id)
        .values(
            failures=t.c.failures + 1,
            failing_since=func.coalesce(t.c.failing_since, at),
            rest_until=rest_until,
            is_slow=is_slow,
        )
    )


def add_secret(
    tx: Tx, endpoint_id: str, new: SealedSecret, *, now: datetime, overlap_until: datetime
) -> None:
    """Keep a new secret; the newest until now signs beside it until the overlap ends, others end.

    The endpoint is locked or new.
    """
    old = webhook_secret.c.endpoint_id == endpoint_id
    tx.execute(delete(webhook_secret).where(old, webhook_secret.c.ends_at.is_not(None)))
    tx.execute(update(webhook_secret).where(old).values(ends_at=overlap_until))
    tx.execute(
        insert(webhook_secret).values(
            endpoint_id=endpoint_id, seal_place=new.seal_place, sealed=new.sealed, made_at=now
        )
    )


def secrets_of(tx: Tx, endpoint_id: str, *, now: datetime) -> Sequence[SealedSecret]:
    """Return the secrets deliveries are signed with now, the newest first."""
    found = tx.execute(
        select(webhook_secret)
        .where(
            webhook_secret.c.endpoint_id == endpoint_id,
            or_(webhook_secret.c.ends_at.is_(None), webhook_secret.c.ends_at > now),
        )
        .order_by(webhook_secret.c.webhook_secret_id.desc())
    )
    return [SealedSecret(str(row.seal_place), bytes(row.sealed), row.ends_at) for row in found]


_STANDS: Final = t.c.deleted_at.is_(None)


def _one(tx: Tx, where: Sequence[ColumnElement[bool]], *, is_locked: bool) -> Endpoint | None:
    query = select(t).where(*where, _STANDS)
    row = tx.execute(query.with_for_update(key_share=True) if is_locked else query).one_or_none()
    return None if row is None else _endpoint(row)


def _endpoint(row: Row[Any]) -> Endpoint:
    return Endpoint(
        endpoint_id=str(row.endpoint_id),
        client=str(row.client),
        url=str(row.url),
        types=tuple(EventType(each) for each in row.types),
        description=str(row.description),
        is_enabled=bool(row.is_enabled),
        disabled_reason=str(row.disabled_reason),
        disabled_at=row.disabled_at,
        created_at=row.created_at,
        changed_at=row.changed_at,
        failures=int(row.failures),
        failing_since=row.failing_since,
    )
