"""Whether authorities have been told of a payment."""

from datetime import datetime

from sqlalchemy import func, select

from ledger.postgres.transaction import Tx
from payments.postgres.tables import outbox, payment, payment_line


def told_at(tx: Tx, payment_id: int) -> datetime | None:
    """Return when the last authority was told of a payment, None while one still is not."""
    told = tx.execute(
        select(func.count(), func.count(outbox.c.delivered_at), func.max(outbox.c.delivered_at))
        .select_from(payment)
        .join(payment_line, payment_line.c.payment_id == payment.c.payment_id)
        .join(outbox, outbox.c.obligation_id == payment_line.c.obligation_id)
        .where(
            payment.c.payment_id == payment_id,
            outbox.c.type == "payment.paid",
            outbox.c.payload["data"]["payment_number"].astext == payment.c.number,
        )
    ).one()
    events, delivered, last = told
    return last if events and events == delivered else None
