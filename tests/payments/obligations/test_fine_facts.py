"""What a penalty decision says, read from what an authority pushed."""

from datetime import date

import pytest

from ledger.money import Money
from payments.errors import InputRefused
from payments.obligations.fine_facts import Instalment, Person, Violation, kept_fine, read_fine

VIOLATIONS = [
    {"article": "Điều 6 khoản 9", "text": "Vượt đèn đỏ", "amount_vnd": 700_000},
    {"article": "Điều 6 khoản 3", "text": "Không thắt dây an toàn", "amount_vnd": 300_000},
]
PLAN = [
    {"due_on": "2026-04-10", "amount_vnd": 400_000},
    {"due_on": "2026-05-10", "amount_vnd": 600_000},
]


def facts(**changes: object) -> dict[str, object]:
    kept = {"issued_on": "2026-01-02", "term_days": 10, "behaviour": "x", "authority": "y"}
    return {"fine_vnd": 1_000_000, **kept, **changes}


def test_violations_person_and_instalments_are_read():
    read = read_fine(
        facts(
            person="organisation",
            violations=VIOLATIONS,
            instalments=PLAN,
            instalments_from="2026-01-10",
        )
    )
    assert read.person is Person.ORGANISATION
    assert read.violations[0] == Violation("Điều 6 khoản 9", "Vượt đèn đỏ", Money(700_000))
    assert read.instalments[1] == Instalment(date(2026, 5, 10), Money(600_000))
    assert read.instalments_from == date(2026, 1, 10)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"received_on": "2026-01-03", "record_number": "7/BB-VPHC"},
        {"person": "individual", "violations": VIOLATIONS},
        {"instalments": PLAN, "instalments_from": "2026-01-10"},
        {
            "part_payments": [{"on": "2026-02-01", "amount_vnd": 1}],
            "suspended": [["2026-02-01", "2026-02-03"]],
            "deadline_override": {"date": "2026-02-01", "reason": "x"},
        },
    ],
)
def test_what_is_kept_reads_to_the_same_facts(changes: dict[str, object]):
    read = read_fine(facts(**changes))
    assert read_fine(kept_fine(read)) == read


def test_a_decision_of_before_is_kept_without_the_fields_it_did_not_have():
    assert set(kept_fine(read_fine(facts()))) == {
        "fine_vnd",
        "issued_on",
        "term_days",
        "behaviour",
        "authority",
        "budget",
        "suspended",
        "part_payments",
    }


def test_part_payments_lower_what_is_unpaid_from_their_day_on():
    read = read_fine(facts(part_payments=[{"on": "2026-02-01", "amount_vnd": 400_000}]))
    unpaid = [read.unpaid(on=date(2026, day, 1)).vnd for day in (1, 2, 3)]
    assert unpaid == [1_000_000, 600_000, 600_000]


def test_the_ends_of_a_suspended_period_belong_to_it():
    read = read_fine(facts(suspended=[["2026-02-01", "2026-02-03"]]))
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 3), date(2026, 2, 4)]
    assert [read.is_suspended(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("fine_vnd", {"fine_vnd": 0}),
        ("fine_vnd", {"fine_vnd": -1}),
        ("fine_vnd", {"fine_vnd": "3000000"}),
        ("fine_vnd", {"fine_vnd": 10**12}),
        ("fine_vnd", {"fine_vnd": True}),
        ("fine_vnd", {"fine_vnd": None}),
        ("issued_on", {"issued_on": "10/03/2026"}),
        ("issued_on", {"issued_on": "1926-03-10"}),
        ("received_on", {"received_on": "2026-02-30"}),
        ("received_on", {"received_on": "2026-01-01"}),
        ("term_days", {"term_days": 0}),
        ("term_days", {"term_days": 366}),
        ("behaviour", {"behaviour": ""}),
        ("behaviour", {"behaviour": "x" * 501}),
        ("authority", {"authority": "a\x00b"}),
        ("record_number", {"record_number": 77}),
        ("deadline_override.reason", {"deadline_override": {"date": "2026-03-01"}}),
        ("deadline_override.date", {"deadline_override": {"date": "2025-12-31", "reason": "x"}}),
        ("deadline_override.by", {"deadline_override": {"by": "x"}}),
        ("suspended[0]", {"suspended": [["2026-03-02", "2026-03-01"]]}),
        ("suspended[0]", {"suspended": [["2026-03-02"]]}),
        ("suspended", {"suspended": [["2026-03-01", "2026-03-02"]] * 21}),
        ("part_payments", {"part_payments": [{"on": "2026-03-01", "amount_vnd": 1_000_001}]}),
        ("part_payments[0].amount_vnd", {"part_payments": [{"on": "2026-03-01"}]}),
        ("budget.account", {"budget": {"account": "7111"}}),
        ("budget.chapter", {"budget": {"chapter": "0 9"}}),
        ("person", {"person": "company"}),
        ("violations", {"violations": VIOLATIONS[:1]}),
        ("violations[0].text", {"violations": [{"article": "x", "amount_vnd": 1_000_000}]}),
        ("instalments", {"instalments": PLAN[:1]}),
        ("instalments[1].due_on", {"instalments": [PLAN[0], {**PLAN[1], "due_on": "2026-04-10"}]}),
        ("instalments[0].due_on", {"instalments": [{**PLAN[0], "due_on": "2026-01-01"}, PLAN[1]]}),
        (
            "instalments",
            {"instalments": PLAN, "part_payments": [{"on": "2026-02-01", "amount_vnd": 1}]},
        ),
        ("instalments[0].amount_vnd", {"instalments": [{**PLAN[0], "amount_vnd": 0}, PLAN[1]]}),
        ("instalments_from", {"instalments_from": "2026-02-01"}),
        ("surcharge_vnd", {"surcharge_vnd": 0}),
    ],
)
def test_a_field_that_cannot_be_right_is_named(field: str, changes: dict[str, object]):
    with pytest.raises(InputRefused) as refused:
        read_fine(facts(**{"fine_vnd": 1_000_000, **changes}))
    assert refused.value.field == field
