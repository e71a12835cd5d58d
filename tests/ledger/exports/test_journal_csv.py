"""The journal as CSV: what a program reads back is what the book holds."""

import csv
import io
from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from ledger.accounts import Account, AccountKind
from ledger.digest import digest_of
from ledger.exports.journal import Journal, Line, Span
from ledger.exports.journal_csv import HEADER, csv_text
from ledger.money import ZERO, Money
from ledger.postgres.balances import balances
from ledger.postgres.transaction import Tx
from tests.ledger.exports.conftest import SEED, SIZE, journal_of
from tests.ledger.exports.outside import csv_rows
from tests.ledger.random_book import random_book
from tests.ledger.samples import DAY, NEXT_DAY, NOW, capture

FIRST = date(2026, 10, 12)


def line(source: str = "evidence:1", *, amount: int = 750_000) -> Line:
    entry = capture(1, amount=amount)
    return Line(
        entry_id=1,
        key=entry.key,
        movement=entry.movement,
        business_date=DAY,
        recorded_at=NOW,
        source=source,
        corrects=None,
        digest=digest_of(entry),
        ordinal=1,
        debit="receivable:vnpay",
        credit="payable:kbnn-0011",
        amount_vnd=amount,
        batch="vnpay/2026-11-20/kbnn-0011",
    )


def text_of(*lines: Line) -> str:
    span = Span(first=None, last=None, recorded_by=NOW)
    return "".join(csv_text(Journal(span, [DAY], {}, {}, lines)))


def column(text: str, name: str) -> list[str]:
    return [row[HEADER.index(name)] for row in csv_rows(text)]


def test_a_row_holds_every_word_of_a_transfer_and_its_entry() -> None:
    header, row, end = text_of(line()).split("\r\n")
    assert header == (
        "entry_id,ordinal,key,movement,business_date,recorded_at,source,corrects,debit,credit,"
        "amount_vnd,batch,digest"
    )
    assert row == (
        "1,1,captured:vnpay:1,captured,2026-11-20,2026-11-22T08:00:00.000000+07:00,evidence:1,,"
        "receivable:vnpay,payable:kbnn-0011,750000,vnpay/2026-11-20/kbnn-0011,"
        f"{digest_of(capture(1)).hex()}"
    )
    assert end == ""


def test_text_that_looks_like_a_formula_stays_text() -> None:
    sources = ['=HYPERLINK("http://x")', "+1", "-50000", "@SUM(A1)", "\tx", "'quoted", "1+1"]
    text = text_of(*(line(source) for source in sources))
    assert column(text, "source") == [
        '\'=HYPERLINK("http://x")',
        "'+1",
        "'-50000",
        "'@SUM(A1)",
        "'\tx",
        "''quoted",
        "1+1",
    ]


def test_amounts_are_digits_alone() -> None:
    assert column(text_of(line(amount=2**53 - 1)), "amount_vnd") == ["9007199254740991"]


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), max_size=5))
def test_any_text_comes_back_without_its_apostrophe(sources: list[str]) -> None:
    found = column(text_of(*(line(source) for source in sources)), "source")
    assert [text.removeprefix("'") for text in found] == sources
    assert not any(text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for text in found)


def test_what_stood_before_is_on_its_side() -> None:
    opening = {
        Account(AccountKind.RECEIVABLE, "vnpay"): Money(5),
        Account(AccountKind.CLAIM, "vnpay"): ZERO,
        Account(AccountKind.PAYABLE, "kbnn-0011"): Money(-5),
    }
    span = Span(first=NEXT_DAY, last=None, recorded_by=NOW)
    rows = csv_rows("".join(csv_text(Journal(span, [], opening, opening, []))))
    before = ["opening", "2026-11-20", "", "", ""]
    assert rows == [
        ["", "1", "", *before, "receivable:vnpay", "", "5", "", ""],
        ["", "2", "", *before, "", "payable:kbnn-0011", "5", "", ""],
    ]


def test_a_whole_book_comes_back_from_its_rows(book: Tx) -> None:
    text = "".join(csv_text(journal_of(book)))
    entries = {entry.key: entry for entry in random_book(seed=SEED, size=SIZE)}
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == sum(len(entry.transfers) for entry in entries.values())
    for row in rows:
        entry = entries[row["key"]]
        moved = entry.transfers[int(row["ordinal"]) - 1]
        assert row["movement"] == entry.movement
        assert date.fromisoformat(row["business_date"]) == entry.business_date
        assert datetime.fromisoformat(row["recorded_at"]).tzinfo is not None
        assert row["source"].removeprefix("'") == entry.source
        assert (row["corrects"] or None) == entry.corrects
        assert (row["debit"], row["credit"]) == (moved.debit.code, moved.credit.code)
        assert Money(int(row["amount_vnd"])) == moved.amount
        assert row["batch"] == moved.batch
        assert row["digest"] == digest_of(entry).hex()


def test_debits_less_credits_are_the_balances_in_any_span(book: Tx) -> None:
    found: dict[str, int] = {}
    for row in csv_rows("".join(csv_text(journal_of(book, first=FIRST)))):
        debit, credit, amount = row[8:11]
        found[debit] = found.get(debit, 0) + int(amount)
        found[credit] = found.get(credit, 0) - int(amount)
    found.pop("")
    assert found == {place.code: stood.net.vnd for place, stood in balances(book).items()}
