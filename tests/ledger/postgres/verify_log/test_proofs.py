"""Proof documents hold or break, and what is none is refused."""

import json

import pytest

from ledger.merkle import consistency_path, inclusion_path
from ledger.postgres.verify_log.notes import Unusable, read_key
from ledger.postgres.verify_log.proofs import check_proof
from ledger.postgres.verify_log.trees import leaf_hash
from tests.ledger.postgres.verify_log.sealed_book import (
    OTHER_SEED,
    SEED,
    base64_of,
    key_line,
    root_of,
    signed_note,
)

KEY = read_key(key_line(SEED))
LEAVES = ["day 1\n", *(f"row 1\n{number}\n{number}\nentry\n" for number in range(1, 7))]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]


def _note(*, days: int, seed: bytes = SEED) -> str:
    return signed_note(
        f"clearing/2026-11-{days:02}\n{len(LEAVES)}\n{base64_of(root_of(HASHES))}\n"
        f"previous {base64_of(bytes(32))}\nentries 6\naudit 0 through 0\n"
        f"days {days} {base64_of(root_of(HASHES[:days]))}\nsealed 2026-11-22T01:00:00.000000Z\n",
        seed,
    )


INCLUSION = {
    "kind": "inclusion",
    "note": _note(days=5),
    "leaf": LEAVES[3],
    "index": 3,
    "size": len(LEAVES),
    "path": [step.hex() for step in inclusion_path(HASHES, 3)],
}
CONSISTENCY = {
    "kind": "consistency",
    "first": _note(days=3),
    "second": _note(days=5),
    "path": [step.hex() for step in consistency_path(HASHES[:5], 3)],
}


def _checked(proof: object) -> str:
    return check_proof(json.dumps(proof).encode(), KEY)


def test_a_row_is_proved_and_shown() -> None:
    assert _checked(INCLUSION) == (
        "holds: row 3 of 2026-11-05, a day of 6 rows, is: row 1 | 3 | 3 | entry"
    )


def test_a_growth_is_proved() -> None:
    assert _checked(CONSISTENCY) == (
        "holds: the 5 days sealed by 2026-11-05 begin with the 3 sealed by 2026-11-03"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"leaf": LEAVES[4]},
        {"index": 4},
        {"size": 8},
        {"size": 6},
        {"path": []},
        {"note": _note(days=5).replace("entries 6", "entries 7")},
        {"note": _note(days=5, seed=OTHER_SEED)},
        {"note": "a note"},
    ],
)
def test_a_changed_inclusion_proof_breaks(change: dict[str, object]) -> None:
    assert _checked(INCLUSION | change).startswith("broken: ")


@pytest.mark.parametrize(
    "change",
    [
        {"first": _note(days=4)},
        {"first": _note(days=5), "second": _note(days=3)},
        {"second": _note(days=5, seed=OTHER_SEED)},
        {"path": []},
    ],
)
def test_a_changed_consistency_proof_breaks(change: dict[str, object]) -> None:
    assert _checked(CONSISTENCY | change).startswith("broken: ")


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"kind": "other", "path": []}',
        b'{"kind": "inclusion", "path": ["zz"]}',
        b'{"kind": "inclusion", "path": [1]}',
        b"[" * 200_000,
        json.dumps(INCLUSION).replace('"size": 7', '"size": 1e999').encode(),
        json.dumps(INCLUSION | {"leaf": "\ud800"}).encode(),
        json.dumps(INCLUSION | {"note": "\udfff" + _note(days=5)}).encode(),
        json.dumps(CONSISTENCY | {"first": _note(days=3).replace("clearing", "\ud800")}).encode(),
        json.dumps(INCLUSION | {"kind": "\ud800"}).encode(),
    ],
)
def test_what_is_no_proof_is_refused(document: bytes) -> None:
    with pytest.raises(Unusable):
        check_proof(document, KEY)
