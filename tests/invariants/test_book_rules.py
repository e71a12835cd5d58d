"""What the book refuses to whoever writes it by hand, its owner and a superuser too."""

from dataclasses import replace

import pytest
from psycopg import errors
from sqlalchemy import text

from ledger.accounts import AccountKind
from ledger.digest import digest_of
from ledger.errors import EntryRefused
from ledger.postgres.days import close_day
from ledger.postgres.post import post_entries
from ledger.postgres.refusals import refusals
from ledger.postgres.transaction import Tx
from tests.invariants.forbidden import changes, tables
from tests.ledger.attempts import (
    BOTH,
    ENTRY,
    ONLY_LEGS,
    as_role,
    disable,
    filled,
    leg,
    refusal,
)
from tests.ledger.samples import DAY, NEXT_DAY, NOW, capture

RIGHT = digest_of(capture(1))


@pytest.mark.parametrize("replica", [False, True])
def test_nothing_written_changes_or_disappears_even_for_the_owner(
    owner_tx: Tx, *, replica: bool
) -> None:
    post_entries(owner_tx, [capture(1)])
    close_day(owner_tx, DAY, now=NOW)
    found = tables(owner_tx)
    if replica:
        owner_tx.execute(text("SET LOCAL session_replication_role = replica"))
    else:
        as_role(owner_tx, "clearing_owner")
    refused = [(each, refusal(owner_tx, each)) for table in found for each in changes(table)]
    assert len(refused) > 100
    assert [each for each in refused if each[1] != "LD005"] == []


def _write(tx: Tx, statement: str, *, digest: bytes, legs: str = "") -> str | None:
    """Return the state the owner is refused with who writes past the function, None when not."""
    post_entries(tx, [capture(9, amount=1)])  # So that both accounts are there.
    return refusal(tx, filled(statement, digest=digest, legs=legs))


def test_the_owner_can_write_a_right_entry_so_what_follows_means_something(owner_tx: Tx) -> None:
    assert _write(owner_tx, BOTH, digest=RIGHT, legs=leg()) is None
    assert not post_entries(owner_tx, [capture(1)])[0].is_new


def test_an_entry_without_transfers_is_refused(owner_tx: Tx) -> None:
    assert _write(owner_tx, ENTRY, digest=RIGHT) == "LD003"


@pytest.mark.parametrize(
    ("legs", "state"),
    [
        (leg(amount=749_999), "LD004"),
        (leg(batch="vnpay/2026-11-20/kbnn-0012"), "LD004"),
        (leg(debit="payable:kbnn-0011", credit="receivable:vnpay"), "LD004"),
        (leg(debit="receivable:nowhere"), "LD004"),
        (leg(day="2026-11-21"), "LD004"),
        (f"{leg()}, {leg(ordinal=2)}", "LD004"),
        (leg(ordinal=2), "LD004"),
        (leg(batch="two words"), "LD007"),
    ],
)
def test_transfers_that_are_not_what_the_digest_says_are_refused(
    owner_tx: Tx, legs: str, state: str
) -> None:
    assert _write(owner_tx, BOTH, digest=RIGHT, legs=legs) == state


@pytest.mark.parametrize(
    ("second", "state"),
    [
        (leg(ordinal=2), None),
        (leg(ordinal=3), "LD004"),
        (leg(ordinal=2, day="2026-11-21"), "LD004"),
    ],
)
def test_the_transfers_of_an_entry_are_counted_through_and_of_its_day(
    owner_tx: Tx, second: str, state: str | None
) -> None:
    twice = replace(capture(1), transfers=capture(1).transfers * 2)
    assert _write(owner_tx, BOTH, digest=digest_of(twice), legs=f"{leg()}, {second}") == state


