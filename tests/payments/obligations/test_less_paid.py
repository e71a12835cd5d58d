"""What is left of amounts when some of it was paid already."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ledger.money import Money, total
from payments.obligations.contract import PaidPart
from payments.obligations.less_paid import PAID_STEP, WHOLE_STEP, less_paid
from payments.quote import QuoteLine

ON = date(2026, 3, 30)
AMOUNTS = st.lists(st.integers(1, 10**9), min_size=1, max_size=5)
PAID = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 10**9)), max_size=6)


def line(ordinal: int, vnd: int) -> QuoteLine:
    return QuoteLine(
        part=f"fee_{ordinal}",
        label="x",
        rule="",
        amount=Money(vnd),
        base=Money(vnd),
        days=0,
        rate="",
        law="",
        status="CONFIRMED",
        beneficiary="kbnn-0011",
        budget={},
    )


def paid(ordinal: int, vnd: int) -> PaidPart:
    return PaidPart(f"fee_{ordinal}", Money(vnd), ON)


def left(lines: list[QuoteLine], *parts: PaidPart) -> list[tuple[str, int]]:
    return [(each.part, each.amount.vnd) for each in less_paid(lines, parts)]


def test_nothing_paid_changes_nothing():
    lines = [line(1, 100), line(2, 50)]
    assert less_paid(lines, ()) == tuple(lines)


def test_each_part_is_lowered_by_what_was_paid_on_it():
    assert left([line(1, 120), line(2, 60)], paid(1, 100), paid(2, 50)) == [
        ("fee_1", 20),
        ("fee_2", 10),
    ]


def test_what_is_covered_has_no_line_and_a_surplus_lowers_the_others():
    assert left([line(1, 100), line(2, 60)], paid(1, 130)) == [("fee_2", 30)]
    assert left([line(1, 100)], paid(7, 100)) == []


def test_a_lowered_line_says_how_much_was_paid():
    (rest,) = less_paid([line(1, 120)], [paid(1, 100)])
    assert [(step.label, step.amount.vnd) for step in rest.steps] == [
        (WHOLE_STEP, 120),
        (PAID_STEP, -100),
    ]
    assert rest.base == Money(120)


@given(AMOUNTS, PAID)
def test_paid_and_left_come_to_what_is_due(amounts: list[int], money: list[tuple[int, int]]):
    lines = [line(ordinal, vnd) for ordinal, vnd in enumerate(amounts, start=1)]
    rest = less_paid(lines, [paid(ordinal, vnd) for ordinal, vnd in money])
    assert sum(each.amount.vnd for each in rest) == max(
        0, sum(amounts) - sum(vnd for _, vnd in money)
    )
    for each in rest:
        assert not each.steps or total(step.amount for step in each.steps) == each.amount
