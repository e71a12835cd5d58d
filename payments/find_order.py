"""Say how an agency's order stands, from the book alone."""

from dataclasses import dataclass

from ledger.postgres.transaction import Tx
from payments.agency_order import AgencyOrder, Settled, Standing, paid_order
from payments.obligation import ObligationStatus
from payments.postgres import agency_order_rows, obligation_rows, payment_rows


@dataclass(frozen=True, slots=True)
class OrderFound:
    """An order and how it stands; `settled` is its payment, None unless it is paid."""

    order: AgencyOrder
    standing: Standing
    settled: Settled | None


def find_order(tx: Tx, *, agency: str, reference: str) -> OrderFound | None:
    """Return an agency's order and how it stands, None when it has no such order.

    It is over when the obligation was paid under another order, or was taken back with no payment
    under way: never because time went by, and never while a gateway may still say "paid".
    """
    order = agency_order_rows.order_by_reference(tx, agency=agency, reference=reference)
    if order is None:
        return None
    orders = agency_order_rows.orders_of(tx, order.obligation_id, agency=agency)
    for settled in agency_order_rows.settled_payments(tx, order.obligation_id):
        if paid_order(orders, settled) == order:
            return OrderFound(order, Standing.PAID, settled)
    owed = obligation_rows.obligations_by_id(tx, [order.obligation_id])[order.obligation_id]
    is_open = owed.status is ObligationStatus.OPEN
    is_tried = bool(payment_rows.in_the_way(tx, [order.obligation_id]))
    standing = Standing.OPEN if is_open or is_tried else Standing.OVER
    return OrderFound(order, standing, None)
