"""A contribution can be computed again from what its steps say."""

from datetime import date
from fractions import Fraction

import pytest

from ledger.money import Money
from payments.obligations.contribution_steps import (
    FIRST_AHEAD,
    FIRST_BACK,
    LAST_AHEAD,
    LAST_BACK,
    MONTHLY,
    SUM_AHEAD,
    SUM_BACK,
    SUPPORT_SUM,
)
from payments.obligations.social_insurance import KIND
from tests.payments.obligations.insured import social, social_price


def test_the_states_share_says_what_it_is_a_share_of_and_is_taken_off():
    (line,) = social_price(social("2026-06-01", method="M3", months=3), on=date(2026, 6, 1)).lines
    _, least, share = line.steps
    assert (least.base.vnd, least.rate, least.amount.vnd) == (1_500_000, "0.22", 330_000)
    assert not least.is_part
    assert (share.count, share.rate, share.base.vnd) == (3, "0.20", 330_000)
    assert share.amount == Money(-198_000)


@pytest.mark.parametrize("method", ["AHEAD", "BACK"])
@pytest.mark.parametrize("group", ["none", "khac"])
def test_a_lump_sum_can_be_computed_again_from_its_steps(method: str, group: str):
    facts = social("2026-04", method=method, months=36, group=group, support_mode="same_factor")
    (line,) = social_price(facts, on=date(2026, 4, 10)).lines
    by_label = {step.label: step for step in line.steps}
    first, last, all_, monthly = (
        by_label[label]
        for label in (
            (FIRST_AHEAD, LAST_AHEAD, SUM_AHEAD, MONTHLY)
            if method == "AHEAD"
            else (FIRST_BACK, LAST_BACK, SUM_BACK, MONTHLY)
        )
    )
    assert monthly.amount == Money(550_000) == first.base == last.base
    powers = range(0, -36, -1) if method == "AHEAD" else range(1, 37)
    months = [550_000 * (1 + Fraction("0.0031")) ** power for power in powers]
    assert (first.power, last.power) == (powers[0], powers[-1])
    assert abs(first.amount.vnd - months[0]) * 2 <= 1
    assert abs(last.amount.vnd - months[-1]) * 2 <= 1
    assert abs(all_.amount.vnd - sum(months)) * 2 <= 1
    assert (SUPPORT_SUM in by_label) == (group == "khac")


def test_missing_time_lies_before_the_payment_whatever_month_stands_in_the_facts():
    facts = social("2026-11", method="BACK", months=60)
    priced = social_price(facts, on=date(2026, 11, 22))
    assert (priced.notes[0].code, priced.notes[0].values) == ("PERIOD_COVERED", {"months": 60})
    assert (priced.lines[0].steps[0].first, priced.lines[0].steps[0].last) == (None, None)
    assert KIND.title(KIND.read_facts(facts)) == "Bảo hiểm xã hội tự nguyện: 60 tháng còn thiếu"
    known = social_price({**facts, "from_month": "2020-01"}, on=date(2026, 11, 22))
    assert known.notes[0].values == {
        "months": 60,
        "first": date(2020, 1, 1),
        "last": date(2024, 12, 31),
    }
