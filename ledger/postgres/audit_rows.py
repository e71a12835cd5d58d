"""Audit records: written once, read newest first by people and in order by the seal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from ledger.audit_record import AuditRecord, digest_of
from ledger.postgres.refusals import refusals
from ledger.postgres.tables import audit_record
from ledger.postgres.transaction import Tx

FETCH_MAX: Final = 1_000
"""Rows held at once while streaming."""


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A record as it stands in the book."""

    audit_id: int
    recorded_at: datetime
    record: AuditRecord


def record(tx: Tx, kept: AuditRecord) -> int:
    """Write a record beside the act it tells of, and return its number.

    Raises:
        EntryRefused: the reason is not composed (NFC); this is a fault of ours.
    """
    writing = sa.select(
        sa.func.ledger.record_audit_v1(
            kept.actor, kept.action, kept.subject, kept.reason, digest_of(kept)
        )
    )
    with refusals():
        return int(tx.execute(writing).scalar_one())


def newest(
    tx: Tx,
    *,
    before: int | None = None,
    actor: str | None = None,
    subject: str | None = None,
    limit_max: int,
) -> list[KeptRecord]:
    """Return records newest first, those numbered below `before` only; None asks for all."""
    wanted = [
        column == value
        for column, value in ((audit_record.c.actor, actor), (audit_record.c.subject, subject))
        if value is not None
    ]
    if before is not None:
        wanted.append(audit_record.c.audit_id < before)
    query = (
        sa.select(audit_record)
        .where(*wanted)
        .order_by(audit_record.c.audit_id.desc())
        .limit(limit_max)
    )
    return [_kept(row) for row in tx.execute(query)]


def between(tx: Tx, *, after: int, through: int) -> Iterator[KeptRecord]:
    """Return the records numbered above `after` up to `through`, in order, a few at a time."""
    query = (
        sa.select(audit_record)
        .where(audit_record.c.audit_id > after, audit_record.c.audit_id <= through)
        .order_by(audit_record.c.audit_id)
    )
    streaming = {"stream_results": True, "yield_per": FETCH_MAX}
    return map(_kept, tx.execute(query, execution_options=streaming))


def _kept(row: sa.Row[Any]) -> KeptRecord:
    return KeptRecord(
        audit_id=int(row.audit_id),
        recorded_at=row.recorded_at,
        record=AuditRecord(
            actor=str(row.actor),
            action=str(row.action),
            subject=str(row.subject),
            reason=str(row.reason),
        ),
    )
