"""A long list, a part at a time."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def slices(items: Sequence[T], size_max: int) -> Iterator[Sequence[T]]:
    """Yield the items in order, at most `size_max` at a time."""
    return (items[at : at + size_max] for at in range(0, len(items), size_max))
