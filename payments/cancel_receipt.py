"""Cancel a receipt an agency attached: its number stays taken."""

from datetime import datetime

from ledger.postgres.transaction import Tx
from payments.errors import InputRefused, NotFound
from payments.postgres import state_receipt_rows
from payments.postgres.authority_rows import authority_of
from payments.state_receipt import DIFFERENCE_MAX, AttachedReceipt


def cancel_receipt(
    tx: Tx, partner: str, receipt_id: int, *, reason: str, now: datetime
) -> AttachedReceipt:
    """Keep that a receipt was cancelled and why; once more, with any reason, changes nothing.

    Raises:
        NotFound: there is no such receipt, or its authority is not one this partner speaks for.
        InputRefused: the reason cannot be one.
    """
    if not 0 < len(reason) <= DIFFERENCE_MAX or not reason.isprintable():
        raise InputRefused(field="reason", reason=f"has 1 to {DIFFERENCE_MAX} printable characters")
    kept = state_receipt_rows.by_id(tx, receipt_id)
    if kept is None or authority_of(tx, partner, code=kept.authority, locked=True) is None:
        raise NotFound(str(receipt_id))
    # The lock on the authority lets one of two cancel first; the other finds it done.
    kept = state_receipt_rows.by_id(tx, receipt_id)
    assert kept is not None, "what was kept is kept"
    if kept.cancelled_at is None:
        state_receipt_rows.insert_cancelled(tx, receipt_id, reason=reason, now=now)
        kept = state_receipt_rows.by_id(tx, receipt_id)
        assert kept is not None, "what was kept is kept"
    return kept
