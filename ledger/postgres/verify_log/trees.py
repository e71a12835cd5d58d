"""Merkle trees and what proves a leaf or a growth: RFC 9162, section 2.1."""

import hashlib


class Tree:
    """A tree that grows leaf by leaf and keeps one hash per level."""

    def __init__(self) -> None:
        """Begin without leaves."""
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, leaf_hash: bytes) -> None:
        """Append a leaf's hash."""
        self.size += 1
        self._peaks.append(leaf_hash)
        for _ in range((self.size & -self.size).bit_length() - 1):
            right = self._peaks.pop()
            self._peaks[-1] = _node_hash(self._peaks[-1], right)

    def root(self) -> bytes:
        """Return the hash that stands for all leaves."""
        root = self._peaks[-1] if self._peaks else hashlib.sha256().digest()
        for left in reversed(self._peaks[:-1]):
            root = _node_hash(left, root)
        return root


def leaf_hash(text: str) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def root_by_inclusion(leaf: bytes, path: list[bytes], *, index: int, size: int) -> bytes | None:
    """Return the root a leaf's hash and path lead to, None when the path does not fit the size.

    Source: RFC 9162 section 2.1.3.2.
    """
    if not 0 <= index < size:
        return None
    at, last, root = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if at % 2 == 1 or at == last:
            root = _node_hash(step, root)
            while at % 2 == 0 and at != 0:
                at, last = at // 2, last // 2
        else:
            root = _node_hash(root, step)
        at, last = at // 2, last // 2
    return root if last == 0 else None


def is_consistent(
    path: list[bytes], *, first: bytes, first_size: int, second: bytes, second_size: int
) -> bool:
    """Say whether a path proves that the second tree begins with the first.

    Source: RFC 9162 section 2.1.4.2.
    """
    if not 0 < first_size <= second_size:
        return False
    if first_size == second_size:
        return not path and first == second
    steps = [first, *path] if first_size & (first_size - 1) == 0 else path
    if not path:
        return False
    at, last = first_size - 1, second_size - 1
    while at % 2 == 1:
        at, last = at // 2, last // 2
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at % 2 == 1 or at == last:
            old, new = _node_hash(step, old), _node_hash(step, new)
            while at % 2 == 0 and at != 0:
                at, last = at // 2, last // 2
        else:
            new = _node_hash(new, step)
        at, last = at // 2, last // 2
    return (old, new, last) == (first, second, 0)


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
