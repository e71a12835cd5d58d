"""An agency's plain demand."""

from datetime import date

import pytest

from ledger.money import Money
from payments.errors import InputRefused
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
