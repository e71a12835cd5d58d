"""One payment, as data."""

from dataclasses import FrozenInstanceError

import pytest

from tests.payments.test_move import PAYMENT


def test_a_payment_cannot_be_changed_in_place():
    with pytest.raises(FrozenInstanceError):
        PAYMENT.version = 2  # pyright: ignore[reportAttributeAccessIssue] (the refusal is the test)
