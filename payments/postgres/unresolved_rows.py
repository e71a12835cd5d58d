"""Payments nobody can call finished: how many wait in each state, since when, and how much."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.postgres.tables import payment
from payments.states import PaymentState

UNRESOLVED: Final = (PaymentState.PENDING, PaymentState.UNKNOWN, PaymentState.HELD)


@dataclass(frozen=True, slots=True)
class Unresolved:
    """The payments of one state; `oldest` is when the first of them was opened."""

    state: PaymentState
    count: int
    amount: Money
    oldest: datetime


def unresolved(tx: Tx) -> list[Unresolved]:
    """Return the states in which payments wait for somebody's word, those without any left out."""
    found = tx.execute(
        select(
            payment.c.state,
            func.count().label("payments"),
            func.sum(payment.c.amount_vnd).label("amount_vnd"),
            func.min(payment.c.created_at).label("oldest"),
        )
        .where(payment.c.state.in_([state.value for state in UNRESOLVED]))
        .group_by(payment.c.state)
        .order_by(payment.c.state)
    )
    return [
        Unresolved(
            PaymentState(row.state), int(row.payments), Money(int(row.amount_vnd)), row.oldest
        )
        for row in found
    ]
