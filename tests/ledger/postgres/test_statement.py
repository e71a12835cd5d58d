"""What passed through accounts: opening, closing and every line, page by page."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry, Transfer
from ledger.errors import InstantAhead
from ledger.exports.journal import Span
from ledger.money import ZERO, Money, total
from ledger.postgres.balances import NOTHING, Balance
from ledger.postgres.days import close_day
from ledger.postgres.post import post_entries
from ledger.postgres.recorded import fix_instant
from ledger.postgres.statement import (
    EMPTY,
    Line,
    Mark,
    Page,
    Sheet,
    Turnover,
    adds_up,
    is_in_book,
    lines,
    sheet,
    turnovers,
)
from ledger.postgres.transaction import Tx
from tests.ledger.samples import DAY, NEXT_DAY, NOW, capture

RECEIVABLE = Account(AccountKind.RECEIVABLE, "vnpay")
PAYABLE = Account(AccountKind.PAYABLE, "kbnn-0011")
PLACES = [Account(AccountKind.CLAIM, name) for name in "abc"]


def ever(tx: Tx) -> Span:
    """Return the span of everything recorded so far."""
    return Span(None, None, fix_instant(tx))


def test_nothing_passed_through_an_account_that_is_not_there(tx: Tx) -> None:
    span = ever(tx)
    assert turnovers(tx, span) == turnovers(tx, span, [RECEIVABLE]) == {}
    assert lines(tx, span, RECEIVABLE) == Page((), None)


def test_an_account_is_in_the_book_by_its_very_code(tx: Tx) -> None:
    post_entries(tx, [capture(1)])
    assert is_in_book(tx, RECEIVABLE)
    assert not is_in_book(tx, Account(AccountKind.RECEIVABLE, "VNPAY"))
    assert not is_in_book(tx, Account(AccountKind.RECEIVABLE, "nobody"))


def test_a_span_opens_with_what_came_before_and_closes_with_what_came_in_it(tx: Tx) -> None:
    post_entries(tx, [capture(1), capture(2, day=NEXT_DAY, amount=5)])
    found = turnovers(tx, Span(NEXT_DAY, NEXT_DAY, fix_instant(tx)))
    assert found[RECEIVABLE] == Turnover(
        opening=Balance(Money(750_000), ZERO), closing=Balance(Money(750_005), ZERO)
    )
    assert (found[PAYABLE].debit, found[PAYABLE].credit) == (ZERO, Money(5))


def test_lines_add_up_to_both_sums_and_not_without_one_of_them(tx: Tx) -> None:
    post_entries(tx, [capture(1), capture(2), capture(3, day=NEXT_DAY, amount=5)])
    span = Span(NEXT_DAY, None, fix_instant(tx))
    for asked, place in product([span, replace(span, first=None)], [RECEIVABLE, PAYABLE]):
        turnover, told = turnovers(tx, asked)[place], lines(tx, asked, place).lines
        assert adds_up(turnover, told)
        assert not adds_up(turnover, told[1:])
        assert not adds_up(turnover, [*told, told[-1]])
        raised = replace(told[-1], change=told[-1].change + Money(1))
        assert not adds_up(turnover, [*told[:-1], raised])


def test_lines_too_many_on_both_sides_do_not_add_up(tx: Tx) -> None:
    post_entries(tx, [capture(1)])
    span = ever(tx)
    told = lines(tx, span, RECEIVABLE).lines
    came = replace(told[0], balance=Money(1_500_000))
    went = replace(told[0], change=Money(-750_000))
    assert not adds_up(turnovers(tx, span)[RECEIVABLE], [*told, came, went])


def test_a_line_says_when_what_how_much_and_with_whom(tx: Tx) -> None:
    post_entries(tx, [capture(1)])
    ((line,), next_after) = _told(lines(tx, ever(tx), PAYABLE))
    assert next_after is None
    assert line == Line(
        mark=Mark(DAY, line.mark.entry_id, 1),
        key="captured:vnpay:1",
        movement="captured",
        recorded_at=line.recorded_at,
        counter=RECEIVABLE,
        batch="vnpay/2026-11-20/kbnn-0011",
        change=Money(-750_000),
        balance=Money(-750_000),
    )
    assert line.recorded_at <= fix_instant(tx)


def test_an_account_is_asked_about_as_it_was_recorded_then(tx: Tx) -> None:
    post_entries(tx, [capture(1)])
    span = ever(tx)
    first = (turnovers(tx, span), lines(tx, span, RECEIVABLE))
    post_entries(tx, [capture(2), capture(3, day=NEXT_DAY)])
    assert (turnovers(tx, span), lines(tx, span, RECEIVABLE)) == first
    assert len(lines(tx, ever(tx), RECEIVABLE).lines) == 3


def test_a_page_ends_where_the_next_begins(tx: Tx) -> None:
    post_entries(tx, [capture(number, amount=number) for number in range(1, 6)])
    span = ever(tx)
    first = lines(tx, span, RECEIVABLE, limit=2)
    post_entries(tx, [capture(9)])
    second = lines(tx, span, RECEIVABLE, after=first.next_after, limit=2)
    third = lines(tx, span, RECEIVABLE, after=second.next_after, limit=2)
    told = (*first.lines, *second.lines, *third.lines)
    assert [line.balance.vnd for line in told] == [1, 3, 6, 10, 15]
    assert third.next_after is None


def test_a_full_last_page_has_no_next(tx: Tx) -> None:
    post_entries(tx, [capture(1), capture(2)])
    assert lines(tx, ever(tx), RECEIVABLE, limit=2).next_after is None


def test_the_sheet_of_all_accounts_stands_in_the_order_of_the_chart(tx: Tx) -> None:
    post_entries(tx, [capture(1), capture(2, day=NEXT_DAY, amount=5)])
    found = sheet(tx, Span(NEXT_DAY, None, fix_instant(tx)))
    assert [place for place, _ in found.rows] == [RECEIVABLE, PAYABLE]
    assert found.debit == found.credit == Money(5)
    assert found.is_balanced


def test_a_sheet_with_unequal_sides_says_so() -> None:
    one, two = Balance(Money(1), ZERO), Balance(Money(2), ZERO)
    assert not Sheet(((RECEIVABLE, Turnover(NOTHING, one)),)).is_balanced
    assert not Sheet(((RECEIVABLE, Turnover(one, one)),)).is_balanced
    assert not Sheet(((RECEIVABLE, Turnover(one, two)),)).is_balanced


def test_a_mark_outside_the_span_leads_to_its_edge(tx: Tx) -> None:
    post_entries(tx, [capture(1, amount=1), capture(2, amount=2), capture(3, day=NEXT_DAY)])
    ((first, *_), _) = _told(lines(tx, ever(tx), RECEIVABLE))
    later = replace(ever(tx), first=NEXT_DAY)
    assert lines(tx, later, RECEIVABLE, after=first.mark) == lines(tx, later, RECEIVABLE)
    beyond = replace(first.mark, business_date=NEXT_DAY + timedelta(days=1))
    assert lines(tx, later, RECEIVABLE, after=beyond) == Page((), None)


def test_nobody_is_told_about_an_instant_ahead(tx: Tx) -> None:
    ahead = replace(ever(tx), recorded_by=fix_instant(tx) + timedelta(hours=1))
    with pytest.raises(InstantAhead):
        turnovers(tx, ahead)
    with pytest.raises(InstantAhead):
        lines(tx, ahead, RECEIVABLE)


moves = st.tuples(
    st.integers(0, 4),
    st.permutations(PLACES).map(lambda places: (places[0], places[1])),
    st.integers(1, 100),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    early=st.lists(st.lists(moves, min_size=1, max_size=3), max_size=5),
    late=st.lists(moves, max_size=4),
    closed=st.integers(-1, 4),
    bounds=st.tuples(st.none() | st.integers(-1, 2), st.none() | st.integers(2, 5)),
)
def test_the_lines_of_a_statement_lead_from_its_opening_to_its_closing(
    recon_tx: Tx,
    early: list[list[tuple[int, tuple[Account, Account], int]]],
    late: list[tuple[int, tuple[Account, Account], int]],
    closed: int,
    bounds: tuple[int | None, int | None],
) -> None:
    since, until = (None if after is None else DAY + timedelta(days=after) for after in bounds)
    with recon_tx.begin_nested() as undone:
        entries = [_entry(f"early:{number}", legs) for number, legs in enumerate(early)]
        post_entries(recon_tx, entries)
        span = Span(since, until, fix_instant(recon_tx))
        post_entries(recon_tx, [_entry(f"late:{number}", [leg]) for number, leg in enumerate(late)])
        for after in range(closed + 1):
            close_day(recon_tx, DAY + timedelta(days=after), now=NOW)
        whole = turnovers(recon_tx, span)
        for place in PLACES:
            found = whole.get(place, EMPTY)
            assert turnovers(recon_tx, span, [place]).get(place, found) == found
            told = _every_line(recon_tx, span, place)
            expected = _changes(entries, place, since, until)
            assert [(line.key, line.mark.ordinal, line.change.vnd) for line in told] == expected
            assert found.debit.vnd == sum(vnd for _, _, vnd in expected if vnd > 0)
            assert found.credit.vnd == -sum(vnd for _, _, vnd in expected if vnd < 0)
            stands = [found.opening.net, *(line.balance for line in told)]
            assert stands[-1] == (found.closing.net if expected else found.opening.net)
            assert [after - before for before, after in pairwise(stands)] == [
                line.change for line in told
            ]
        assert total(found.closing.net for found in whole.values()) == ZERO
        undone.rollback()


def _entry(key: str, legs: list[tuple[int, tuple[Account, Account], int]]) -> Entry:
    return Entry(
        movement="claimed",
        key=key,
        business_date=DAY + timedelta(days=legs[0][0]),
        source="test",
        transfers=tuple(Transfer(*places, Money(vnd), "b1") for _, places, vnd in legs),
    )


def _changes(
    entries: list[Entry], place: Account, since: date | None, until: date | None
) -> list[tuple[str, int, int]]:
    inside = sorted(
        (
            entry
            for entry in entries
            if (since or DAY) <= entry.business_date <= (until or date.max)
        ),
        key=lambda entry: entry.business_date,
    )
    return [
        (entry.key, ordinal, leg.amount.vnd if leg.debit == place else -leg.amount.vnd)
        for entry in inside
        for ordinal, leg in enumerate(entry.transfers, 1)
        if place in (leg.debit, leg.credit)
    ]


def _every_line(tx: Tx, span: Span, place: Account) -> list[Line]:
    told: list[Line] = []
    page = lines(tx, span, place, limit=2)
    while page.next_after is not None:
        assert len(page.lines) == 2
        told += page.lines
        page = lines(tx, span, place, after=page.next_after, limit=2)
    return [*told, *page.lines]


def _told(page: Page) -> tuple[tuple[Line, ...], Mark | None]:
    return page.lines, page.next_after
