"""Whole dong and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import VND_MAX, ZERO, Money, total

wholes = st.integers(min_value=-(10**14), max_value=10**14)


@pytest.mark.parametrize("value", [True, 1.0, "1", None])
def test_money_is_never_anything_but_a_whole_number(value: object) -> None:
    with pytest.raises(TypeError, match="whole number of dong"):
        Money(value)  # pyright: ignore[reportArgumentType]  # the mistake under test


@pytest.mark.parametrize("value", [VND_MAX + 1, -VND_MAX - 1])
def test_money_beyond_what_readers_keep_exactly_is_refused(value: int) -> None:
    with pytest.raises(ValueError, match="beyond"):
        Money(value)


def test_the_largest_amount_is_money() -> None:
    assert Money(VND_MAX) - Money(VND_MAX) == ZERO


@given(wholes, wholes)
def test_adding_and_taking_away_again_changes_nothing(left: int, right: int) -> None:
    assert Money(left) + Money(right) - Money(right) == Money(left)
    assert Money(left) - Money(right) == Money(left) + -Money(right)


@given(st.lists(wholes))
def test_a_total_is_the_sum_of_its_parts(values: list[int]) -> None:
    assert total(Money(value) for value in values) == Money(sum(values))


@pytest.mark.parametrize(
    ("vnd", "parts", "of", "share"),
    [
        (1_000, 5, 10_000, 1),
        (999, 5, 10_000, 0),
        (-1_000, 5, 10_000, 0),
        (3, 1, 2, 2),
        (-3, 1, 2, -1),
    ],
)
def test_half_a_dong_is_rounded_up(vnd: int, parts: int, of: int, share: int) -> None:
    assert Money(vnd).share(parts=parts, of=of) == Money(share)


@given(wholes, st.integers(min_value=1, max_value=1_000))
def test_a_share_and_the_rest_are_the_whole_within_one_dong(vnd: int, parts: int) -> None:
    first = Money(vnd).share(parts=parts, of=1_000)
    rest = Money(vnd).share(parts=1_000 - parts, of=1_000)
    assert first + rest - Money(vnd) in {ZERO, Money(1)}


@pytest.mark.parametrize("of", [0, -1])
def test_a_share_of_no_parts_is_refused(of: int) -> None:
    with pytest.raises(ValueError, match="positive number of parts"):
        Money(1).share(parts=1, of=of)


def test_only_more_than_nothing_can_move() -> None:
    assert [Money(vnd).is_positive for vnd in (-1, 0, 1)] == [False, False, True]
