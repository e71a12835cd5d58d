"""The log of what authorities sent, in and out of the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, func, insert, select

from ledger.postgres.transaction import Tx
from payments.intake import Channel, Intake, Received, Refusal
from payments.postgres.tables import intake as t
from payments.postgres.tables import intake_refusal, intake_result

REFUSALS_SHOWN_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Spent:
    """What one authority sent since an instant; `since` is the oldest of it, None for nothing."""

    bodies: int
    items: int
    since: datetime | None


def insert_intake(tx: Tx, received: Received, *, now: datetime) -> int:
    """Write down that a body was let in, and return its number."""
    added = insert(t).returning(t.c.intake_id)
    row = {
        "authority": received.authority,
        "client": received.client,
        "channel": received.channel.value,
        "body_digest": received.digest,
        "item_count": received.item_count,
        "received_at": now,
    }
    return int(tx.execute(added, row).scalar_one())


def finish_intake(
    tx: Tx,
    intake_id: int,
    *,
    counts: Mapping[str, int],
    refusals: Sequence[Refusal],
    now: datetime,
) -> None:
    """Write down what became of a body, beside what it changed."""
    tx.execute(
        insert(intake_result),
        {"intake_id": intake_id, "counts": dict(counts), "finished_at": now},
    )
    if refusals:
        tx.execute(
            insert(intake_refusal),
            [
                {
                    "intake_id": intake_id,
                    "place": each.place,
                    "number": each.number,
                    "outcome": each.outcome,
                    "field": each.field,
                    "reason": each.reason,
                }
                for each in refusals
            ],
        )


def spent(tx: Tx, authority: str, *, since: datetime) -> Spent:
    """Return what one authority sent after an instant, over all processes."""
    row = tx.execute(
        select(
            func.count(), func.coalesce(func.sum(t.c.item_count), 0), func.min(t.c.received_at)
        ).where(t.c.authority == authority, t.c.received_at > since)
    ).one()
    return Spent(int(row[0]), int(row[1]), row[2])


def intakes_of(tx: Tx, client: str, *, before: int | None = None, limit_max: int) -> list[Intake]:
    """Return what a partner sent, newest first, those numbered below `before` only."""
    wanted = _intakes(client).order_by(t.c.intake_id.desc()).limit(limit_max)
    if before is not None:
        wanted = wanted.where(t.c.intake_id < before)
    return [_intake(row) for row in tx.execute(wanted)]


def intake_of(tx: Tx, client: str, *, intake_id: int) -> Intake | None:
    """Return one body a partner sent with all that was refused of it, None when it sent none."""
    row = tx.execute(_intakes(client).where(t.c.intake_id == intake_id)).one_or_none()
    return None if row is None else _intake(row, _refusals(tx, intake_id))


def _intakes(client: str) -> Select[Any]:
    return (
        select(t, intake_result.c.counts, intake_result.c.finished_at)
        .outerjoin(intake_result, intake_result.c.intake_id == t.c.intake_id)
        .where(t.c.client == client)
    )


def _refusals(tx: Tx, intake_id: int) -> list[Refusal]:
    found = tx.execute(
        select(intake_refusal)
        .where(intake_refusal.c.intake_id == intake_id)
        .order_by(intake_refusal.c.place)
        .limit(REFUSALS_SHOWN_MAX)
    )
    return [
        Refusal(
            place=int(row.place),
            number=str(row.number),
            outcome=str(row.outcome),
            field=str(row.field),
            reason=str(row.reason),
        )
        for row in found
    ]


def _intake(row: Row[Any], refusals: Sequence[Refusal] = ()) -> Intake:
    counts: dict[str, Any] = row.counts or {}
    return Intake(
        intake_id=int(row.intake_id),
        authority=str(row.authority),
        client=str(row.client),
        channel=Channel(row.channel),
        digest=bytes(row.body_digest),
        item_count=int(row.item_count),
        received_at=row.received_at,
        counts={str(name): int(count) for name, count in counts.items()},
        finished_at=row.finished_at,
        refusals=tuple(refusals),
    )
