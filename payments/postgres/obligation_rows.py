"""Obligations in and out of the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from ledger.postgres.transaction import Tx
from payments.obligation import Obligation, ObligationStatus
from payments.postgres.tables import obligation as t
from payments.postgres.tables import obligation_lock, payment, payment_line

Key = tuple[str, str, str]
"""What an obligation is unique by: provider, kind, normalised number."""


@dataclass(frozen=True, slots=True)
class NewRow:
    """An obligation checked, sealed and ready to be kept."""

    key: Key
    number_shown: str
    decided_on: date | None
    subject_index: bytes | None
    sealed: bytes | None
    facts: Mapping[str, object]
    beneficiary: str
    status: ObligationStatus


def insert_obligations(tx: Tx, rows: Sequence[NewRow], *, now: datetime) -> dict[Key, int]:
    """Keep the obligations whose key is new, and return their ids by key."""
    if not rows:
        return {}
    statement = (
        insert(t)
        .on_conflict_do_nothing(constraint="obligation_once")
        .returning(t.c.provider, t.c.kind, t.c.number, t.c.obligation_id)
    )
    # One order everywhere, so that two pushes of the same obligations never wait for each other.
    found = tx.execute(
        statement,
        [
            {
                "provider": row.key[0],
                "kind": row.key[1],
                "number": row.key[2],
                "number_shown": row.number_shown,
                "decided_on": row.decided_on,
                "subject_index": row.subject_index,
                "sealed": row.sealed,
                "facts": dict(row.facts),
                "beneficiary": row.beneficiary,
                "status": row.status.value,
                "pushed_at": now,
            }
            for row in sorted(rows, key=lambda each: each.key)
        ],
    )
    return {
        (str(row.provider), str(row.kind), str(row.number)): int(row.obligation_id) for row in found
    }


def obligations_by_key(tx: Tx, keys: Collection[Key]) -> dict[Key, Obligation]:
    """Return the obligations kept under these keys."""
    if not keys:
        return {}
    wanted = tuple_(t.c.provider, t.c.kind, t.c.number).in_(sorted(keys))
    kept = (_obligation(row) for row in tx.execute(select(t).where(wanted)))
    return {(each.provider, each.kind, each.number): each for each in kept}


def obligations_by_id(tx: Tx, obligation_ids: Collection[int]) -> dict[int, Obligation]:
    """Return the obligations that have these ids."""
    found = tx.execute(select(t).where(t.c.obligation_id.in_(sorted(obligation_ids))))
    return {int(row.obligation_id): _obligation(row) for row in found}


def candidates(
    tx: Tx, *, number: str, decided_on: date | None, candidates_max: int
) -> list[tuple[int, bytes]]:
    """Return id and subject index of what has this number and date; nothing else of the row."""
    found = tx.execute(
        select(t.c.obligation_id, t.c.subject_index)
        .where(
            t.c.number == number,
            t.c.decided_on.is_not_distinct_from(decided_on),
            t.c.subject_index.is_not(None),
        )
        .order_by(t.c.obligation_id)
        .limit(candidates_max)
    )
    return [(int(row.obligation_id), bytes(row.subject_index)) for row in found]


def locked_until(tx: Tx, obligation_id: int) -> datetime | None:
    """Return when the time of the payment that holds this obligation is over, None if none does."""
    until = tx.scalar(
        select(payment.c.expires_at)
        .join(obligation_lock, obligation_lock.c.payment_id == payment.c.payment_id)
        .where(obligation_lock.c.obligation_id == obligation_id)
    )
    return None if until is None else _instant(until)


def first_paid_at(tx: Tx, obligation_id: int) -> datetime | None:
    """Return when this obligation was first paid, None if it never was."""
    paid_at = tx.scalar(
        select(func.min(payment.c.paid_at))
        .join(payment_line, payment_line.c.payment_id == payment.c.payment_id)
        .where(payment_line.c.obligation_id == obligation_id)
    )
    return None if paid_at is None else _instant(paid_at)


def withdraw(tx: Tx, keys: Collection[Key]) -> None:
    """Mark open obligations as withdrawn: nobody can pay them any more."""
    if not keys:
        return
    tx.execute(
        update(t)
        .where(
            tuple_(t.c.provider, t.c.kind, t.c.number).in_(sorted(keys)),
            t.c.status == ObligationStatus.OPEN.value,
        )
        .values(status=ObligationStatus.WITHDRAWN.value)
    )


def _instant(value: datetime) -> datetime:
    assert value.tzinfo is not None, "the database keeps instants with their zone"
    return value


def _obligation(row: Row[Any]) -> Obligation:
    facts: dict[str, object] = row.facts
    return Obligation(
        obligation_id=int(row.obligation_id),
        provider=str(row.provider),
        kind=str(row.kind),
        number=str(row.number),
        number_shown=str(row.number_shown),
        decided_on=row.decided_on,
        subject_index=None if row.subject_index is None else bytes(row.subject_index),
        sealed=None if row.sealed is None else bytes(row.sealed),
        facts=facts,
        beneficiary=str(row.beneficiary),
        status=ObligationStatus(row.status),
        pushed_at=row.pushed_at,
    )
