"""When an authority's own system was away: what it, staff, or failed deliveries said."""

import enum
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from ledger.postgres.transaction import Tx
from payments.postgres.tables import outage

REASON_MAX: Final = 500


class OutageSource(enum.StrEnum):
    """Who says that an authority's system is away, or back."""

    AUTHORITY = "authority"
    STAFF = "staff"
    DELIVERIES = "deliveries"


@dataclass(frozen=True, slots=True)
class Outage:
    """An authority's system is away; `declared` by people, or else noticed by us."""

    since: datetime
    reason: str
    declared: bool


def outage_of(tx: Tx, provider: str) -> Outage | None:
    """Return that an authority's system is away, None while it is not."""
    row = tx.execute(
        select(outage.c.is_down, outage.c.since, outage.c.reason, outage.c.source)
        .where(outage.c.provider == provider)
        .order_by(outage.c.outage_id.desc())
        .limit(1)
    ).one_or_none()
    if row is None or not row.is_down:
        return None
    return Outage(
        since=row.since,
        reason=str(row.reason),
        declared=OutageSource(row.source) is not OutageSource.DELIVERIES,
    )


def noticed_away(tx: Tx, providers: Collection[str]) -> set[str]:
    """Return those of whom failed deliveries said that they are away, and nobody else since."""
    latest = (
        select(outage.c.provider, outage.c.is_down, outage.c.source)
        .where(outage.c.provider.in_(providers))
        .ext(distinct_on(outage.c.provider))
        .order_by(outage.c.provider, outage.c.outage_id.desc())
    )
    return {
        str(row.provider)
        for row in tx.execute(latest)
        if row.is_down and OutageSource(row.source) is OutageSource.DELIVERIES
    }


def keep_down(
    tx: Tx, *, provider: str, source: OutageSource, reason: str, since: datetime, now: datetime
) -> None:
    """Keep that an authority's system is away."""
    _keep(tx, provider=provider, is_down=True, source=source, reason=reason, since=since, now=now)


def keep_up(tx: Tx, *, provider: str, source: OutageSource, reason: str, now: datetime) -> None:
    """Keep that an authority's system is back."""
    _keep(tx, provider=provider, is_down=False, source=source, reason=reason, since=now, now=now)


def _keep(
    tx: Tx,
    *,
    provider: str,
    is_down: bool,
    source: OutageSource,
    reason: str,
    since: datetime,
    now: datetime,
) -> None:
    tx.execute(
        insert(outage).values(
            provider=provider,
            is_down=is_down,
            source=source,
            reason=reason[:REASON_MAX],
            since=since,
            said_at=now,
        )
    )
