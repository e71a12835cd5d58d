"""A sum that was taken: its batch, and what is left of it."""

from dataclasses import replace

import pytest

from ledger.money import Money
from payments.decision import Movement
from tests.payments.test_refund import TAKEN


@pytest.mark.parametrize(
    ("movement", "place"),
    [
        (Movement.CAPTURED, "kbnn-0011"),
        (Movement.CAPTURED_TWICE, "refund"),
        (Movement.PARKED, "suspense"),
    ],
)
def test_a_sum_leaves_under_the_batch_it_came_in_with(movement: Movement, place: str):
    assert replace(TAKEN, movement=movement).batch == f"paper/2026-03-11/{place}"


def test_what_is_asked_back_is_not_left_and_what_went_back_is_not_kept():
    some = replace(TAKEN, back=Money(300_000), returned=Money(100_000))
    assert (some.left, some.kept) == (Money(50_000), Money(250_000))
