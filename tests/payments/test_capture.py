"""The key under which a sum enters the book."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ledger.entry import KEY_SHAPE
from payments.capture import Capture
from payments.decision import Movement
from tests.payments.scene import AMOUNT, NOW, TODAY

CAPTURE = Capture(
    gateway="vnpay",
    gateway_transaction="15000001",
    reference="R1",
    attempt_id=1,
    payment_id=1,
    movement=Movement.CAPTURED,
    amount=AMOUNT,
    paid_at=NOW,
    business_date=TODAY,
    evidence_id=1,
)


def test_the_key_names_movement_gateway_and_transaction():
    assert CAPTURE.entry_key == "captured:vnpay:15000001"


@given(st.text(min_size=1, max_size=300), st.text(min_size=1, max_size=300))
def test_every_partner_number_has_a_key_the_book_takes_and_no_two_share_one(one: str, other: str):
    keys = {replace(CAPTURE, gateway_transaction=text).entry_key for text in (one, other)}
    assert all(KEY_SHAPE.fullmatch(key) for key in keys)
    assert len(keys) == len({one, other})
