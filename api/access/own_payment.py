"""The payments a browser began: found by its handle, or by holding what it wants to pay."""

import hashlib
from collections.abc import Collection

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


def own_holders(tx: Tx, visitor: Visitor, obligation_ids: Collection[int]) -> dict[int, Payment]:
    """Return the payments that hold obligations, where this very browser began them."""
    held = lock_rows.holders(tx, obligation_ids)
    payments = {each: payment_rows.by_id(tx, each) for each in set(held.values())}
    mine = client_of(visitor)
    return {
        obligation_id: payment
        for obligation_id, payment_id in held.items()
        if (payment := payments[payment_id]) is not None and payment.client == mine
    }
