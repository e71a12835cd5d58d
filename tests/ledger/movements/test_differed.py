"""What was reported is not what was booked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.accounts import AccountKind
from ledger.entry import Entry
from ledger.money import ZERO, Money
from ledger.movements.differed import differed
from tests.ledger.movement_samples import REPORTED, shown
from tests.ledger.samples import DAY, amounts

BATCH = "vnpay/2026-11-19/kbnn-0011"


def _differed(
    difference: Money, *, stands_in: AccountKind = AccountKind.RECEIVABLE, batch: str = BATCH
) -> Entry:
    return differed(
        key="k:1",
        gateway="vnpay",
        business_date=DAY,
        source="e",
        stands_in=stands_in,
        batch=batch,
        difference=difference,
    )


@given(amounts, st.sampled_from(REPORTED))
def test_more_stands_where_it_was_reported_and_waits_for_its_owner(
    more: Money, stands_in: AccountKind
) -> None:
    assert shown(_differed(more, stands_in=stands_in)) == [
        (f"{stands_in}:vnpay", "suspense_difference:vnpay", more.vnd, BATCH),
    ]


@given(amounts, st.sampled_from(REPORTED))
def test_less_leaves_where_it_was_not_reported_and_waits_for_its_debtor(
    less: Money, stands_in: AccountKind
) -> None:
    assert shown(_differed(-less, stands_in=stands_in)) == [
        ("suspense_difference:vnpay", f"{stands_in}:vnpay", less.vnd, BATCH),
    ]


def test_the_same_sum_is_no_difference() -> None:
    with pytest.raises(ValueError, match="more than nothing"):
        _differed(ZERO)


@pytest.mark.parametrize("stands_in", sorted(set(AccountKind) - set(REPORTED)))
def test_only_what_others_report_can_differ(stands_in: AccountKind) -> None:
    with pytest.raises(ValueError, match="nobody reports"):
        _differed(Money(1), stands_in=stands_in)


def test_the_batch_is_of_the_same_gateway() -> None:
    with pytest.raises(ValueError, match="passes on"):
        _differed(Money(1), batch="momo/2026-11-19/kbnn-0011")
