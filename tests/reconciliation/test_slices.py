"""A long list, a part at a time."""

from hypothesis import given
from hypothesis import strategies as st

from reconciliation.slices import slices


@given(st.lists(st.integers()), st.integers(min_value=1, max_value=9))
def test_parts_are_whole_in_order_and_never_too_long(items: list[int], size_max: int):
    parts = list(slices(items, size_max))
    assert [item for part in parts for item in part] == items
    assert all(0 < len(part) <= size_max for part in parts)
