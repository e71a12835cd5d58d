"""Changes of obligations: what was decided, what stands since, and what is due back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, insert, select, update

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.difference import Difference
from payments.obligation import ObligationStatus
from payments.obligation_change import ChangeAct, ObligationChange
from payments.postgres.tables import obligation as t
from payments.postgres.tables import obligation_change, obligation_lock, refund_due

_EXTEND_LOCK: Final = """
INSERT INTO payments.obligation_lock (obligation_id, payment_id, locked_at)
SELECT %(successor)s, obligation_lock.payment_id, %(at)s
FROM payments.obligation_lock
WHERE obligation_lock.obligation_id = %(obligation)s
"""


@dataclass(frozen=True, slots=True)
class Content:
    """What a version of an obligation says; its identity and status are not part of it."""

    decided_on: date | None
    subject_index: bytes | None
    other_index: bytes | None
    person_index: bytes | None
    sealed: bytes | None
    facts: Mapping[str, object]
    beneficiary: str


@dataclass(frozen=True, slots=True)
class Done:
    """A change that was applied before: the digest of what it said."""

    digest: bytes


@dataclass(frozen=True, slots=True)
class RefundDue:
    """All that was due back to who paid an obligation once something happened to it."""

    version: int
    paid: Money
    due: Money
    difference: Money
    cause: str
    found_at: datetime


@dataclass(frozen=True, slots=True)
class Changed:
    """One change of an obligation as it is kept."""

    version: int
    act: ChangeAct
    reason: str
    document: str
    changed_by: str
    changed_at: datetime


def replaced_by(tx: Tx, obligation_ids: Collection[int]) -> set[int]:
    """Return the ids of all that these obligations took the place of."""
    found = tx.scalars(
        select(t.c.obligation_id).where(t.c.successor_id.in_(sorted(obligation_ids)))
    )
    return {int(obligation_id) for obligation_id in found}


def done_before(tx: Tx, obligation_id: int, *, act: ChangeAct, document: str) -> Done | None:
    """Return the change of this act and document, None when there was none."""
    digest = tx.scalar(
        select(obligation_change.c.digest).where(
            obligation_change.c.obligation_id == obligation_id,
            obligation_change.c.act == act.value,
            obligation_change.c.document == document,
        )
    )
    return None if digest is None else Done(bytes(digest))


def keep_change(
    tx: Tx,
    obligation_id: int,
    change: ObligationChange,
    *,
    content: Content,
    status: ObligationStatus,
    version: int,
    digest: bytes,
    successor_id: int | None = None,
    now: datetime,
) -> None:
    """Let an obligation stand at its next version, and keep on what ground."""
    tx.execute(
        update(t)
        .where(t.c.obligation_id == obligation_id)
        .values(
            decided_on=content.decided_on,
            subject_index=content.subject_index,
            other_index=content.other_index,
            person_index=content.person_index,
            sealed=content.sealed,
            facts=dict(content.facts),
            beneficiary=content.beneficiary,
            status=status.value,
            version=version,
            changed_at=now,
            **({} if successor_id is None else {"successor_id": successor_id}),
        )
    )
    tx.execute(
        insert(obligation_change).values(
            obligation_id=obligation_id,
            version=version,
            act=change.act.value,
            reason=change.reason,
            document=change.document,
            changed_by=change.by or change.provider,
            changed_at=now,
            digest=digest,
        )
    )


def hand_over(tx: Tx, old_id: int, *, to: int, captures: int, now: datetime) -> None:
    """Let a new obligation inherit an old one's predecessors, captures and living payment."""
    tx.execute(update(t).where(t.c.successor_id == old_id).values(successor_id=to))
    tx.execute(update(t).where(t.c.obligation_id == to).values(captures=captures))
    tx.exec_driver_sql(_EXTEND_LOCK, {"successor": to, "obligation": old_id, "at": now})


def holder(tx: Tx, obligation_id: int) -> int | None:
    """Return the id of the payment that holds an obligation, None when none does."""
    found = tx.scalar(
        select(obligation_lock.c.payment_id).where(obligation_lock.c.obligation_id == obligation_id)
    )
    return None if found is None else int(found)


def move_status(tx: Tx, obligation_id: int, *, to: ObligationStatus) -> None:
    """Let an obligation take a step; the database refuses what is none."""
    tx.execute(update(t).where(t.c.obligation_id == obligation_id).values(status=to.value))


def keep_refund_due(
    tx: Tx, obligation_id: int, *, version: int, found: Difference, cause: str, now: datetime
) -> None:
    """Keep what is due back from now on for an obligation whose row is locked."""
    before = select(func.coalesce(func.max(refund_due.c.sequence), 0)).where(
        refund_due.c.obligation_id == obligation_id
    )
    tx.execute(
        insert(refund_due).values(
            obligation_id=obligation_id,
            sequence=before.scalar_subquery() + 1,
            version=version,
            paid_vnd=found.paid.vnd,
            due_vnd=found.due_of_that.vnd,
            difference_vnd=found.beyond.vnd,
            cause=cause,
            found_at=now,
        )
    )


def refunds_due(tx: Tx, obligation_id: int) -> list[RefundDue]:
    """Return what was due back for an obligation at each time; the last one counts."""
    rows = tx.execute(
        select(refund_due)
        .where(refund_due.c.obligation_id == obligation_id)
        .order_by(refund_due.c.sequence)
    )
    return [
        RefundDue(
            version=int(row.version),
            paid=Money(int(row.paid_vnd)),
            due=Money(int(row.due_vnd)),
            difference=Money(int(row.difference_vnd)),
            cause=str(row.cause),
            found_at=row.found_at,
        )
        for row in rows
    ]


def changes_of(tx: Tx, obligation_id: int) -> Sequence[Changed]:
    """Return the changes of an obligation in their order."""
    rows = tx.execute(
        select(obligation_change)
        .where(obligation_change.c.obligation_id == obligation_id)
        .order_by(obligation_change.c.version)
    )
    return [
        Changed(
            version=int(row.version),
            act=ChangeAct(row.act),
            reason=str(row.reason),
            document=str(row.document),
            changed_by=str(row.changed_by),
            changed_at=row.changed_at,
        )
        for row in rows
    ]
