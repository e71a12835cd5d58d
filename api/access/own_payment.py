"""The payments a browser began: found by its handle, or by holding what it wants to pay."""

import hashlib

from api.access.citizen_session import Visitor
from api.start_payment import handle_hash
from ledger.postgres.transaction import Tx
from payments.payment import Payment
from payments.postgres import lock_rows, payment_rows


def client_of(visitor: Visitor) -> str:
    """Return the name a visitor's payments are kept under; it opens nothing."""
    return f"citizen-{hashlib.sha256(visitor.name.encode()).hexdigest()[:24]}"


def own_payment(tx: Tx, visitor: Visitor) -> Payment | None:
    """Return the payment this browser began last, None when it began none."""
    if not visitor.payment_handle:
        return None
    return payment_rows.by_handle_hash(tx, handle_hash(visitor.payment_handle))


def own_holder(tx: Tx, visitor: Visitor, obligation_id: int) -> Payment | None:
    """Return the payment that holds an obligation, if this very browser began it."""
    payment_id = lock_rows.holders(tx, [obligation_id]).get(obligation_id)
    payment = None if payment_id is None else payment_rows.by_id(tx, payment_id)
    return payment if payment is not None and payment.client == client_of(visitor) else None
