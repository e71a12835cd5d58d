"""An obligation priced by its own kind."""

from dataclasses import replace
from datetime import date

import pytest

from ledger.money import Money
from payments.errors import NotPayable
from payments.obligation import Obligation, ObligationStatus
from payments.obligations.registry import KINDS
from payments.quoting import NO_OBLIGATION, quote, quote_of_facts
from tests.payments.owed import DEMAND_FACTS, FINE_FACTS, NOW, RATES, RECORD_FACTS, TODAY

FINE = Obligation(
    obligation_id=7,
    provider="csgt",
    kind="traffic_fine",
    number="12/QD-XPHC",
    number_shown="12/QĐ-XPHC",
    decided_on=date(2026, 3, 10),
    subject_index=None,
    sealed=None,
    facts=KINDS["traffic_fine"].read_facts(FINE_FACTS),
    beneficiary="kbnn-0011",
    status=ObligationStatus.OPEN,
    pushed_at=NOW,
)


def test_a_quote_names_what_it_is_for_and_its_day():
    quoted = quote(FINE, on=date(2026, 3, 30), rates=RATES)
    assert (quoted.obligation_id, quoted.kind, quoted.number) == (7, "traffic_fine", "12/QĐ-XPHC")
    assert (quoted.priced_on, quoted.deadline) == (date(2026, 3, 30), date(2026, 3, 20))
    assert quoted.total == Money(3_013_500)
    assert {line.beneficiary for line in quoted.lines} == {"kbnn-0011"}


def test_nothing_left_to_pay_is_not_a_quote_of_nothing():
    parts = [{"on": "2026-03-11", "amount_vnd": 3_000_000}]
    paid = replace(FINE, facts={**FINE.facts, "part_payments": parts})
    with pytest.raises(NotPayable):
        quote(paid, on=date(2026, 3, 12), rates=RATES)


def test_what_may_not_be_collected_is_not_quoted():
    record = replace(FINE, kind="violation_record", facts=RECORD_FACTS)
    with pytest.raises(NotPayable):
        quote(record, on=date(2026, 3, 12), rates=RATES)


def test_facts_alone_are_quoted_as_an_obligation_of_them_would_be():
    kind = KINDS["demand"]
    asked = quote_of_facts(kind, kind.read_facts(DEMAND_FACTS), on=TODAY, rates=RATES)
    assert (asked.obligation_id, asked.number) == (NO_OBLIGATION, "")
    assert asked.total == Money(115_000)
