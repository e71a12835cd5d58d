"""Trees of hashes: a root for any number of leaves, and short proofs of what a root covers.

Source: RFC 9162 section 2.1, whose hashing is that of RFC 6962. Every function takes leaves by
their hashes, which is what is kept of them.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(*, left: bytes, right: bytes) -> bytes:
    """Return the hash over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaves in order, holding no more than one hash per level."""
    whole: list[bytes] = []  # Full subtrees from left to right, each smaller than the one before.
    for size, leaf in enumerate(leaves):
        joined, grown = leaf, size
        while grown & 1:
            joined = hashlib.sha256(b"\x01" + whole.pop() + joined).digest()
            grown >>= 1
        whole.append(joined)
    if not whole:
        return EMPTY_ROOT
    root = whole.pop()
    while whole:
        root = node_hash(left=whole.pop(), right=root)
    return root


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the hashes that lead from one leaf to the root, lowest first.

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    path: list[bytes] = []
    while len(leaves) > 1:
        half = _half(len(leaves))
        left, right = leaves[:half], leaves[half:]
        if index < half:
            path.append(root_of(right))
            leaves = left
        else:
            path.append(root_of(left))
            leaves, index = right, index - half
    return path[::-1]


def consistency_path(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """Return the hashes that show how the root over the `first` leaves became that over all.

    Raises:
        IndexError: there are not so many leaves, or `first` is not above zero.
    """
    if not 0 < first <= len(leaves):
        raise IndexError(first)
    path: list[bytes] = []
    is_first_root = True  # The old root itself is known to who asks and is left out.
    while first < len(leaves):
        half = _half(len(leaves))
        left, right = leaves[:half], leaves[half:]
        if first <= half:
            path.append(root_of(right))
            leaves = left
        else:
            path.append(root_of(left))
            leaves, first, is_first_root = right, first - half, False
    if not is_first_root:
        path.append(root_of(leaves))
    return path[::-1]


def is_included(leaf: bytes, *, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Say whether a path proves a leaf to stand at this place under this root.

    Source: RFC 9162 section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(left=step, right=found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(left=found, right=step)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(
    *, first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]
) -> bool:
    """Say whether a path proves that the first tree is the beginning of the second.

    Source: RFC 9162 section 2.1.4.2.
    """
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    steps = list(path)
    if first & (first - 1) == 0:
        steps.insert(0, first_root)
    if not steps:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    older = newer = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            older = node_hash(left=step, right=older)
            newer = node_hash(left=step, right=newer)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(left=newer, right=step)
        place, last = place >> 1, last >> 1
    return last == 0 and older == first_root and newer == second_root


def _half(size: int) -> int:
    """Return the largest power of two below a size above one: how a tree is split."""
    return 1 << ((size - 1).bit_length() - 1)
