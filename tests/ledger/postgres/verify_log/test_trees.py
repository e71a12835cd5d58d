"""Trees and proofs agree with the published ones and with the definition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.merkle import consistency_path, inclusion_path
from ledger.postgres.verify_log.trees import Tree, is_consistent, leaf_hash, root_by_inclusion
from tests.ledger.postgres.verify_log.sealed_book import hashed, root_of

# The tree of the reference implementation of Certificate Transparency (merkle_tree_test.cc).
DATA = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
]
LEAVES = [leaf_hash(str(number)) for number in range(70)]
FIRST_ROOTS = [root_of(LEAVES[:size]) for size in range(1, len(LEAVES) + 1)]


def test_roots_are_the_published_ones() -> None:
    tree = Tree()
    for data, root in zip(DATA, ROOTS, strict=True):
        tree.add(hashed(b"\x00", bytes.fromhex(data)))
        assert tree.root().hex() == root
    assert tree.size == len(DATA)


def test_a_tree_without_leaves_has_the_hash_of_nothing() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert Tree().root().hex() == empty


def test_a_growing_tree_has_the_root_of_the_definition_at_every_size() -> None:
    tree = Tree()
    for leaf, root in zip(LEAVES, FIRST_ROOTS, strict=True):
        tree.add(leaf)
        assert tree.root() == root


def test_every_leaf_is_proved_in_every_size_and_no_other_leaf_or_size() -> None:
    for size in range(1, 33):
        for index in range(size):
            path = inclusion_path(LEAVES[:size], index)
            root = root_by_inclusion(LEAVES[index], path, index=index, size=size)
            assert root == FIRST_ROOTS[size - 1]
            wrong = root_by_inclusion(LEAVES[index + 1], path, index=index, size=size)
            assert wrong != FIRST_ROOTS[size - 1]
            for other in (index + 1) % size, index:
                longer = [*path, LEAVES[0]] if other == index else path
                if (other, longer) != (index, path):
                    root = root_by_inclusion(LEAVES[index], longer, index=other, size=size)
                    assert root != FIRST_ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (0, 9)])
def test_an_index_outside_or_a_path_too_short_leads_nowhere(index: int, size: int) -> None:
    assert root_by_inclusion(LEAVES[0], [LEAVES[1]], index=index, size=size) is None


def test_every_growth_is_proved() -> None:
    for second in range(1, 40):
        for first in range(1, second + 1):
            assert _consistent(consistency_path(LEAVES[:second], first), first, second)


@given(
    sizes=st.tuples(st.integers(1, 60), st.integers(1, 60)).map(sorted),
    step=st.integers(0, 7),
    byte=st.integers(0, 31),
)
def test_no_growth_is_proved_by_a_changed_path_or_for_another_root(
    sizes: list[int], step: int, byte: int
) -> None:
    first, second = sizes
    path = consistency_path(LEAVES[:second], first)
    if first != second:
        step %= len(path)
        changed = bytearray(path[step])
        changed[byte] ^= 1
        broken = [*path[:step], bytes(changed), *path[step + 1 :]]
        assert not _consistent(broken, first, second)
        assert not _consistent(path[:-1], first, second)
    assert not _consistent([*path, LEAVES[0]], first, second)
    if first > 1:
        assert not _consistent(path, first - 1, second)


@pytest.mark.parametrize(("first", "second"), [(0, 3), (4, 3)])
def test_nothing_grows_from_nothing_or_backwards(first: int, second: int) -> None:
    assert not is_consistent(
        [], first=LEAVES[0], first_size=first, second=LEAVES[0], second_size=second
    )


def _consistent(path: list[bytes], first: int, second: int) -> bool:
    return is_consistent(
        path,
        first=FIRST_ROOTS[first - 1],
        first_size=first,
        second=FIRST_ROOTS[second - 1],
        second_size=second,
    )
