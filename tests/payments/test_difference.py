"""A less B: what was paid for an obligation, and what is due now that it reads otherwise."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import hypothesis.strategies as st
from hypothesis import given

from ledger.money import Money
from payments.difference import difference
from payments.obligation import Obligation, ObligationStatus
from payments.obligations.contract import PaidPart
from payments.obligations.registry import KINDS
from tests.payments.owed import DEMAND_FACTS, FINE_FACTS, NOW, RATES

ON = date(2026, 3, 15)


def owed(kind: str, facts: Mapping[str, object], *paid: PaidPart, **fields: object) -> Obligation:
    one = Obligation(
        obligation_id=7,
        provider="csgt",
        kind=kind,
        number="1",
        number_shown="1",
        decided_on=None,
        subject_index=None,
        sealed=None,
        facts=KINDS[kind].read_facts({**facts, **fields}),
        beneficiary="kbnn-0011",
        status=ObligationStatus.PAID,
        pushed_at=NOW,
    )
    return replace(one, paid=paid)


def demanded(vnd: int, *paid: PaidPart) -> Obligation:
    return owed("demand", DEMAND_FACTS, *paid, amount_vnd=vnd)


def fined(vnd: int, *paid: PaidPart, **facts: object) -> Obligation:
    return owed("traffic_fine", FINE_FACTS, *paid, fine_vnd=vnd, **facts)


def test_what_was_never_paid_has_no_difference():
    assert difference(demanded(100), rates=RATES) is None


@given(paid=st.integers(1, 10**9), due=st.integers(1, 10**9))
def test_a_less_b_is_due_back_and_b_less_a_is_still_due(paid: int, due: int):
    found = difference(demanded(due, PaidPart("demand", Money(paid), ON)), rates=RATES)
    assert found is not None
    assert (found.paid, found.due) == (Money(paid), Money(due))
    assert found.is_covered == (paid >= due)
    assert found.beyond == Money(max(0, paid - due))


def test_all_that_was_paid_for_a_cancelled_decision_is_due_back():
    cancelled = replace(
        fined(3_000_000, PaidPart("fine", Money(3_000_000), ON)), status=ObligationStatus.WITHDRAWN
    )
    found = difference(cancelled, rates=RATES)
    assert found is not None
    assert (found.due, found.beyond) == (Money(0), Money(3_000_000))


def test_a_surcharge_paid_on_a_fine_that_was_lowered_is_due_back_in_part():
    late = date(2026, 3, 30)  # nine days late: 13,500 on 3,000,000, 9,000 on 2,000,000
    parts = (
        PaidPart("fine", Money(3_000_000), late),
        PaidPart("late_surcharge", Money(13_500), late),
    )
    found = difference(fined(2_000_000, *parts), rates=RATES)
    assert found is not None
    assert found.beyond == Money(3_013_500 - 2_009_000)


def test_what_is_due_is_counted_on_the_days_it_was_paid_on():
    parts = (
        PaidPart("fine", Money(1_000_000), ON),
        PaidPart("fine", Money(2_000_000), date(2026, 3, 30)),
    )
    found = difference(fined(3_000_000, *parts), rates=RATES)
    assert found is not None
    assert not found.is_covered  # 9 days of 0.05 % on the 2,000,000 that came late
    assert found.due == Money(3_009_000)


def test_instalments_still_to_come_are_not_due_back():
    plan = [
        {"due_on": "2026-04-01", "amount_vnd": 8_000_000},
        {"due_on": "2026-06-01", "amount_vnd": 12_000_000},
    ]
    first = PaidPart("instalment_1", Money(8_000_000), ON)
    found = difference(fined(20_000_000, first, instalments=plan), rates=RATES)
    assert found is not None
    assert (found.is_covered, found.beyond) == (False, Money(0))
    second = PaidPart("instalment_2", Money(12_000_000), ON + timedelta(days=30))
    found = difference(fined(20_000_000, first, second, instalments=plan), rates=RATES)
    assert found is not None
    assert (found.is_covered, found.due) == (True, Money(20_000_000))
