"""What is kept of what was paid: never more nor less than what did not go back."""

from datetime import date, timedelta

import hypothesis.strategies as st
from hypothesis import given

from ledger.money import Money, total
from payments.given_back import GivenBack, Taken, kept_parts
from payments.obligations.contract import PaidPart

ON = date(2026, 3, 15)
LATER = ON + timedelta(days=5)
BOTH = (
    Taken(1, PaidPart("fine", Money(3_000_000), ON)),
    Taken(1, PaidPart("late_surcharge", Money(6_000), ON)),
)


def test_what_went_back_is_taken_from_its_own_sum_from_the_day_it_went():
    other = Taken(2, PaidPart("fine", Money(500), ON))
    kept = kept_parts((*BOTH, other), [GivenBack(1, Money(3_001_000), LATER)])
    assert kept == (
        *(each.part for each in (*BOTH, other)),
        PaidPart("fine", Money(-3_000_000), LATER),
        PaidPart("late_surcharge", Money(-1_000), LATER),
    )


@given(st.lists(st.integers(1, 2_000_000), max_size=4))
def test_nothing_that_went_back_is_hidden(amounts: list[int]):
    kept = kept_parts(BOTH, [GivenBack(1, Money(each), LATER) for each in amounts])
    assert total(part.amount for part in kept) == Money(3_006_000 - sum(amounts))
