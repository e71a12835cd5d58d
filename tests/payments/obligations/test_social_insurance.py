"""Voluntary social insurance: worked examples, explanation, refusals, and what always holds."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import Money, total
from ledger.postgres.transaction import Tx
from payments.errors import InputRefused, PriceRefused, RateMissing
from payments.found import Found
from payments.look_up import Question, look_up
from payments.obligations.contract import PaidPart
from payments.obligations.contribution_steps import STATE, WEIGHED
from payments.obligations.social_insurance import KIND, typed_number
from payments.open_payment import open_payment
from payments.quote import Unit
from tests.payments.obligations.insured import (
    RATES,
    SOCIAL_FACTS,
    parts_of,
    price_of,
    pushed,
    social,
    social_price,
)
from tests.payments.owed import KEYS, NOW, push
from tests.payments.scene import order_of

PUBLISHED = Path(__file__).parents[3].parent / "shared" / "domain" / "examples.json"

# Day of payment, facts, payable, gross.
EXAMPLES: Sequence[tuple[str, Mapping[str, object], int, int]] = [
    ("2026-06-10", {}, 484_000, 550_000),
    (
        "2026-03-10",
        {"income_vnd": 4_000_000, "group": "ho_can_ngheo", "method": "M6", "months": 6},
        4_488_000,
        5_280_000,
    ),
    (
        "2026-04-10",
        {"income_vnd": 3_500_000, "group": "none", "method": "AHEAD", "months": 24},
        17_837_870,
        17_837_870,
    ),
    (
        "2026-04-10",
        {"income_vnd": 2_000_000, "method": "AHEAD", "months": 36},
        12_760_702,
        15_012_590,
    ),
    (
        "2026-04-10",
        {"income_vnd": 2_000_000, "method": "AHEAD", "months": 36, "support_mode": "face"},
        12_636_590,
        15_012_590,
    ),
    (
        "2026-04-10",
        {"income_vnd": 6_000_000, "group": "none", "method": "BACK", "months": 24},
        32_937_280,
        32_937_280,
    ),
    (
        "2026-04-10",
        {"income_vnd": 1_800_000, "method": "BACK", "months": 30, "support_mode": "same_factor"},
        10_390_265,
        12_468_317,
    ),
]


def _gross(facts: Mapping[str, object], *, on: date) -> int:
    (line,) = social_price(facts, on=on).lines
    return sum(step.amount.vnd for step in parts_of(line) if step.label not in {STATE, WEIGHED})


@pytest.mark.parametrize(("day", "facts", "payable", "gross"), EXAMPLES)
def test_worked_examples_come_out_to_the_dong(
    day: str, facts: Mapping[str, object], payable: int, gross: int
):
    on = date.fromisoformat(day)
    asked = social(day, **facts)
    assert [line.amount for line in social_price(asked, on=on).lines] == [Money(payable)]
    assert _gross(asked, on=on) == gross


def test_every_published_example_of_this_kind_passes():
    if not PUBLISHED.exists():
        pytest.skip("the published examples are not beside this checkout")
    cases = json.loads(PUBLISHED.read_text(encoding="utf-8"))["cases"]
    ours = [case for case in cases if case["topic"] == "si"]
    assert ours
    for case in ours:
        given_, expected = case["inputs"], case["expected"]
        optional = {"support_mode": given_["support_mode"]} if "support_mode" in given_ else {}
        facts = social(
            given_["paid_on"],
            income_vnd=given_["income"],
            group=given_["group"],
            method=given_["method"],
            months=given_["months"],
            months_supported=given_.get("months_supported", 0),
            **optional,
        )
        on = date.fromisoformat(given_["paid_on"])
        if "error" in expected:
            with pytest.raises(PriceRefused) as refused:
                social_price(facts, on=on)
            assert refused.value.code == expected["error"], case["id"]
            continue
        (line,) = social_price(facts, on=on).lines
        gross = _gross(facts, on=on)
        assert line.amount.vnd == expected["payable"], case["id"]
        assert gross == expected["gross_contribution"], case["id"]
        assert gross - line.amount.vnd == expected["state_support"], case["id"]


def test_below_the_new_floor_nothing_is_priced():
    facts = social("2027-01-15", income_vnd=1_550_000, method="M3", months=3)
    with pytest.raises(PriceRefused) as refused:
        social_price(facts, on=date(2027, 1, 15))
    assert (refused.value.code, refused.value.field) == ("INCOME_BELOW_FLOOR", "income_vnd")


def test_the_line_tells_each_step_and_they_come_to_its_amount():
    facts = social("2026-03-10", method="M6", months=6, local_support_vnd=30_000)
    (line,) = social_price(facts, on=date(2026, 3, 10)).lines
    assert [(step.amount.vnd, step.count, step.unit) for step in parts_of(line)] == [
        (3_300_000, 6, Unit.MONTH),
        (-396_000, 6, Unit.MONTH),
        (-180_000, 6, Unit.MONTH),
    ]
    assert line.amount == total(step.amount for step in parts_of(line))
    assert (line.status, line.rounding, line.rate) == ("CONFIRMED", "", "0.22")


def test_a_fraction_of_a_dong_is_told_with_how_sure_the_rule_is():
    (line,) = social_price(social("2026-06-01", income_vnd=2_500_001), on=date(2026, 6, 1)).lines
    assert line.amount == Money(484_000)
    assert line.rounding
    assert line.status == "CONFIRMED-2ND"


def test_discounting_the_states_share_is_shown_as_unconfirmed():
    facts = social("2026-04-10", method="AHEAD", months=24)
    priced = social_price(facts, on=date(2026, 4, 10))
    assert priced.lines[0].status == "UNCONFIRMED"
    assert "SUPPORT_MODE_UNCONFIRMED" in {note.code for note in priced.notes}
    back = social_price({**facts, "method": "BACK"}, on=date(2026, 4, 10))
    assert back.lines[0].status == "CONFIRMED-2ND"
    assert "SUPPORT_MODE_UNCONFIRMED" not in {note.code for note in back.notes}


def test_support_ends_inside_the_payment_and_the_payer_is_told():
    facts = social("2026-06-01", method="M12", months=12, months_supported=115)
    priced = social_price(facts, on=date(2026, 6, 1))
    assert priced.lines[0].amount == Money(12 * 550_000 - 5 * 66_000)
    told = {note.code: note.values for note in priced.notes}
    assert told["SUPPORT_MONTHS"] == {"before": 115, "after": 120, "most": 120}
    assert told["SUPPORT_RUNS_OUT"] == {"months": 5}


def test_a_person_supported_for_all_120_months_pays_in_full():
    facts = social("2026-06-01", months_supported=120)
    priced = social_price(facts, on=date(2026, 6, 1))
    assert priced.lines[0].amount == Money(550_000)
    assert len(priced.lines[0].steps) == 1


def test_a_floor_that_rises_next_year_is_told_and_warns_whom_it_touches():
    for income, warns in ((2_150_000, True), (2_200_000, False)):
        priced = social_price(social("2026-06-01", income_vnd=income), on=date(2026, 6, 1))
        (note,) = [note for note in priced.notes if note.code == "FLOOR_CHANGES"]
        assert note.values == {"day": date(2027, 1, 1), "floor": Money(2_200_000)}
        assert note.is_warning is warns


def test_an_income_off_the_old_steps_is_taken_with_a_warning():
    codes = [
        {note.code for note in social_price(facts, on=date(2026, 6, 1)).notes}
        for facts in (social("2026-06"), social("2026-06", income_vnd=2_520_000))
    ]
    assert ["INCOME_OFF_STEP" in found for found in codes] == [False, True]


def test_a_lump_sum_names_the_rate_of_the_fund_and_its_year():
    priced = social_price(social("2026-04", method="AHEAD", months=24), on=date(2026, 4, 10))
    assert priced.lines[0].rate == "0.22; 0.0031"
    (note,) = [note for note in priced.notes if note.code == "FUND_RATE_YEAR"]
    assert note.values == {"rate": Decimal("0.0031"), "year": "2026"}


def test_what_was_paid_is_taken_off_and_never_below_zero():
    on = date(2026, 6, 1)
    some = price_of(KIND, SOCIAL_FACTS, on=on, paid=[PaidPart("contribution", Money(84_000), on)])
    assert some.lines[0].amount == Money(400_000)
    assert total(step.amount for step in parts_of(some.lines[0])) == Money(400_000)
    for paid in (484_000, 500_000):
        part = PaidPart("contribution", Money(paid), on)
        assert price_of(KIND, SOCIAL_FACTS, on=on, paid=[part]).lines == ()


def test_the_deadline_is_the_last_day_of_the_window():
    facts = social("2026-03-10", method="M12", months=12)
    assert social_price(facts, on=date(2026, 9, 30)).deadline == date(2026, 9, 30)
    ahead = social("2026-03-10", method="AHEAD", months=24)
    assert social_price(ahead, on=date(2026, 9, 30)).deadline is None


def test_ten_digits_are_typed_of_a_number_with_its_month():
    assert typed_number("0123456789/2026-06") == "0123456789"
    for wrong in ("0123456789", "123456789/2026-06", "0123456789/2026-13", "012345678A/2026-06"):
        with pytest.raises(InputRefused) as refused:
            typed_number(wrong)
        assert refused.value.field == "number"


def test_the_transfer_names_the_person_and_the_period():
    facts = KIND.read_facts(social("2026-11", method="M3", months=3, authority="BHXH Đống Đa"))
    assert KIND.purpose(facts, "0123456789/2026-11") == (
        "Đóng BHXH tự nguyện, mã số 0123456789/2026-11"
    )
    assert KIND.title(facts) == "Bảo hiểm xã hội tự nguyện: 3 tháng, từ 11/2026 đến 01/2027"
    assert KIND.authority(facts) == "BHXH Đống Đa"
    assert KIND.read_facts(facts) == facts


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("income_vnd", 0),
        ("income_vnd", 2_500_000.0),
        ("income_vnd", True),
        ("group", "ho_giau"),
        ("group", "kha\u0301\u0441"),
        ("method", "M2"),
        ("months", 0),
        ("months", "1"),
        ("months_supported", None),
        ("months_supported", -1),
        ("from_month", "06/2026"),
        ("support_mode", "half"),
        ("local_support_vnd", 0),
        ("discount", 1),
    ],
)
def test_a_field_that_cannot_be_right_is_named(field: str, value: object):
    with pytest.raises(InputRefused) as refused:
        KIND.read_facts({**SOCIAL_FACTS, field: value})
    assert refused.value.field == field


INCOMES = st.integers(1_500_000, 46_000_000)
METHODS = st.sampled_from(
    [("M1", 1), ("M3", 3), ("M6", 6), ("M12", 12), ("AHEAD", 36), ("BACK", 30)]
)
GROUPS = st.sampled_from(["none", "khac", "dan_toc_thieu_so", "ho_can_ngheo", "ho_ngheo"])
ON = date(2026, 4, 10)


def _due(method: tuple[str, int], **facts: object) -> int:
    asked = social("2026-04", method=method[0], months=method[1], **facts)
    return total(line.amount for line in social_price(asked, on=ON).lines).vnd


@given(INCOMES, INCOMES, METHODS, GROUPS)
def test_a_higher_income_never_pays_less(one: int, other: int, method: tuple[str, int], group: str):
    lower, higher = sorted((one, other))
    assert _due(method, income_vnd=lower, group=group) <= _due(
        method, income_vnd=higher, group=group
    )


@given(INCOMES, GROUPS, st.integers(1, 59))
def test_more_missing_months_never_pay_less(income: int, group: str, months: int):
    due = [_due(("BACK", count), income_vnd=income, group=group) for count in (months, months + 1)]
    assert due[0] < due[1]


@given(INCOMES, METHODS, st.integers(0, 119))
def test_more_months_supported_before_never_pay_less(
    income: int, method: tuple[str, int], before: int
):
    due = [_due(method, income_vnd=income, months_supported=count) for count in (before, 120)]
    assert due[0] <= due[1]


@given(st.integers(30, 900), GROUPS)
def test_three_payments_of_a_month_come_to_one_of_three_months(steps: int, group: str):
    income = steps * 50_000
    assert 3 * _due(("M1", 1), income_vnd=income, group=group) == _due(
        ("M3", 3), income_vnd=income, group=group
    )


@given(INCOMES, st.sampled_from([24, 36, 48, 60]), GROUPS)
def test_ahead_is_less_and_missing_time_more_than_the_plain_sum(
    income: int, months: int, group: str
):
    asked = {"income_vnd": income, "group": group, "months_supported": 120}
    plain = months * income * 22 // 100
    assert _due(("AHEAD", months), **asked) < plain < _due(("BACK", months), **asked)


@given(INCOMES, METHODS, GROUPS, st.integers(0, 130))
def test_the_steps_always_come_to_the_amount(
    income: int, method: tuple[str, int], group: str, before: int
):
    asked = social(
        "2026-04",
        income_vnd=income,
        group=group,
        method=method[0],
        months=method[1],
        months_supported=before,
    )
    (line,) = social_price(asked, on=ON).lines
    assert total(step.amount for step in parts_of(line)) == line.amount
    for step in line.steps:
        if step.count:  # Whoever computes it after us gets the same, up to half a dong.
            product = step.base.vnd * step.count * Fraction(step.rate)
            assert 2 * abs(abs(step.amount.vnd) - product) <= 1


def test_each_number_this_kind_uses_is_in_the_file():
    assert set(KIND.rates_used) <= RATES.by_name.keys()


def test_the_first_open_period_is_found_by_ten_digits_and_paid_as_it_was_explained(tx: Tx):
    numbers = ("0123456789/2026-03", "0123456789/2026-04")
    ids = push(tx, *(pushed(KIND.code, number, social(number[-7:])) for number in numbers))
    for typed in ("0123456789", "0123 456 789"):
        question = Question(number=typed, decided_on=None, subject="5678")
        found = look_up(tx, question, on=date(2026, 3, 11), keys=KEYS, rates=RATES)
        assert isinstance(found, Found)
        assert (found.obligation_id, found.number) == (ids[0], numbers[0])
        assert found.quote is not None
        assert found.quote.total == Money(484_000)
    payment = open_payment(tx, order_of(ids[:1]), rates=RATES, now=NOW, today=date(2026, 3, 11))
    (line,) = payment.lines
    assert line.amount == Money(484_000)
    assert line.explanation["steps"]


def test_a_period_nobody_paid_in_time_is_found_and_says_why_it_has_no_price(tx: Tx):
    push(tx, pushed(KIND.code, "0123456789/2026-02", social("2026-02")))
    question = Question(number="0123456789", decided_on=None, subject="5678")
    found = look_up(tx, question, on=date(2026, 3, 11), keys=KEYS, rates=RATES)
    assert isinstance(found, Found)
    assert (found.quote, found.unpriced) == (None, "METHOD_TOO_LATE")


def test_on_the_last_day_of_the_window_it_is_still_paid(tx: Tx):
    push(tx, pushed(KIND.code, "0123456789/2026-03", social("2026-03")))
    question = Question(number="0123456789", decided_on=None, subject="5678")
    found = look_up(tx, question, on=date(2026, 3, 31), keys=KEYS, rates=RATES)
    assert isinstance(found, Found)
    assert found.quote is not None
    assert found.total_tomorrow is None


@pytest.mark.parametrize(
    ("last", "before", "after"),
    [
        ("2017-12-31", "0.006583", ""),
        ("2019-12-31", "", "0.004833"),
        ("2020-12-31", "0.004833", "0.004183"),
        ("2021-12-31", "0.004183", "0.003658"),
        ("2022-12-31", "0.003658", "0.003492"),
        ("2023-12-31", "0.003492", "0.003633"),
        ("2024-12-31", "0.003633", ""),
        ("2025-12-31", "", "0.0031"),
        ("2026-12-31", "0.0031", ""),
    ],
)
def test_the_rate_of_the_fund_changes_with_the_year_of_payment(last: str, before: str, after: str):
    day = date.fromisoformat(last)
    for on, text in ((day, before), (day + timedelta(days=1), after)):
        facts = social(
            on.isoformat(), method="AHEAD", months=24, income_vnd=3_000_000, group="none"
        )
        if text:
            assert social_price(facts, on=on).lines[0].rate == f"0.22; {text}"
            continue
        with pytest.raises(RateMissing, match="fund_rate_monthly"):
            social_price(facts, on=on)
