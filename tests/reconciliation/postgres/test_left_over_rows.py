"""What the first rule leaves over."""

import pytest

from ledger.money import Money
from ledger.postgres.transaction import Tx
from reconciliation.file import SourceKind
from reconciliation.matching import Rule
from reconciliation.postgres import file_rows, left_over_rows, match_rows
from reconciliation.postgres.file_rows import FileToMatch
from tests.payments.scene import inside
from tests.reconciliation.day_scene import DAY, Order, give_report, order, paid, pay
from tests.reconciliation.samples import Line


@pytest.fixture
def tx(owner_tx: Tx) -> Tx:
    """Give one transaction for both sides."""
    return owner_tx


def reported(tx: Tx, *lines: Line, version: int = 1) -> FileToMatch:
    give_report(inside(tx), lines, version=version)
    (file,) = file_rows.files_to_match(tx, kind=SourceKind.GATEWAY_REPORT, until=DAY)
    return file


def matched(tx: Tx, *orders: Order) -> FileToMatch:
    file = reported(tx, *(one.line() for one in orders))
    match_rows.match_day_by_transaction(tx, file, business_date=DAY)
    return file


def test_lines_are_left_over_in_their_order_a_slice_at_a_time(tx: Tx):
    file = reported(tx, *(order(tx).line() for _ in range(3)))
    first = left_over_rows.left_over(tx, file, after=0, limit=2)
    second = left_over_rows.left_over(tx, file, after=first[-1].item_id, limit=2)
    assert [line.line for line in (*first, *second)] == [3, 4, 5]
    assert left_over_rows.left_over(tx, file, after=second[-1].item_id, limit=2) == []


def test_a_matched_line_is_not_left_over(tx: Tx):
    unheard = order(tx)
    file = matched(tx, paid(tx), unheard)
    (line,) = left_over_rows.left_over(tx, file, after=0, limit=10)
    assert line.reference == unheard.reference
    assert left_over_rows.still_open(tx, [line]) == [line]


def test_a_line_of_a_later_version_repeats_the_matched_one(tx: Tx):
    one = paid(tx)
    matched(tx, one)
    later = reported(tx, one.line(), version=2)
    (line,) = left_over_rows.left_over(tx, later, after=0, limit=10)
    assert left_over_rows.mark_repeats(tx, later, [line.item_id]) == {line.item_id}
    assert left_over_rows.left_over(tx, later, after=0, limit=10) == []
    assert left_over_rows.withdrawn(tx, later) == []


def test_a_line_whose_words_differ_is_no_repeat_but_taken_already(tx: Tx):
    one = paid(tx)
    matched(tx, one)
    later = reported(tx, one.line(fee_vnd=7), version=2)
    (line,) = left_over_rows.left_over(tx, later, after=0, limit=10)
    assert left_over_rows.mark_repeats(tx, later, [line.item_id]) == set()
    assert left_over_rows.taken_already(tx, later, [line.item_id]) == {line.item_id}
    assert [old.reference for old in left_over_rows.withdrawn(tx, later)] == [one.reference]


def test_one_capture_of_the_reference_and_amount_is_the_one(tx: Tx):
    one = paid(tx)
    file = reported(tx, one.line(transaction="OTHER"))
    (line,) = left_over_rows.left_over(tx, file, after=0, limit=10)
    only, ambiguous = left_over_rows.candidates_by_reference(tx, file, [line.item_id])
    assert [taken.payment_number for taken in only.values()] == [one.number]
    assert ambiguous == set()


def test_two_captures_of_the_reference_and_amount_are_none(tx: Tx):
    one = paid(tx)
    pay(tx, one, transaction="SECOND")
    file = reported(tx, one.line(transaction="OTHER"))
    (line,) = left_over_rows.left_over(tx, file, after=0, limit=10)
    only, ambiguous = left_over_rows.candidates_by_reference(tx, file, [line.item_id])
    assert (only, ambiguous) == ({}, {line.item_id})


def test_a_line_differs_from_the_capture_of_its_transaction_by_the_amount_alone(tx: Tx):
    one = paid(tx)
    file = reported(tx, one.line(amount_vnd=1))
    lines = left_over_rows.left_over(tx, file, after=0, limit=10)
    (found,) = left_over_rows.differing(tx, file, lines)
    assert (found.line.amount, found.taken.amount) == (Money(1), one.amount)
    assert left_over_rows.differing(tx, file, []) == []


def test_captures_no_report_holds_are_listed_a_slice_at_a_time(tx: Tx):
    there = paid(tx)
    missing = [paid(tx), paid(tx)]
    matched(tx, there)
    first = left_over_rows.unmatched(tx, gateway="paper", day=DAY, after=0, limit=1)
    rest = left_over_rows.unmatched(
        tx, gateway="paper", day=DAY, after=first[-1].capture_id, limit=9
    )
    assert [one.payment_number for one in (*first, *rest)] == [one.number for one in missing]
    assert left_over_rows.unmatched(tx, gateway="vnpay", day=DAY, after=0, limit=9) == []


def test_a_completed_line_is_matched_whatever_its_captures_day(tx: Tx):
    one = order(tx)
    file = reported(tx, one.line())
    lines = left_over_rows.left_over(tx, file, after=0, limit=10)
    pay(tx, one)
    groups = match_rows.match_lines_by_transaction(
        tx, file, [line.item_id for line in lines], rule=Rule.COMPLETED, business_date=DAY
    )
    assert [group.rule for group in groups] == [Rule.COMPLETED]
    assert left_over_rows.still_open(tx, lines) == []
