"""Trees of hashes agree with the published ones, and no proof survives a changed bit."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.merkle import (
    EMPTY_ROOT,
    consistency_path,
    inclusion_path,
    is_consistent,
    is_included,
    leaf_hash,
    root_of,
)

SIZE_MAX = 130

# The tree of the reference implementation of Certificate Transparency (merkle_tree_test.cc).
DATA = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUDED = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENT = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}

LEAVES = [leaf_hash(data) for data in DATA]
MANY = [leaf_hash(bytes([place])) for place in range(SIZE_MAX)]
sizes = st.integers(min_value=1, max_value=SIZE_MAX)


def naive_root(data: Sequence[bytes]) -> bytes:
    """Return the root as RFC 9162 section 2.1.1 defines it, sharing nothing with ours."""
    if len(data) == 0:
        return sha256(b"").digest()
    if len(data) == 1:
        return sha256(b"\x00" + data[0]).digest()
    half = 1
    while half * 2 < len(data):
        half *= 2
    return sha256(b"\x01" + naive_root(data[:half]) + naive_root(data[half:])).digest()


def hexed(path: Sequence[bytes]) -> list[str]:
    return [step.hex() for step in path]


def with_bit_turned(value: bytes, bit: int) -> bytes:
    turned = bytearray(value)
    turned[bit // 8 % len(turned)] ^= 1 << bit % 8
    return bytes(turned)


def test_roots_are_the_published_ones():
    assert [root_of(LEAVES[:size]).hex() for size in range(1, 9)] == ROOTS


def test_a_tree_of_nothing_has_the_hash_of_nothing():
    assert root_of([]) == EMPTY_ROOT == sha256(b"").digest()


@pytest.mark.parametrize(("index", "size"), INCLUDED)
def test_inclusion_paths_are_the_published_ones(index: int, size: int):
    path = inclusion_path(LEAVES[:size], index)
    assert hexed(path) == INCLUDED[index, size]
    root = bytes.fromhex(ROOTS[size - 1])
    assert is_included(LEAVES[index], index=index, size=size, path=path, root=root)


@pytest.mark.parametrize(("first", "second"), CONSISTENT)
def test_consistency_paths_are_the_published_ones(first: int, second: int):
    path = consistency_path(LEAVES[:second], first)
    assert hexed(path) == CONSISTENT[first, second]
    old, new = (bytes.fromhex(ROOTS[size - 1]) for size in (first, second))
    assert is_consistent(first=first, second=second, first_root=old, second_root=new, path=path)


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_roots_follow_the_definition(data: list[bytes]):
    assert root_of(leaf_hash(one) for one in data) == naive_root(data)


def test_every_leaf_of_every_small_tree_is_proven_at_its_own_place_only():
    for size in range(1, 34):
        leaves, root = MANY[:size], root_of(MANY[:size])
        for index, leaf in enumerate(leaves):
            path = inclusion_path(leaves, index)
            proven = [
                place
                for place in range(size)
                if is_included(leaf, index=place, size=size, path=path, root=root)
            ]
            assert proven == [index]


def test_every_small_tree_is_proven_to_begin_every_larger_one():
    roots = [root_of(MANY[:size]) for size in range(34)]
    for second in range(1, 34):
        for first in range(1, second + 1):
            path = consistency_path(MANY[:second], first)
            proven = [
                size
                for size in range(second + 2)
                if is_consistent(
                    first=first,
                    second=second,
                    first_root=roots[first],
                    second_root=roots[size] if size < 34 else EMPTY_ROOT,
                    path=path,
                )
            ]
            assert proven == [second]


@given(size=sizes, data=st.data())
def test_an_inclusion_proof_with_any_bit_turned_is_refused(size: int, data: st.DataObject):
    index = data.draw(st.integers(0, size - 1))
    leaves, root = MANY[:size], root_of(MANY[:size])
    path = inclusion_path(leaves, index)
    assert is_included(leaves[index], index=index, size=size, path=path, root=root)
    parts = [leaves[index], root, *path]
    turned = data.draw(st.integers(0, len(parts) - 1))
    parts[turned] = with_bit_turned(parts[turned], data.draw(st.integers(0, 255)))
    leaf, other_root, *other_path = parts
    assert not is_included(leaf, index=index, size=size, path=other_path, root=other_root)


@given(size=sizes, data=st.data())
def test_a_consistency_proof_with_any_bit_turned_is_refused(size: int, data: st.DataObject):
    first = data.draw(st.integers(1, size))
    path = consistency_path(MANY[:size], first)
    parts = [root_of(MANY[:first]), root_of(MANY[:size]), *path]
    turned = data.draw(st.integers(0, len(parts) - 1))
    parts[turned] = with_bit_turned(parts[turned], data.draw(st.integers(0, 255)))
    old, new, *other_path = parts
    assert not is_consistent(
        first=first, second=size, first_root=old, second_root=new, path=other_path
    )


@given(size=sizes, data=st.data())
def test_a_path_that_is_cut_or_longer_is_refused(size: int, data: st.DataObject):
    index = data.draw(st.integers(0, size - 1))
    leaves, root = MANY[:size], root_of(MANY[:size])
    path = inclusion_path(leaves, index)
    for other in (path[:-1] if path else [root], [*path, root], path[1:] if path else [root]):
        assert not is_included(leaves[index], index=index, size=size, path=other, root=root)
    longer = [*consistency_path(leaves, index + 1), root]
    old = root_of(leaves[: index + 1])
    assert not is_consistent(
        first=index + 1, second=size, first_root=old, second_root=root, path=longer
    )


def test_trees_that_cannot_be_are_refused():
    root = root_of(LEAVES)
    assert not is_included(LEAVES[0], index=8, size=8, path=[], root=root)
    assert not is_included(LEAVES[0], index=-1, size=8, path=[], root=root)
    for first, second in ((0, 8), (9, 8), (3, 8)):
        assert not is_consistent(
            first=first, second=second, first_root=root, second_root=root, path=[]
        )


@pytest.mark.parametrize("index", [-1, 8])
def test_a_leaf_that_is_not_there_has_no_path(index: int):
    with pytest.raises(IndexError):
        inclusion_path(LEAVES, index)


@pytest.mark.parametrize("first", [0, 9])
def test_a_beginning_that_is_none_has_no_path(first: int):
    with pytest.raises(IndexError):
        consistency_path(LEAVES, first)
