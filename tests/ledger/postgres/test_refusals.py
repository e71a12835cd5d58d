"""What the database's refusals are called, and that calls that do not add up meet them."""

import hashlib
from collections.abc import Mapping

import pytest
from psycopg import errors
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ledger.digest import digest_of
from ledger.errors import BookRefused, EntryRefused
from ledger.postgres.days import close_day
from ledger.postgres.post import post_entries
from ledger.postgres.refusals import refusals
from ledger.postgres.transaction import OpenTx, Tx
from tests.ledger.samples import DAY, NOW, capture

POST = (
    "SELECT ledger.post_entries_v2(:movements, :keys, CAST(:days AS date[]), :sources,"
    " CAST(:corrected AS text[]), :digests, :entries, :debits, :credits,"
    " CAST(:amounts AS bigint[]), :batches)"
)
RIGHT_CALL: Mapping[str, list[object]] = {
    "movements": ["captured"],
    "keys": ["captured:vnpay:1"],
    "days": ["2026-11-20"],
    "sources": ["evidence:1"],
    "corrected": [None],
    "digests": [digest_of(capture(1))],
    "entries": [1],
    "debits": ["receivable:vnpay"],
    "credits": ["payable:kbnn-0011"],
    "amounts": [750_000],
    "batches": ["vnpay/2026-11-20/kbnn-0011"],
}


def _called(tx: Tx, call: Mapping[str, list[object]]) -> str | None:
    """Return the state a call of the posting function is refused with, None when it is not."""
    try:
        with tx.begin_nested():
            tx.execute(text(POST), dict(call))
    except DBAPIError as refused:
        return refused.orig.sqlstate if isinstance(refused.orig, errors.Error) else "other"
    return None


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, None),
        ({"digests": [b"\0" * 32]}, "LD004"),
        ({"digests": [None]}, "LD004"),
        ({"sources": ["evidence:2"]}, "LD004"),
        ({"amounts": [750_001]}, "LD004"),
        ({"amounts": [None]}, "LD004"),
        ({"batches": ["vnpay/2026-11-20/kbnn-0012"]}, "LD004"),
        ({"debits": ["payable:kbnn-0011"], "credits": ["receivable:vnpay"]}, "LD004"),
        ({"corrected": ["captured:vnpay:0"]}, "LD004"),
        ({"movements": ["Captured!"]}, "LD007"),
        ({"keys": ["a b"]}, "LD007"),
        ({"keys": [None]}, "LD007"),
        ({"sources": ["line\nline"]}, "LD007"),
        ({"days": ["1999-12-31"]}, "LD007"),
        ({"movements": []}, "LD010"),
        ({"digests": []}, "LD010"),
        ({"entries": []}, "LD010"),
        ({"entries": [2]}, "LD003"),
        ({"entries": [1, 2]}, "LD010"),
        ({"batches": []}, "LD010"),
        ({"keys": [["captured:vnpay:1"]]}, "LD010"),
        ({"amounts": [[750_000]]}, "LD010"),
    ],
)
def test_a_call_that_does_not_add_up_is_refused(
    tx: Tx, change: dict[str, list[object]], state: str | None
) -> None:
    assert _called(tx, {**RIGHT_CALL, **change}) == state


@pytest.mark.parametrize(
    ("debit", "credit", "amount", "batch", "state"),
    [
        ("receivable:vnpay", "payable:kbnn-0011", 0, "b", errors.CheckViolation.sqlstate),
        ("receivable:vnpay", "payable:kbnn-0011", -1, "b", errors.CheckViolation.sqlstate),
        ("receivable:vnpay", "receivable:vnpay", 1, "b", errors.CheckViolation.sqlstate),
        ("cash:vnpay", "payable:kbnn-0011", 1, "b", errors.CheckViolation.sqlstate),
        ("loss:vnpay", "payable:kbnn-0011", 1, "b", errors.CheckViolation.sqlstate),
        ("receivable:vnpay", "payable:kbnn-0011", 1, "two words", "LD007"),
        ("receivable:vnpay", "payable:kbnn-0011", 1, "b", None),
    ],
)
def test_even_with_its_right_digest_a_bad_transfer_is_refused(  # noqa: PLR0917  # cases of pytest
    tx: Tx, debit: str, credit: str, amount: int, batch: str, state: str | None
) -> None:
    line = f"{debit} {credit} {amount} {batch}\n"
    written = f"entry 1\ncaptured\ncaptured:vnpay:1\n2026-11-20\nevidence:1\n\n{line}"
    call: dict[str, list[object]] = {
        "digests": [hashlib.sha256(written.encode()).digest()],
        "debits": [debit],
        "credits": [credit],
        "amounts": [amount],
        "batches": [batch],
    }
    assert _called(tx, {**RIGHT_CALL, **call}) == state


@pytest.mark.parametrize(
    ("array", "literal"),
    [
        ("amounts", "[0:1]={9007199254740991,750000}"),
        ("batches", "[0:1]={zz,vnpay/2026-11-20/kbnn-0011}"),
        ("debits", "[0:1]={loss,receivable:vnpay}"),
        ("keys", "[2:2]={captured:vnpay:1}"),
    ],
)
def test_what_is_written_is_what_was_digested_however_arrays_are_counted(
    tx: Tx, array: str, literal: str
) -> None:
    kind = "bigint[]" if array == "amounts" else "text[]"
    shifted = POST.replace("CAST(:amounts AS bigint[])", ":amounts")
    shifted = shifted.replace(f":{array}", f"CAST(CAST(:{array} AS text) AS {kind})")
    values: dict[str, object] = {**RIGHT_CALL, array: literal}
    with pytest.raises(DBAPIError) as refused, tx.begin_nested():
        tx.execute(text(shifted), values)
    assert isinstance(refused.value.orig, errors.Error)
    assert refused.value.orig.sqlstate == "LD010"


def test_an_entry_of_more_transfers_than_an_entry_has_is_refused(tx: Tx) -> None:
    legs: dict[str, list[object]] = {
        name: RIGHT_CALL[name] * 201
        for name in ("entries", "debits", "credits", "amounts", "batches")
    }
    assert _called(tx, {**RIGHT_CALL, **legs}) == "LD007"


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_under_an_older_snapshot_nothing_is_posted_or_closed(
    open_recon_tx: OpenTx, level: str
) -> None:
    with open_recon_tx() as tx:
        tx.execute(text(f"SET TRANSACTION ISOLATION LEVEL {level}"))
        with pytest.raises(EntryRefused, match="needs READ COMMITTED"), tx.begin_nested():
            post_entries(tx, [capture(1)])
        with pytest.raises(EntryRefused, match="needs READ COMMITTED"), tx.begin_nested():
            close_day(tx, DAY, now=NOW)


def test_an_error_that_is_not_of_the_book_stays_what_it_is(tx: Tx) -> None:
    with pytest.raises(DBAPIError) as passed, refusals():
        tx.execute(text("SELECT 1 / 0"))
    assert not isinstance(passed.value, BookRefused)


def test_an_error_that_is_not_the_database_s_stays_what_it_is() -> None:
    with pytest.raises(DBAPIError), refusals():
        raise DBAPIError("", None, ValueError("not of PostgreSQL"))


def test_a_refusal_keeps_what_the_database_said(tx: Tx) -> None:
    with pytest.raises(EntryRefused) as refused, refusals():
        tx.execute(text(POST), {**RIGHT_CALL, "entries": []})
    assert isinstance(refused.value.__cause__, DBAPIError)
