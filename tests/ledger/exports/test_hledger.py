"""The journal as hledger text, read by hledger itself: it must find the same balances."""

from datetime import date, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given

from ledger.accounts import Account
from ledger.exports.hledger import account_name, account_named, hledger_text
from ledger.exports.journal import Journal, Span
from ledger.postgres.balances import balances
from ledger.postgres.transaction import Tx
from ledger.postgres.trial_balance import trial_balance
from tests.ledger.exports.conftest import journal_of
from tests.ledger.exports.outside import csv_rows, program, run
from tests.ledger.random_book import FIRST_DAY, SOURCES
from tests.ledger.samples import NOW, accounts

FIRST = date(2026, 10, 12)
LAST = date(2026, 10, 30)
DATES = [FIRST_DAY, date(2026, 10, 11), FIRST, date(2026, 10, 20), LAST, date(2026, 12, 31)]

NOTHING = Journal(Span(first=FIRST, last=None, recorded_by=NOW), [], {}, {}, [])


@pytest.fixture
def hledger() -> str:
    return program("hledger")


def written(journal: Journal, folder: Path) -> Path:
    path = folder / "book.journal"
    path.write_text("".join(hledger_text(journal)))
    return path


def amounts(hledger: str, path: Path, *words: str) -> dict[Account, int]:
    """Return what hledger says stands in each account."""
    said = run(hledger, "-f", path, "balance", "--flat", "-N", "-E", "-O", "csv", *words)
    return {account_named(name): int(amount.split()[0]) for name, amount in csv_rows(said)}


def ours(tx: Tx, *, as_of: date | None = None) -> dict[Account, int]:
    return {place: stood.net.vnd for place, stood in balances(tx, as_of=as_of).items()}


def test_hledger_finds_the_same_balances_at_any_date(
    book: Tx, hledger: str, tmp_path: Path
) -> None:
    path = written(journal_of(book), tmp_path)
    for day in DATES:
        found = amounts(hledger, path, "-e", (day + timedelta(days=1)).isoformat())
        expected = ours(book, as_of=day)
        assert len(expected) > 10
        assert {place: found.get(place, 0) for place in expected} == expected
        assert {place for place, amount in found.items() if amount} <= set(expected)


def test_hledger_finds_the_same_trial_balance(book: Tx, hledger: str, tmp_path: Path) -> None:
    path = written(journal_of(book), tmp_path)
    debits = amounts(hledger, path, "amt:>0")
    expected = trial_balance(book)
    assert debits == {place: stood.debit.vnd for place, stood in expected.rows if stood.debit.vnd}
    assert sum(debits.values()) == expected.debit_total.vnd


def test_hledger_finds_the_same_in_a_span_that_opens_with_balances(
    book: Tx, hledger: str, tmp_path: Path
) -> None:
    path = written(journal_of(book, first=FIRST, last=LAST), tmp_path)
    assert amounts(hledger, path) == ours(book, as_of=LAST)
    opened = amounts(hledger, path, "-e", FIRST.isoformat())
    expected = ours(book, as_of=FIRST - timedelta(days=1))
    assert {place: amount for place, amount in opened.items() if amount} == {
        place: amount for place, amount in expected.items() if amount
    }


@pytest.mark.parametrize(("first", "last"), [(None, None), (FIRST, LAST), (LAST, None)])
def test_strict_checks_hold(
    book: Tx, hledger: str, tmp_path: Path, first: date | None, last: date | None
) -> None:
    path = written(journal_of(book, first=first, last=last), tmp_path)
    run(hledger, "-f", path, "check", "--strict", "ordereddates")


def test_hledger_keeps_keys_sources_and_batches(book: Tx, hledger: str, tmp_path: Path) -> None:
    path = written(journal_of(book), tmp_path)
    keys = set(run(hledger, "-f", path, "codes").split())
    lines = list(journal_of(book).lines)
    assert keys == {line.key for line in lines}
    sources = run(hledger, "-f", path, "tags", "^source$", "--values").splitlines()
    assert {unquote(source) for source in sources} == {*SOURCES, "test"}
    batches = run(hledger, "-f", path, "tags", "^batch$", "--values").splitlines()
    assert set(batches) == {line.batch for line in lines}
    tags = set(run(hledger, "-f", path, "tags").split())
    assert tags == {"batch", "corrects", "recorded", "source", "type"}


def test_a_cut_file_or_a_changed_amount_is_noticed(book: Tx, hledger: str, tmp_path: Path) -> None:
    path = written(journal_of(book), tmp_path)
    text = path.read_text()
    transactions = text.split("\n\n")
    middle = len(transactions) // 2
    path.write_text("\n\n".join(transactions[:middle] + transactions[middle + 1 :]))
    with pytest.raises(AssertionError, match="balance assertion"):
        run(hledger, "-f", path, "check")


def test_a_book_without_entries_is_a_journal_too(hledger: str, tmp_path: Path) -> None:
    path = written(NOTHING, tmp_path)
    run(hledger, "-f", path, "check", "--strict")
    assert "2026-10-12 to the last" in path.read_text()


@given(accounts)
def test_a_name_leads_back_to_its_account(account: Account) -> None:
    assert account_named(account_name(account)) == account


@pytest.mark.parametrize(
    "name", ["receivable:vnpay", "liabilities:receivable:vnpay", "assets:gold", "assets:loss"]
)
def test_a_name_of_others_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"account|AccountKind"):
        account_named(name)


def test_a_journal_says_what_it_is_of() -> None:
    head, *_ = hledger_text(Journal(Span(first=None, last=LAST, recorded_by=NOW), [], {}, {}, []))
    assert "; Business days from the first to 2026-10-30,\n" in head
    assert "; as recorded by 2026-11-22T08:00:00.000000+07:00.\n" in head
