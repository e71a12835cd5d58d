"""Household health insurance: worked examples, the falling share, cards, what always holds."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import Money, total
from ledger.postgres.transaction import Tx
from payments.errors import InputRefused, PriceRefused, RateMissing
from payments.obligations.contract import PaidPart
from payments.obligations.health_insurance import KIND, typed_number
from payments.obligations.rates import Rates
from tests.payments.obligations.insured import (
    RATES,
    health_price,
    household,
    paid_for,
    parts_of,
    price_of,
    pushed,
)

PUBLISHED = Path(__file__).parents[3].parent / "shared" / "domain" / "examples.json"
NAMES = ("CARD_VALID", "CARD_SHORT_GAP", "CARD_CONTINUITY_LOST", "CARD_FIRST_TIME")


def _members(*orders: int, months: int = 6) -> Mapping[str, object]:
    return household(*({"order": order, "months": months} for order in orders))


def _amounts(facts: Mapping[str, object], *, on: date, rates: Rates = RATES) -> list[int]:
    return [line.amount.vnd for line in health_price(facts, on=on, rates=rates).lines]


@pytest.mark.parametrize(
    ("day", "facts", "amounts"),
    [
        ("2024-02-01", _members(1, 2, 3), [486_000, 340_200, 291_600]),
        ("2026-09-01", _members(1, 2), [683_100, 478_170]),
        ("2026-09-01", _members(3), [409_860]),
        ("2022-02-01", _members(1, 2, 3, 4, months=12), [804_600, 563_220, 482_760, 402_300]),
        ("2026-09-01", _members(5, 6, 17, months=3), [136_620, 136_620, 136_620]),
    ],
)
def test_worked_examples_come_out_to_the_dong(
    day: str, facts: Mapping[str, object], amounts: list[int]
):
    assert _amounts(facts, on=date.fromisoformat(day)) == amounts


def test_every_published_example_of_this_kind_passes():
    if not PUBLISHED.exists():
        pytest.skip("the published examples are not beside this checkout")
    cases = json.loads(PUBLISHED.read_text(encoding="utf-8"))["cases"]
    ours = [case for case in cases if case["topic"] == "hi"]
    assert ours
    for case in ours:
        on = date.fromisoformat(case["inputs"]["paid_on"])
        amounts = _amounts(household(*case["inputs"]["members"]), on=on)
        assert amounts == case["expected"]["per_member"], case["id"]
        assert sum(amounts) == case["expected"]["total"], case["id"]


@pytest.mark.parametrize(
    ("last", "before", "after"),
    [
        (date(2017, 6, 30), 1_210_000, 1_300_000),
        (date(2018, 6, 30), 1_300_000, 1_390_000),
        (date(2019, 6, 30), 1_390_000, 1_490_000),
        (date(2023, 6, 30), 1_490_000, 1_800_000),
        (date(2024, 6, 30), 1_800_000, 2_340_000),
        (date(2025, 6, 30), 2_340_000, 2_340_000),
        (date(2026, 6, 30), 2_340_000, 2_530_000),
    ],
)
def test_the_level_of_the_day_of_payment_counts(last: date, before: int, after: int):
    for on, base in ((last, before), (last + timedelta(days=1), after)):
        (line,) = health_price(_members(1), on=on).lines
        assert line.base == Money(base)
        assert line.amount.vnd * 1000 == base * 45 * 6


def test_a_card_paid_before_a_change_of_the_level_is_told_that_no_top_up_follows():
    notes = {note.code: note for note in health_price(_members(1), on=date(2026, 6, 1)).notes}
    assert notes["LEVEL_CHANGES"].values == {"day": date(2026, 7, 1)}
    later = health_price(_members(1), on=date(2026, 7, 1)).notes
    assert "LEVEL_CHANGES" not in {note.code for note in later}


def test_members_may_pay_for_different_months_so_that_cards_end_together():
    facts = household({"order": 1, "months": 12}, {"order": 2, "months": 3})
    assert _amounts(facts, on=date(2026, 9, 1)) == [1_366_200, 239_085]


def test_each_member_is_told_from_when_the_card_holds():
    facts = household(
        {"order": 1, "months": 6, "card_ended_on": "2026-07-31"},
        {"order": 2, "months": 6, "card_ended_on": "2026-08-31"},
        {"order": 3, "months": 6, "card_ended_on": "2026-05-01"},
        {"order": 4, "months": 6},
    )
    notes = health_price(facts, on=date(2026, 8, 15)).notes
    cards = [(note.code, note.values["order"]) for note in notes if note.code in NAMES]
    assert cards == [
        ("CARD_VALID", 1),
        ("CARD_SHORT_GAP", 1),
        ("CARD_VALID", 2),
        ("CARD_VALID", 3),
        ("CARD_CONTINUITY_LOST", 3),
        ("CARD_VALID", 4),
        ("CARD_FIRST_TIME", 4),
    ]
    assert notes[0].values == {
        "order": 1,
        "first": date(2026, 8, 15),
        "last": date(2027, 2, 14),
    }


@pytest.mark.parametrize(
    ("ended_on", "codes"),
    [
        ("2026-08-31", ["CARD_VALID"]),
        ("2026-07-31", ["CARD_VALID", "CARD_SHORT_GAP"]),
        ("2026-05-01", ["CARD_VALID", "CARD_CONTINUITY_LOST"]),
        (None, ["CARD_VALID", "CARD_FIRST_TIME"]),
    ],
)
def test_what_holds_for_every_member_alike_is_said_once(ended_on: str | None, codes: list[str]):
    old_card = {} if ended_on is None else {"card_ended_on": ended_on}
    facts = household(*({"order": order, "months": 6} | old_card for order in (1, 2, 3)))
    notes = [note for note in health_price(facts, on=date(2026, 8, 15)).notes if note.code in NAMES]
    assert [note.code for note in notes] == codes
    assert all(note.values["count"] == 3 for note in notes)
    assert all("order" not in note.values for note in notes)
    assert all(note.text in KIND.texts for note in notes)


def test_a_single_member_is_told_by_the_order():
    notes = health_price(_members(3), on=date(2026, 9, 1)).notes
    assert notes[0].values["order"] == 3


def test_a_line_says_the_first_members_month_its_share_and_how_sure_that_is():
    (line,) = health_price(_members(2), on=date(2026, 9, 1)).lines
    first_member, step = line.steps
    assert (first_member.base, first_member.rate) == (Money(2_530_000), "0.045")
    assert (first_member.amount, first_member.is_part) == (Money(113_850), False)
    assert (step.base, step.count, step.rate) == (Money(113_850), 6, "0.70")
    assert step.amount == line.amount
    assert (line.status, line.rounding) == ("CONFIRMED-2ND", "")


def test_a_fraction_of_a_dong_is_rounded_once_for_each_member():
    rows = RATES.by_name["reference.reference_level"]
    odd = (*rows[:-1], replace(rows[-1], value=Fraction(2_530_001), text="2530001"))
    (line,) = health_price(
        _members(2, months=3),
        on=date(2026, 9, 1),
        rates=Rates({**RATES.by_name, "reference.reference_level": odd}),
    ).lines
    assert line.amount == Money(239_085)
    assert line.rounding
    assert line.status == "UNCONFIRMED"


def test_what_was_paid_is_taken_off_whoever_it_was_paid_for():
    on = date(2026, 9, 1)
    facts = _members(1, 2)
    paid = [PaidPart("member_1", Money(683_100), on)]
    assert [line.part for line in price_of(KIND, facts, on=on, paid=paid).lines] == ["member_2"]
    more = [*paid, PaidPart("member_3", Money(100_000), on)]
    (line,) = price_of(KIND, facts, on=on, paid=more).lines
    assert line.amount == Money(378_170) == total(step.amount for step in parts_of(line))
    all_of_it = [PaidPart("member_1", Money(2_000_000), on)]
    assert price_of(KIND, facts, on=on, paid=all_of_it).lines == ()


@pytest.mark.parametrize("months", [1, 2, 4, 9, 24])
def test_other_periods_are_refused_by_name(months: int):
    with pytest.raises(PriceRefused) as refused:
        health_price(_members(1, months=months), on=date(2026, 9, 1))
    assert (refused.value.code, refused.value.field) == ("MONTHS_NOT_ALLOWED", "members[0].months")


@pytest.mark.parametrize(
    ("member", "field"),
    [
        ({"months": 6}, "members[0].order"),
        ({"order": 0, "months": 6}, "members[0].order"),
        ({"order": 1.0, "months": 6}, "members[0].order"),
        ({"order": 1, "months": "6"}, "members[0].months"),
        ({"order": 1, "months": 6, "card_ended_on": "31/07/2026"}, "members[0].card_ended_on"),
        ({"order": 1, "months": 6, "name": "An"}, "members[0].name"),
    ],
)
def test_a_field_that_cannot_be_right_is_named(member: Mapping[str, object], field: str):
    with pytest.raises(InputRefused) as refused:
        KIND.read_facts(household(member))
    assert refused.value.field == field


def test_a_household_has_members_each_in_an_order_of_their_own():
    with pytest.raises(InputRefused, match="members"):
        KIND.read_facts(household())
    with pytest.raises(InputRefused, match="another member"):
        KIND.read_facts(_members(1, 2, 1))
    with pytest.raises(InputRefused, match="at most"):
        KIND.read_facts(_members(*range(1, 22)))


def test_the_household_code_is_typed_of_a_number_with_its_month():
    assert typed_number("0123456789/2026-09") == "0123456789"
    for wrong in ("0123456789", "012/2026-09", "0123456789/2026-00"):
        with pytest.raises(InputRefused):
            typed_number(wrong)


def test_the_transfer_names_the_household():
    facts = KIND.read_facts({**_members(1, 2), "authority": "BHXH Đống Đa"})
    assert KIND.purpose(facts, "0123456789/2026-09").endswith("mã hộ 0123456789/2026-09")
    assert KIND.title(facts) == "Bảo hiểm y tế hộ gia đình: 2 người"
    assert KIND.authority(facts) == "BHXH Đống Đa"
    assert KIND.read_facts(facts) == facts


ORDERS = st.lists(st.integers(1, 9), min_size=1, max_size=6, unique=True)
PERIODS = st.sampled_from([3, 6, 12])
DAYS = st.dates(date(2017, 1, 1), date(2030, 12, 31))


@given(ORDERS, PERIODS, DAYS)
def test_a_household_pays_what_its_members_pay_alone(orders: list[int], months: int, on: date):
    together = _amounts(_members(*orders, months=months), on=on)
    assert together == [_amounts(_members(order, months=months), on=on)[0] for order in orders]


@given(st.integers(1, 8), PERIODS, DAYS)
def test_a_later_member_never_pays_more(order: int, months: int, on: date):
    first, second = _amounts(_members(order, order + 1, months=months), on=on)
    assert first >= second


@given(ORDERS, DAYS)
def test_twelve_months_cost_four_times_three(orders: list[int], on: date):
    quarter, year = (_amounts(_members(*orders, months=months), on=on) for months in (3, 12))
    assert [4 * amount for amount in quarter] == year


@pytest.mark.parametrize("missing", KIND.rates_used)
def test_a_number_that_is_missing_refuses_and_nothing_takes_its_place(missing: str):
    without = Rates({name: rows for name, rows in RATES.by_name.items() if name != missing})
    on = date(2026, 9, 1)
    facts = household(
        *({"order": order, "months": 6} for order in range(2, 6)),
        {"order": 1, "months": 6, "card_ended_on": "2026-08-20"},
    )
    if missing == "health_insurance.card_gap_months":  # Days count since July 2025.
        on = date(2025, 6, 30)
        facts = household({"order": 1, "months": 6, "card_ended_on": "2025-06-01"})
    with pytest.raises(RateMissing):
        health_price(facts, on=on, rates=without)


def test_a_household_is_paid_in_one_payment_with_a_line_for_each_member(tx: Tx):
    household_of_two = pushed(KIND.code, "0123456789/2026-03", _members(1, 2))
    payment = paid_for(tx, household_of_two, on=date(2026, 3, 11))
    assert [(line.part, line.amount.vnd) for line in payment.lines] == [
        ("member_1", 631_800),
        ("member_2", 442_260),
    ]
    assert payment.amount == Money(1_074_060)
