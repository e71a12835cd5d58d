"""Orders of agency systems in and out of the database, and what became of what they ordered."""

from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.agency_order import AgencyOrder, Settled
from payments.postgres.tables import agency_order as t

# What was taken second is no fulfilment: it goes back to whoever paid it.
_SETTLED: Final = """
SELECT
    payment.payment_id, payment.number, payment.created_at, capture.gateway, capture.paid_at,
    sum(line.amount_vnd) AS amount_vnd
FROM payments.payment_line AS line
JOIN payments.payment ON payment.payment_id = line.payment_id
JOIN payments.capture
    ON capture.payment_id = line.payment_id AND capture.movement = 'captured'
WHERE line.obligation_id = %(obligation)s
GROUP BY payment.payment_id, capture.capture_id
ORDER BY capture.capture_id
"""


def insert_order(tx: Tx, order: AgencyOrder, *, said: bytes) -> bool:
    """Keep an order and return True, or False when its reference is known.

    `said` is the message it came in, sealed for `said_place`.
    """
    statement = (
        insert(t)
        .values(
            agency=order.agency,
            reference=order.reference,
            obligation_id=order.obligation_id,
            amount_vnd=order.amount.vnd,
            description=order.description,
            digest=order.digest,
            said=said,
            ordered_at=order.ordered_at,
        )
        .on_conflict_do_nothing()
        .returning(t.c.reference)
    )
    return tx.scalar(statement) is not None


def order_by_reference(tx: Tx, *, agency: str, reference: str) -> AgencyOrder | None:
    """Return an agency's order, None when it has none under this reference."""
    found = tx.execute(select(t).where(t.c.agency == agency, t.c.reference == reference))
    row = found.one_or_none()
    return None if row is None else _order(row)


def orders_of(tx: Tx, obligation_id: int, *, agency: str) -> list[AgencyOrder]:
    """Return an agency's orders for one obligation, oldest first."""
    found = tx.execute(
        select(t)
        .where(t.c.obligation_id == obligation_id, t.c.agency == agency)
        .order_by(t.c.ordered_at, t.c.reference)
    )
    return [_order(row) for row in found]


def settled_payments(tx: Tx, obligation_id: int) -> list[Settled]:
    """Return the payments that paid this obligation, in the order the book took them."""
    found = tx.exec_driver_sql(_SETTLED, {"obligation": obligation_id})
    return [
        Settled(
            payment_id=int(row.payment_id),
            number=str(row.number),
            gateway=str(row.gateway),
            amount=Money(int(row.amount_vnd)),
            opened_at=row.created_at,
            paid_at=row.paid_at,
        )
        for row in found
    ]


def _order(row: Row[Any]) -> AgencyOrder:
    return AgencyOrder(
        agency=str(row.agency),
        reference=str(row.reference),
        obligation_id=int(row.obligation_id),
        amount=Money(int(row.amount_vnd)),
        description=str(row.description),
        digest=bytes(row.digest),
        ordered_at=row.ordered_at,
    )
