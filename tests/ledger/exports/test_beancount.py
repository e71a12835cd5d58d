"""The journal as beancount text, read by beancount itself: it must find the same balances."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given

from ledger.accounts import Account, AccountKind
from ledger.exports.beancount import account_name, account_named, beancount_text
from ledger.exports.journal import Journal, Span
from ledger.postgres.balances import balances
from ledger.postgres.transaction import Tx
from tests.ledger.exports.conftest import journal_of
from tests.ledger.exports.outside import csv_rows, program, run
from tests.ledger.random_book import FIRST_DAY, SOURCES
from tests.ledger.samples import NOW, accounts

FIRST = date(2026, 10, 12)
LAST = date(2026, 10, 30)
NAME_SHAPE = re.compile(r"(Assets|Liabilities|Expenses|Income)(:[A-Z0-9][A-Za-z0-9-]*){1,2}")

NOTHING = Journal(Span(first=FIRST, last=None, recorded_by=NOW), [], {}, {}, [])


@pytest.fixture
def bean_check() -> str:
    return program("bean-check")


@pytest.fixture
def bean_query() -> str:
    return program("bean-query")


def written(journal: Journal, folder: Path) -> Path:
    path = folder / "book.beancount"
    path.write_text("".join(beancount_text(journal)))
    return path


def asked(bean_query: str, path: Path, question: str) -> list[list[str]]:
    said = run(bean_query, "--format", "csv", path, question)
    return [[cell.strip() for cell in row] for row in csv_rows(said)]


def ours(tx: Tx, *, as_of: date | None = None) -> dict[Account, int]:
    return {place: stood.net.vnd for place, stood in balances(tx, as_of=as_of).items()}


def test_beancount_finds_the_same_balances_at_any_date(
    book: Tx, bean_query: str, tmp_path: Path
) -> None:
    path = written(journal_of(book), tmp_path)
    for day in (FIRST_DAY, FIRST, date(2026, 12, 31)):
        rows = asked(
            bean_query,
            path,
            f"SELECT account, sum(number) WHERE date <= {day.isoformat()} GROUP BY account",
        )
        found = {account_named(name): int(amount) for name, amount in rows}
        assert found == ours(book, as_of=day)


@pytest.mark.parametrize(("first", "last"), [(None, None), (FIRST, LAST), (LAST, None)])
def test_beancount_takes_the_file_and_our_balances_in_it(
    book: Tx, bean_check: str, tmp_path: Path, first: date | None, last: date | None
) -> None:
    run(bean_check, written(journal_of(book, first=first, last=last), tmp_path))


def test_a_span_opens_with_balances(book: Tx, bean_query: str, tmp_path: Path) -> None:
    path = written(journal_of(book, first=FIRST, last=LAST), tmp_path)
    rows = asked(bean_query, path, "SELECT account, sum(number) GROUP BY account")
    found = {account_named(name): int(amount) for name, amount in rows}
    expected = ours(book, as_of=LAST)
    assert {place: found.get(place, 0) for place in expected} == expected


def test_beancount_keeps_codes_keys_sources_and_batches(
    book: Tx, bean_query: str, tmp_path: Path
) -> None:
    path = written(journal_of(book), tmp_path)
    rows = asked(
        bean_query,
        path,
        "SELECT account, getitem(open_meta(account), 'code'), entry_meta('key'),"
        " any_meta('source'), meta('batch')",
    )
    assert all(account_named(name).code == code for name, code, *_ in rows)
    lines = list(journal_of(book).lines)
    assert {row[2] for row in rows} == {line.key for line in lines}
    assert {row[3] for row in rows} == {*SOURCES, "test"}
    assert {row[4] for row in rows} == {line.batch for line in lines}


def test_a_cut_file_or_a_changed_amount_is_noticed(
    book: Tx, bean_check: str, tmp_path: Path
) -> None:
    path = written(journal_of(book), tmp_path)
    text = path.read_text()
    place = text.rindex(" VND\n    batch")
    path.write_text(f"{text[:place]}1{text[place:]}")
    with pytest.raises(AssertionError, match="does not balance"):
        run(bean_check, path)


def test_a_book_without_entries_is_a_journal_too(bean_check: str, tmp_path: Path) -> None:
    run(bean_check, written(NOTHING, tmp_path))


@given(accounts)
def test_a_name_is_of_beancounts_grammar_and_leads_back(account: Account) -> None:
    name = account_name(account)
    assert NAME_SHAPE.fullmatch(name)
    assert account_named(name) == account


def test_names_read_well_and_differ_where_parties_do() -> None:
    written_as = {
        "vnpay": "Vnpay",
        "Vnpay": "QVnpay",
        "kbnn-0011": "Kbnn-0011",
        "9pay": "9pay",
        "q": "Qq",
        "Q": "QQ",
        "qQ": "QqQQ",
        "QQ": "QQQQ",
        "Qq": "QQq",
        "a_u": "AQuu",
        "aQu": "AQQu",
        "a.d-": "AQdd-",
    }
    for party, name in written_as.items():
        account = Account(AccountKind.IN_TRANSIT, party)
        assert account_name(account) == f"Assets:In-Transit:{name}"
        assert account_named(account_name(account)) == account
    assert account_name(Account(AccountKind.GAIN, "")) == "Income:Gain"


@pytest.mark.parametrize(
    "name", ["Assets:Payable:Vnpay", "Assets:Receivable", "Assets:Cash", "Assets:Claim:AQx", "x"]
)
def test_a_name_of_others_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"account|AccountKind|name a party"):
        account_named(name)
