"""An agency's plain demand."""

from datetime import date

import pytest

from ledger.money import Money
from payments.errors import InputRefused
from payments.obligations.contract import PaidPart
from payments.obligations.demand import KIND
from tests.payments.owed import DEMAND_FACTS, RATES


def test_a_demand_is_due_as_it_was_pushed_on_any_day():
    facts = KIND.read_facts({**DEMAND_FACTS, "due_on": "2026-04-30"})
    for day in (date(2026, 1, 1), date(2030, 1, 1)):
        priced = KIND.price(facts, beneficiary="kbnn-0011", on=day, rates=RATES, paid=())
        assert priced.deadline == date(2026, 4, 30)
        assert [(line.part, line.amount) for line in priced.lines] == [("demand", Money(115_000))]


def test_the_line_says_what_the_agency_said():
    facts = KIND.read_facts({**DEMAND_FACTS, "authority": "Sở Xây dựng"})
    (line,) = KIND.price(facts, beneficiary="a", on=date(2026, 1, 1), rates=RATES, paid=()).lines
    assert (line.label, line.law) == (DEMAND_FACTS["title"], DEMAND_FACTS["law"])
    assert line.budget == DEMAND_FACTS["budget"]
    assert KIND.purpose(facts, "H29") == "Lệ phí cấp giấy phép lái xe, số H29"
    assert (KIND.title(facts), KIND.authority(facts)) == (DEMAND_FACTS["title"], "Sở Xây dựng")
    assert KIND.read_facts(facts) == facts


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount_vnd", 0),
        ("amount_vnd", 115_000.0),
        ("title", ""),
        ("law", None),
        ("due_on", "tomorrow"),
        ("discount", 1),
    ],
)
def test_a_field_that_cannot_be_right_is_named(field: str, value: object):
    with pytest.raises(InputRefused) as refused:
        KIND.read_facts({**DEMAND_FACTS, field: value})
    assert refused.value.field == field


LINES = [
    {"title": "Lệ phí", "amount_vnd": 100_000, "law": "x", "budget": {"sub_item": "2763"}},
    {"title": "Phí", "amount_vnd": 15_000, "law": "y"},
]


def test_a_demand_with_lines_is_due_line_by_line():
    facts = KIND.read_facts({**DEMAND_FACTS, "lines": LINES})
    lines = KIND.price(facts, beneficiary="a", on=date(2026, 1, 1), rates=RATES, paid=()).lines
    assert [(line.part, line.label, line.amount.vnd) for line in lines] == [
        ("demand_1", "Lệ phí", 100_000),
        ("demand_2", "Phí", 15_000),
    ]
    assert KIND.read_facts(facts) == facts


def test_lines_that_do_not_come_to_the_amount_are_refused():
    with pytest.raises(InputRefused, match="lines"):
        KIND.read_facts({**DEMAND_FACTS, "lines": LINES[:1]})


def test_what_was_paid_is_taken_off_a_demand():
    facts = KIND.read_facts(DEMAND_FACTS)
    paid = [PaidPart("demand", Money(100_000), date(2026, 1, 1))]
    priced = KIND.price(facts, beneficiary="a", on=date(2026, 1, 2), rates=RATES, paid=paid)
    assert [line.amount.vnd for line in priced.lines] == [15_000]
