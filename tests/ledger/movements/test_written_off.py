"""Nobody pays any more, or nobody asks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.entry import Entry
from ledger.money import Money
from ledger.movements.written_off import written_off
from tests.ledger.movement_samples import shown
from tests.ledger.samples import DAY, amounts

BATCH = "vnpay/2026-11-19/kbnn-0011"
PLACES = {"kbnn-0012": "claim:kbnn-0012", None: "suspense_difference:vnpay"}
parties = st.sampled_from(sorted(PLACES, key=str))


def _written_off(
    amount: Money, *, is_gain: bool, party: str | None = None, batch: str = BATCH
) -> Entry:
    return written_off(
        key="k:1",
        gateway="vnpay",
        business_date=DAY,
        source="e",
        party=party,
        batch=batch,
        amount=amount,
        is_gain=is_gain,
    )


@given(amounts, parties)
def test_what_nobody_pays_is_a_loss(amount: Money, party: str | None) -> None:
    assert shown(_written_off(amount, is_gain=False, party=party)) == [
        ("loss", PLACES[party], amount.vnd, BATCH),
    ]


@given(amounts, parties)
def test_what_nobody_asks_back_is_a_gain(amount: Money, party: str | None) -> None:
    assert shown(_written_off(amount, is_gain=True, party=party)) == [
        (PLACES[party], "gain", amount.vnd, BATCH),
    ]


def test_the_batch_is_of_the_same_gateway() -> None:
    with pytest.raises(ValueError, match="passes on"):
        _written_off(Money(1), is_gain=False, batch="momo/2026-11-19/kbnn-0011")
