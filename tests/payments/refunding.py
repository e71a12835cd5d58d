"""Scenes of money that goes back: a surplus, money that differs, a decision cancelled once paid."""

from dataclasses import replace

from gateways.contract import Outcome
from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.approve_refund import approve_refund
from payments.postgres import refund_rows
from payments.refund import Refund, digest_of
from tests.payments.scene import NOW, hear, heard, inside, notice, opened, owe, sent

LAN, HOA = "staff:lan", "staff:hoa"


def paid(tx: Tx, *, reference: str = "") -> tuple[int, str]:
    """Pay one demand and return the payment's id and its reference at the gateway."""
    payment = opened(tx, owe(tx))
    reference = sent(inside(tx), payment, reference=reference)
    hear(tx, heard(notice(reference)))
    return payment.payment_id, reference


def paid_twice(tx: Tx) -> Refund:
    """Pay one demand twice under one reference and return the refund proposed by itself."""
    payment_id, reference = paid(tx)
    hear(tx, heard(notice(reference, Outcome.PAID, transaction=f"{reference}-again")))
    return only_refund(tx, payment_id)


def paid_otherwise(tx: Tx, *, amount: Money) -> Refund:
    """Pay another amount than was asked and return the refund proposed by itself."""
    payment = opened(tx, owe(tx))
    reference = sent(inside(tx), payment)
    hear(tx, heard(notice(reference, amount=amount)))
    return only_refund(tx, payment.payment_id)


def only_refund(tx: Tx, payment_id: int) -> Refund:
    """Return the one refund of a payment."""
    (refund,) = refund_rows.of_payments(tx, [payment_id])
    return refund


def refund_now(tx: Tx, refund: Refund) -> Refund:
    """Return a refund as it stands by now."""
    found = refund_rows.by_number(tx, refund.number)
    assert found is not None, refund.number
    return found


def approved(tx: Tx, refund: Refund, *, by: str = HOA) -> Refund:
    """Approve a refund as it was shown."""
    return approve_refund(tx, refund.number, digest=digest_of(refund), by=by, now=NOW)


def changed(refund: Refund, *, amount: Money) -> Refund:
    """Return a refund that reads otherwise than it is kept."""
    return replace(refund, amount=amount)
