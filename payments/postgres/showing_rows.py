"""What stands beside obligations when they are shown, for many at once."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import case, func, select

from ledger.postgres.transaction import Tx
from payments.obligation import ObligationStatus
from payments.postgres.tables import obligation as t
from payments.postgres.tables import obligation_lock, payment, payment_line


def locked_until(tx: Tx, obligation_ids: Collection[int]) -> dict[int, datetime]:
    """Return when the time of the payment that holds an obligation is over, where one does."""
    found = tx.execute(
        select(obligation_lock.c.obligation_id, payment.c.expires_at)
        .join(payment, payment.c.payment_id == obligation_lock.c.payment_id)
        .where(obligation_lock.c.obligation_id.in_(sorted(obligation_ids)))
    )
    return {int(row.obligation_id): row.expires_at for row in found}


def first_paid_at(tx: Tx, obligation_ids: Collection[int]) -> dict[int, datetime]:
    """Return when obligations were first paid, where they were."""
    found = tx.execute(
        select(payment_line.c.obligation_id, func.min(payment.c.paid_at).label("paid_at"))
        .join(payment, payment.c.payment_id == payment_line.c.payment_id)
        .where(
            payment_line.c.obligation_id.in_(sorted(obligation_ids)),
            payment.c.paid_at.is_not(None),
        )
        .group_by(payment_line.c.obligation_id)
    )
    return {int(row.obligation_id): row.paid_at for row in found}


def replaced_by(
    tx: Tx, obligation_ids: Collection[int], *, kinds: Collection[str]
) -> dict[int, tuple[str, ...]]:
    """Return the numbers of those of some kinds that these took the place of, oldest first."""
    found = tx.execute(
        select(t.c.successor_id, t.c.number_shown)
        .where(
            t.c.successor_id.in_(sorted(obligation_ids)),
            t.c.kind.in_(sorted(kinds)),
        )
        .order_by(t.c.obligation_id)
    )
    numbers: dict[int, tuple[str, ...]] = {}
    for row in found:
        before = numbers.get(int(row.successor_id), ())
        numbers[int(row.successor_id)] = (*before, str(row.number_shown))
    return numbers


def owed_by(tx: Tx, person: Collection[bytes], *, rows_max: int) -> list[int]:
    """Return the ids of what one person owes or owed: open first, the newest of each first.

    `person` is that person's index under each key known.
    """
    is_open = case((t.c.status == ObligationStatus.OPEN.value, 0), else_=1)
    found = tx.scalars(
        select(t.c.obligation_id)
        .where(t.c.person_index.in_(sorted(person)))
        .order_by(is_open, t.c.obligation_id.desc())
        .limit(rows_max)
    )
    return [int(obligation_id) for obligation_id in found]
