"""How what belongs together enters the book."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.entry import Entry
from ledger.money import ZERO, Money, total
from ledger.movements.captured import captured
from ledger.movements.captured_twice import captured_twice
from ledger.movements.parked import parked
from reconciliation.business_day import VIETNAM
from reconciliation.file import ItemKind
from reconciliation.matching import (
    COMPARED,
    Differing,
    OpenLine,
    PassedOn,
    Payout,
    Rule,
    Taken,
    credited_entries,
    excess_of,
    group_of,
    parked_entry,
    settled_entry,
    suspense_group_of,
)

DAY = date(2026, 11, 18)
LINE = OpenLine(
    item_id=7,
    line=42,
    kind=ItemKind.PAYMENT,
    reference="R1",
    transaction="T1",
    amount=Money(350_000),
    fee=ZERO,
    occurred_at=datetime(2026, 11, 18, 9, tzinfo=VIETNAM),
    beneficiary="kbnn-0011",
    payout="P1",
)
TAKEN = Taken(
    capture_id=3,
    movement="captured",
    business_date=DAY,
    beneficiary="kbnn-0011",
    amount=Money(350_000),
    payment_number="NP1",
)
GROUP = PassedOn(
    gateway="vnpay",
    payout="P1",
    file_id=5,
    rule=Rule.TRANSACTION,
    movement="captured",
    batch_date=DAY,
    beneficiary="kbnn-0011",
    credited_to="kbnn-0011",
    gross=Money(700_000),
    fee=Money(1_000),
    leg_count=2,
    group_id=11,
)
PAYOUT = Payout(
    gateway="vnpay",
    payout="P1",
    credited_to="kbnn-0011",
    passed_on_on=DAY,
    expected=Money(699_000),
    group_ids=(11,),
    credit_ids=(20, 21),
    credited=Money(699_000),
    file_id=6,
    is_open_ended=False,
    is_covered=True,
)


def batches(entry: Entry) -> set[str]:
    return {transfer.batch for transfer in entry.transfers}


def test_every_rule_says_what_it_compares():
    assert set(COMPARED) == set(Rule)


@pytest.mark.parametrize("movement", ["captured", "captured_twice", "parked"])
def test_a_group_leaves_under_the_batch_its_money_came_in_with(movement: str):
    taken_in = {
        "captured": captured(
            key="captured:1",
            gateway="vnpay",
            business_date=DAY,
            source="evidence:1",
            lines=[("kbnn-0011", Money(1))],
        ),
        "captured_twice": captured_twice(
            key="twice:1", gateway="vnpay", business_date=DAY, source="evidence:1", amount=Money(1)
        ),
        "parked": parked(
            key="parked:1",
            gateway="vnpay",
            business_date=DAY,
            source="evidence:1",
            amount=Money(1),
            differs=True,
        ),
    }[movement]
    group = replace(GROUP, movement=movement)
    assert batches(settled_entry(group, business_date=DAY)) == batches(taken_in)
    assert replace(TAKEN, movement=movement).place == group.place


def test_a_groups_net_is_in_transit_and_its_fee_spent():
    entry = settled_entry(GROUP, business_date=DAY)
    assert [(leg.debit.code, leg.credit.code, leg.amount.vnd) for leg in entry.transfers] == [
        ("in_transit:vnpay", "receivable:vnpay", 699_000),
        ("gateway_fee:vnpay", "receivable:vnpay", 1_000),
    ]
    assert entry.key == "settled:11"


def test_only_what_is_owed_to_the_account_credited_is_paid_off():
    other_day = replace(GROUP, group_id=12, batch_date=date(2026, 11, 17), gross=Money(2_000))
    same_batch = replace(GROUP, group_id=13, gross=Money(5_000), fee=ZERO)
    surplus = replace(GROUP, group_id=14, movement="captured_twice")
    elsewhere = replace(GROUP, group_id=15, credited_to="bhxh-01")
    all_fee = replace(GROUP, group_id=16, gross=Money(10), fee=Money(10))
    entries = credited_entries(
        30,
        [GROUP, other_day, same_batch, surplus, elsewhere, all_fee],
        file_id=6,
        business_date=DAY,
    )
    assert [(one.key, one.amount.vnd) for one in entries] == [
        ("credited:30:vnpay/2026-11-17/kbnn-0011", 1_000),
        ("credited:30:vnpay/2026-11-18/kbnn-0011", 704_000),
    ]
    assert not surplus.is_owed
    assert surplus.is_surplus
    assert not elsewhere.is_owed


@given(st.integers(min_value=1, max_value=10**9), st.integers(min_value=1, max_value=10**9))
def test_a_difference_is_split_without_losing_a_dong(reported: int, booked: int):
    one = Differing(
        line=replace(LINE, amount=Money(reported)), taken=replace(TAKEN, amount=Money(booked))
    )
    group = group_of(one, gateway="vnpay", file_id=5)
    assert group.gross + excess_of(one) == Money(reported)
    assert group.gross <= one.taken.amount


@given(st.integers(min_value=1, max_value=10**9), st.integers(min_value=0, max_value=10**9))
def test_a_fee_never_takes_more_than_there_is(booked: int, fee: int):
    line = replace(LINE, amount=Money(10**9), fee=Money(fee))
    group = group_of(
        Differing(line=line, taken=replace(TAKEN, amount=Money(booked))),
        gateway="vnpay",
        file_id=5,
    )
    assert ZERO <= group.fee <= group.gross


def test_money_of_nobody_goes_to_suspense_and_leaves_under_the_same_batch():
    for rule, account in (
        (Rule.UNIDENTIFIED, "suspense_unidentified:vnpay"),
        (Rule.EXCESS, "suspense_difference:vnpay"),
    ):
        entry = parked_entry(
            LINE, gateway="vnpay", file_id=5, business_date=DAY, amount=Money(9), rule=rule
        )
        group = suspense_group_of(
            LINE,
            gateway="vnpay",
            file_id=5,
            rule=rule,
            batch_date=DAY,
            gross=Money(9),
            fee=ZERO,
        )
        assert entry.transfers[0].credit.code == account
        assert batches(entry) == {group.batch}
        assert not group.is_owed
        assert not group.is_surplus
        assert group.leg_count == (rule is Rule.UNIDENTIFIED)


@pytest.mark.parametrize(
    ("payout", "has_arrived"),
    [
        (PAYOUT, True),
        (replace(PAYOUT, credited=Money(698_999)), False),
        (replace(PAYOUT, credited=Money(699_001)), False),
        (replace(PAYOUT, is_open_ended=True), False),
        (replace(PAYOUT, credit_ids=(), credited=ZERO), False),
        (replace(PAYOUT, credit_ids=(), credited=ZERO, expected=ZERO), True),
    ],
)
def test_a_payout_has_arrived_when_its_credits_are_the_sum_to_the_dong(
    *, payout: Payout, has_arrived: bool
):
    assert payout.has_arrived is has_arrived


def test_accounts_of_a_group_are_those_of_its_gateway_and_beneficiary():
    codes = (GROUP.receivable.code, GROUP.in_transit.code, GROUP.payable.code)
    assert codes == ("receivable:vnpay", "in_transit:vnpay", "payable:kbnn-0011")
    assert total([GROUP.net, GROUP.fee]) == GROUP.gross