@pytest.mark.parametrize("posted", [[1], [1, 2], [1, 1]])
def test_what_the_function_was_let_do_is_over_when_it_returns(
    owner_tx: Tx, posted: list[int]
) -> None:
    for _ in range(2):
        post_entries(owner_tx, [capture(number) for number in posted])
        statement = ENTRY.replace("captured:vnpay:1", "captured:vnpay:8")
        assert refusal(owner_tx, filled(statement, digest=RIGHT, legs="")) == "LD003"


def test_a_wrong_digest_is_refused(owner_tx: Tx) -> None:
    assert _write(owner_tx, BOTH, digest=digest_of(capture(2)), legs=leg()) == "LD004"


@pytest.mark.parametrize(
    "legs", [leg(amount=0), leg(amount=-1), leg(amount=2**53), leg(credit="receivable:vnpay")]
)
def test_a_transfer_of_nothing_or_to_itself_is_refused(owner_tx: Tx, legs: str) -> None:
    post_entries(owner_tx, [capture(9, amount=1)])
    refused = pytest.raises(EntryRefused, match="transfer_of_something_to_another")
    with refused, refusals():
        owner_tx.execute(text(filled(BOTH, digest=RIGHT, legs=legs)))


@pytest.mark.parametrize(
    ("right", "odd"),
    [
        ("'captured'", "'Captured!'"),
        ("'captured:vnpay:1'", "'a b'"),
        ("'evidence:1'", "E'line\\nline'"),
        ("'2026-11-20'", "'1999-12-31'"),
    ],
)
def test_an_entry_whose_bytes_could_be_misread_is_refused(
    owner_tx: Tx, right: str, odd: str
) -> None:
    disable(owner_tx, "check_transfers", table="transfer")
    assert _write(owner_tx, BOTH.replace(right, odd), digest=RIGHT, legs=leg()) == "LD007"


@pytest.mark.parametrize(
    ("kind", "party"), [("cash", "vnpay"), ("loss", "vnpay"), ("payable", ""), ("payable", "a b")]
)
def test_an_account_outside_the_chart_is_refused(owner_tx: Tx, kind: str, party: str) -> None:
    with pytest.raises(EntryRefused, match="of_the_chart"), refusals():
        owner_tx.execute(
            text("INSERT INTO ledger.account (kind, party) VALUES (:kind, :party)"),
            {"kind": kind, "party": party},
        )


def test_the_database_knows_the_same_chart(owner_tx: Tx) -> None:
    for kind in AccountKind:
        party = "" if kind in {AccountKind.LOSS, AccountKind.GAIN} else "a"
        owner_tx.execute(
            text("INSERT INTO ledger.account (kind, party) VALUES (:kind, :party)"),
            {"kind": kind, "party": party},
        )


def test_a_transfer_added_later_is_refused(owner_tx: Tx) -> None:
    (posted,) = post_entries(owner_tx, [capture(1)])
    add = ONLY_LEGS.replace("<entry_id>", str(posted.entry_id))
    assert refusal(owner_tx, add.replace("<legs>", leg(ordinal=2))) == "LD004"
    assert refusal(owner_tx, add.replace("<legs>", leg())) == errors.UniqueViolation.sqlstate


def test_a_transfer_for_an_entry_of_an_earlier_transaction_is_refused(owner_tx: Tx) -> None:
    (posted,) = post_entries(owner_tx, [capture(1)])
    disable(owner_tx, "refuse_change", table="entry")
    owner_tx.execute(text("UPDATE ledger.entry SET written_in = written_in - 1"))
    for entry_id in (posted.entry_id, 0):
        add = ONLY_LEGS.replace("<entry_id>", str(entry_id))
        assert refusal(owner_tx, add.replace("<legs>", leg(ordinal=2))) == "LD006"


def test_the_owner_too_finds_a_closed_day_closed(owner_tx: Tx) -> None:
    close_day(owner_tx, DAY, now=NOW)
    post_entries(owner_tx, [capture(9, day=NEXT_DAY)])
    assert refusal(owner_tx, filled(BOTH, digest=RIGHT, legs=leg())) == "LD002"
