"""An agency's receipt goes to the payment it is for, once."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.attach_receipt import ReceiptFor, attach_receipt
from payments.cancel_receipt import cancel_receipt
from payments.errors import InputRefused, NotFound
from payments.payment import Payment
from payments.personal_data import unseal
from payments.postgres import state_receipt_rows
from payments.state_receipt import AttachedReceipt, place_of
from tests.api.partner.told import register
from tests.payments.scene import (
    KEYS,
    NOW,
    hear,
    heard,
    inside,
    notice,
    opened,
    owe,
    payment_of,
    sent,
)
from tests.payments.test_state_receipt import NAME, RECEIPT

PAYER = {"name": "Nguyễn Văn An", "tax_or_personal_id": "001099012345"}


@pytest.fixture
def paid(tx: Tx) -> Payment:
    """Give a payment of 350,000 dong to `csgt`, which `portal` speaks for."""
    register(inside(tx), "csgt")
    payment = opened(tx, owe(tx))
    hear(tx, heard(notice(sent(inside(tx), payment))))
    return payment_of(tx, payment.number)


def receipt_for(tx: Tx, payment: Payment) -> ReceiptFor:
    number = tx.exec_driver_sql(
        "SELECT number_shown FROM payments.obligation WHERE obligation_id = %(id)s",
        {"id": payment.lines[0].obligation_id},
    ).scalar_one()
    return ReceiptFor("csgt", payment.number, str(number), RECEIPT, PAYER)


def attach(tx: Tx, new: ReceiptFor, *, partner: str = "portal") -> AttachedReceipt:
    return attach_receipt(tx, partner, new, keys=KEYS, now=NOW)


def test_a_receipt_is_kept_and_the_same_again_changes_nothing(tx: Tx, paid: Payment):
    new = receipt_for(tx, paid)
    kept = attach(tx, new)
    assert (kept.receipt, kept.cancelled_at) == (RECEIPT, None)
    assert attach(tx, new) == kept
    assert state_receipt_rows.of_payment(tx, paid.payment_id) == (kept,)


def test_its_payer_is_sealed_where_it_stands(tx: Tx, paid: Payment):
    attach(tx, receipt_for(tx, paid))
    sealed = tx.exec_driver_sql("SELECT payer FROM payments.state_receipt").scalar_one()
    assert b"An" not in bytes(sealed)
    assert unseal(KEYS, bytes(sealed), place=place_of(NAME)) == PAYER


def test_one_name_is_one_receipt(tx: Tx, paid: Payment):
    new = receipt_for(tx, paid)
    attach(tx, new)
    with pytest.raises(InputRefused, match="another receipt"):
        attach(tx, replace(new, receipt=replace(RECEIPT, organisation="Sở Y tế")))


def test_another_payment_cannot_take_the_same_receipt(tx: Tx, paid: Payment):
    attach(tx, receipt_for(tx, paid))
    second = opened(tx, owe(tx))
    hear(tx, heard(notice(sent(inside(tx), second))))
    with pytest.raises(InputRefused, match="another receipt"):
        attach(tx, receipt_for(tx, payment_of(tx, second.number)))


def test_what_is_another_authoritys_or_unpaid_is_not_there(tx: Tx, paid: Payment):
    new = receipt_for(tx, paid)
    unpaid = opened(tx, owe(tx))
    register(inside(tx), "thanhtra")
    for wrong, partner in (
        (new, "ministry"),
        (replace(new, authority="thanhtra"), "portal"),
        (replace(new, authority="nobody"), "portal"),
        (replace(new, obligation_number="another"), "portal"),
        (replace(new, payment_number="NP222222222A"), "portal"),
        (receipt_for(tx, unpaid), "portal"),
    ):
        with pytest.raises(NotFound):
            attach(tx, wrong, partner=partner)


def test_an_amount_that_was_not_paid_needs_its_reason(tx: Tx, paid: Payment):
    new = receipt_for(tx, paid)
    (first, _) = RECEIPT.lines
    lines = (replace(first, amount=Money(300_000)),)
    less = replace(RECEIPT, lines=lines, amount_words="Ba trăm nghìn đồng")
    with pytest.raises(InputRefused, match="come to 300000, but 350000 was paid"):
        attach(tx, replace(new, receipt=less))
    kept = attach(tx, replace(new, receipt=replace(less, difference_reason="Miễn một phần")))
    assert kept.receipt.difference_reason == "Miễn một phần"


def test_receipts_of_one_obligation_come_to_what_was_paid_or_say_why(tx: Tx, paid: Payment):
    new = receipt_for(tx, paid)
    first = attach(tx, new)
    twin = replace(RECEIPT, called=replace(NAME, number=43))
    with pytest.raises(InputRefused, match="350000 beside 350000 on other receipts"):
        attach(tx, replace(new, receipt=twin))
    attach(tx, replace(new, receipt=replace(twin, difference_reason="Cấp lại do mất")))
    assert attach(tx, new) == first
    third = replace(RECEIPT, called=replace(NAME, number=44))
    for kept in state_receipt_rows.of_payment(tx, paid.payment_id):
        with pytest.raises(InputRefused, match="on other receipts"):
            attach(tx, replace(new, receipt=third))
        cancel_receipt(tx, "portal", kept.receipt_id, reason="Sai tên", now=NOW)
    assert attach(tx, replace(new, receipt=third)).receipt == third


def test_a_cancelled_receipt_keeps_its_number_and_its_first_reason(tx: Tx, paid: Payment):
    kept = attach(tx, receipt_for(tx, paid))
    cancelled = cancel_receipt(tx, "portal", kept.receipt_id, reason="Sai tên", now=NOW)
    assert (cancelled.cancelled_at, cancelled.cancel_reason) == (NOW, "Sai tên")
    assert cancel_receipt(tx, "portal", kept.receipt_id, reason="Khác", now=NOW) == cancelled
    changed = replace(RECEIPT, name="Biên lai khác")
    with pytest.raises(InputRefused, match="another receipt"):
        attach(tx, replace(receipt_for(tx, paid), receipt=changed))
    with pytest.raises(DBAPIError, match="permission denied"), tx.begin_nested():
        tx.exec_driver_sql("DELETE FROM payments.state_receipt_cancelled")
