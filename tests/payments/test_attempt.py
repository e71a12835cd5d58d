"""One try at one gateway, as data."""

from dataclasses import FrozenInstanceError

import pytest

from tests.payments.test_move import ATTEMPT


def test_an_attempt_cannot_be_changed_in_place():
    with pytest.raises(FrozenInstanceError):
        ATTEMPT.version = 2  # pyright: ignore[reportAttributeAccessIssue] (the refusal is the test)
