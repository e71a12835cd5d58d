"""What an authority may ask about one obligation it pushed: payments, changes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.postgres.tables import obligation as t
from payments.postgres.tables import obligation_change, payment, payment_line

ROWS_MAX: Final = 200
"""More payments or changes of one obligation than anybody should ever see."""


@dataclass(frozen=True, slots=True)
class PaymentOf:
    """One payment that has this obligation in it; `amount` is what is meant for it."""

    number: str
    state: str
    amount: Money
    paid_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChangeOf:
    """One change an authority made; `version` is the one it led to."""

    version: int
    act: str
    document: str
    reason: str
    changed_at: datetime


def ids_of(tx: Tx, providers: Collection[str], *, kind: str, number: str) -> list[int]:
    """Return the obligations these providers pushed under one number."""
    found = tx.scalars(
        select(t.c.obligation_id)
        .where(t.c.provider.in_(sorted(providers)), t.c.kind == kind, t.c.number == number)
        .order_by(t.c.obligation_id)
        .limit(ROWS_MAX)
    )
    return [int(obligation_id) for obligation_id in found]


def payments_of(tx: Tx, obligation_id: int) -> list[PaymentOf]:
    """Return the payments that were opened for an obligation, oldest first."""
    found = tx.execute(
        select(
            payment.c.number,
            payment.c.state,
            payment.c.paid_at,
            func.sum(payment_line.c.amount_vnd).label("amount_vnd"),
        )
        .join(payment_line, payment_line.c.payment_id == payment.c.payment_id)
        .where(payment_line.c.obligation_id == obligation_id)
        .group_by(payment.c.payment_id)
        .order_by(payment.c.payment_id)
        .limit(ROWS_MAX)
    )
    return [
        PaymentOf(str(row.number), str(row.state), Money(int(row.amount_vnd)), row.paid_at)
        for row in found
    ]


def changes_of(tx: Tx, obligation_id: int) -> list[ChangeOf]:
    """Return what was changed about an obligation, in order."""
    found = tx.execute(
        select(obligation_change)
        .where(obligation_change.c.obligation_id == obligation_id)
        .order_by(obligation_change.c.version)
        .limit(ROWS_MAX)
    )
    return [
        ChangeOf(
            version=int(row.version),
            act=str(row.act),
            document=str(row.document),
            reason=str(row.reason),
            changed_at=row.changed_at,
        )
        for row in found
    ]
