"""Who may cancel a receipt, and why."""

import pytest

from ledger.postgres.transaction import Tx
from payments.cancel_receipt import cancel_receipt
from payments.errors import InputRefused, NotFound
from payments.payment import Payment
from tests.payments.scene import NOW
from tests.payments.test_attach_receipt import attach, paid, receipt_for

__all__ = ["paid"]


def test_only_its_authority_cancels_a_receipt(tx: Tx, paid: Payment) -> None:
    kept = attach(tx, receipt_for(tx, paid))
    for partner, receipt_id in (("ministry", kept.receipt_id), ("portal", kept.receipt_id + 1)):
        with pytest.raises(NotFound):
            cancel_receipt(tx, partner, receipt_id, reason="Sai tên", now=NOW)


@pytest.mark.parametrize("reason", ["", "x" * 501, "a\u202eb"])
def test_a_reason_that_is_none_is_refused(tx: Tx, paid: Payment, reason: str) -> None:
    kept = attach(tx, receipt_for(tx, paid))
    with pytest.raises(InputRefused):
        cancel_receipt(tx, "portal", kept.receipt_id, reason=reason, now=NOW)
