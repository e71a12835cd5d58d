"""What a client may say when it opens a payment."""

import pytest
from pydantic import ValidationError

from api.partner.payment_in import OBLIGATIONS_MAX, AttemptIn, PaymentIn

START = {"gateway": "vnpay", "payer_address": "203.0.113.7"}


def test_a_payment_is_as_little_as_what_it_is_for():
    body = PaymentIn.model_validate({"obligations": ["token"]})
    assert (body.language, body.metadata, body.start) == ("vi", {}, None)


def test_a_payer_who_has_chosen_is_said_as_an_attempt_says_it():
    body = PaymentIn.model_validate({"obligations": ["token"], "start": START})
    assert body.start == AttemptIn.model_validate(START)


@pytest.mark.parametrize(
    "wrong",
    [
        {"obligations": []},
        {"obligations": ["token"] * (OBLIGATIONS_MAX + 1)},
        {"obligations": ["token"], "start": {**START, "payer_address": "fe80::1%eth0"}},
        {"obligations": ["token"], "start": {**START, "gateway": "VNPAY"}},
        {"obligations": ["token"], "start": {"gateway": "vnpay"}},
        {"obligations": ["token"], "shown_total_vnd": 1.0},
        {"obligations": ["token"], "metadata": {"order": 7}},
        {"obligations": ["token"], "amount_vnd": 1},
    ],
)
def test_what_cannot_be_right_is_refused(wrong: dict[str, object]):
    with pytest.raises(ValidationError):
        PaymentIn.model_validate(wrong)
