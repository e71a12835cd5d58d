"""The payments one client opened, newest first, a page at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, select

from ledger.postgres.transaction import Tx
from payments.payment import Payment
from payments.postgres.payment_rows import payment_from
from payments.postgres.tables import obligation, payment, payment_line
from payments.states import PaymentState


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which payments; None does not ask. `until` itself is outside.

    `number` is that of something paid for, normalised. `before` is the id of the last payment of
    the page before.
    """

    client: str
    state: PaymentState | None = None
    number: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])
    before: int | None = None


def newest_payments(tx: Tx, wanted: Wanted, *, payments_max: int) -> list[Payment]:
    """Return payments without their lines; what is opened meanwhile comes before all of them."""
    found = tx.execute(
        select(payment)
        .where(*_conditions(wanted))
        .order_by(payment.c.payment_id.desc())
        .limit(payments_max)
    )
    return [payment_from(row, ()) for row in found]


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    yield payment.c.client == wanted.client
    if wanted.before is not None:
        yield payment.c.payment_id < wanted.before
    if wanted.state is not None:
        yield payment.c.state == wanted.state.value
    if wanted.since is not None:
        yield payment.c.created_at >= wanted.since
    if wanted.until is not None:
        yield payment.c.created_at < wanted.until
    if wanted.metadata:
        yield payment.c.metadata.contains(dict(wanted.metadata))
    if wanted.number is not None:
        yield payment.c.payment_id.in_(
            select(payment_line.c.payment_id)
            .join(obligation, obligation.c.obligation_id == payment_line.c.obligation_id)
            .where(obligation.c.number == wanted.number)
        )
