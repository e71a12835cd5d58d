"""When authorities have been told of a payment."""

from datetime import timedelta

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.payment import Payment
from payments.postgres import outbox_rows, told_rows
from tests.payments.scene import AMOUNT, NOW, hear, heard, inside, notice, opened, owe, sent

LATER = NOW + timedelta(minutes=3)


def _paid(tx: Tx, *, many: int = 1) -> Payment:
    payment = opened(tx, owe(tx, many=many))
    reference = sent(inside(tx), payment)
    hear(tx, heard(notice(reference, amount=Money(AMOUNT.vnd * many))))
    return payment


def _tell(tx: Tx, *, events_max: int) -> None:
    due = outbox_rows.claim_due(
        tx, now=LATER, lease_until=LATER + timedelta(minutes=1), events_max=events_max
    )
    outbox_rows.keep_delivered(tx, due, now=LATER)


def test_nobody_is_told_of_what_is_not_paid(tx: Tx) -> None:
    payment = opened(tx, owe(tx))
    assert told_rows.told_at(tx, payment.payment_id) is None


def test_an_authority_is_told_once_it_has_answered(tx: Tx) -> None:
    payment = _paid(tx)
    assert told_rows.told_at(tx, payment.payment_id) is None
    _tell(tx, events_max=10)
    assert told_rows.told_at(tx, payment.payment_id) == LATER


def test_as_long_as_one_of_several_waits_it_is_not_told(tx: Tx) -> None:
    payment = _paid(tx, many=2)
    _tell(tx, events_max=1)
    assert told_rows.told_at(tx, payment.payment_id) is None
    _tell(tx, events_max=1)
    assert told_rows.told_at(tx, payment.payment_id) == LATER


def test_other_payments_do_not_count(tx: Tx) -> None:
    told, waiting = _paid(tx), _paid(tx)
    _tell(tx, events_max=1)
    assert told_rows.told_at(tx, told.payment_id) == LATER
    assert told_rows.told_at(tx, waiting.payment_id) is None
