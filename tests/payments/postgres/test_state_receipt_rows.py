"""Receipts of agencies in the database."""

from dataclasses import replace

from ledger.postgres.transaction import Tx
from payments.postgres.state_receipt_rows import (
    by_id,
    by_name,
    insert_cancelled,
    insert_receipt,
    of_payment,
)
from payments.state_receipt import Receipt
from tests.api.partner.told import register
from tests.payments.scene import NOW, inside, opened, owe
from tests.payments.test_state_receipt import NAME, RECEIPT

ATTACHED = replace(RECEIPT, document=b"<x/>", difference_reason="Miễn một phần")


def keep(tx: Tx, receipt: Receipt) -> tuple[int, bool]:
    payment = opened(tx, owe(tx))
    is_new = insert_receipt(
        tx,
        receipt,
        payment_id=payment.payment_id,
        obligation_id=payment.lines[0].obligation_id,
        authority="csgt",
        payer=None,
        now=NOW,
    )
    return payment.payment_id, is_new


def test_a_receipt_comes_back_as_it_was(tx: Tx):
    register(inside(tx), "csgt")
    payment_id, is_new = keep(tx, ATTACHED)
    (kept,) = of_payment(tx, payment_id)
    assert is_new
    assert (kept.receipt, kept.attached_at, kept.cancelled_at) == (ATTACHED, NOW, None)
    assert by_name(tx, NAME) == by_id(tx, kept.receipt_id) == kept
    assert by_id(tx, kept.receipt_id + 1) is None


def test_a_name_is_taken_for_ever_even_when_cancelled(tx: Tx):
    register(inside(tx), "csgt")
    keep(tx, ATTACHED)
    before = by_name(tx, NAME)
    assert before is not None
    insert_cancelled(tx, before.receipt_id, reason="Sai tên", now=NOW)
    payment_id, is_new = keep(tx, RECEIPT)
    assert (is_new, of_payment(tx, payment_id)) == (False, ())
    kept = by_name(tx, NAME)
    assert kept is not None
    assert kept.cancel_reason == "Sai tên"
