"""How much of the book each difference explains."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from ledger.money import ZERO, Money
from reconciliation.breaks import (
    BreakKind,
    NewBreak,
    about_line,
    about_stray,
    amount_mismatch,
    fee_mismatch,
    missing_at_gateway,
    missing_in_ledger,
    not_arrived,
    subject_of_payout,
    surplus,
    wrong_beneficiary,
)
from reconciliation.matching import Differing, Rule, Stray
from tests.reconciliation.test_matching import GROUP, LINE, PAYOUT, TAKEN

OWED = "vnpay/2026-11-18/kbnn-0011"
SUSPENSE = "vnpay/2026-11-18/suspense"
REFUND = "vnpay/2026-11-18/refund"


def explains(found: NewBreak) -> Mapping[tuple[str, str], int]:
    return {
        (account.code, batch): amount.vnd for (account, batch), amount in found.explains.items()
    }


def test_a_capture_no_report_holds_stays_the_gateways_debt_and_ours():
    assert explains(missing_at_gateway(TAKEN, gateway="vnpay")) == {
        ("receivable:vnpay", OWED): 350_000,
        ("payable:kbnn-0011", OWED): -350_000,
    }


def test_a_surplus_no_report_holds_is_owed_to_no_beneficiary():
    twice = replace(TAKEN, movement="captured_twice")
    assert explains(missing_at_gateway(twice, gateway="vnpay")) == {
        ("receivable:vnpay", REFUND): 350_000,
    }


def test_money_of_nobody_stays_in_transit():
    group = replace(
        GROUP, rule=Rule.UNIDENTIFIED, movement="parked", gross=Money(350_000), fee=Money(7)
    )
    found = missing_in_ledger(LINE, group)
    assert explains(found) == {("in_transit:vnpay", SUSPENSE): 349_993}
    assert found.kind is BreakKind.MISSING_IN_LEDGER


@pytest.mark.parametrize(
    ("movement", "kind", "batch"),
    [
        ("captured_twice", BreakKind.DUPLICATE_PAYMENT, REFUND),
        ("parked", BreakKind.AMOUNT_MISMATCH, SUSPENSE),
    ],
)
def test_surplus_stays_in_transit_until_people_decide(movement: str, kind: BreakKind, batch: str):
    found = surplus(
        replace(TAKEN, movement=movement),
        replace(GROUP, movement=movement),
        item_id=7,
        net=Money(350_000),
    )
    assert found.kind is kind
    assert explains(found) == {("in_transit:vnpay", batch): 350_000}


def test_what_a_line_says_less_stays_owed_by_gateway_and_to_beneficiary():
    one = Differing(line=replace(LINE, amount=Money(349_000)), taken=TAKEN)
    group = replace(GROUP, rule=Rule.AMOUNT_DIFFERS, gross=Money(349_000), fee=ZERO)
    found = amount_mismatch(one, group, excess=None)
    assert found.amount == Money(-1_000)
    assert explains(found) == {
        ("receivable:vnpay", OWED): 1_000,
        ("payable:kbnn-0011", OWED): -1_000,
    }


def test_what_a_line_says_more_is_in_transit_to_nobody():
    one = Differing(line=replace(LINE, amount=Money(351_000)), taken=TAKEN)
    group = replace(GROUP, rule=Rule.AMOUNT_DIFFERS, gross=Money(350_000), fee=ZERO)
    excess = replace(GROUP, rule=Rule.EXCESS, movement="parked", gross=Money(1_000), fee=ZERO)
    found = amount_mismatch(one, group, excess=excess)
    assert explains(found) == {("in_transit:vnpay", SUSPENSE): 1_000}


def test_money_on_the_wrong_account_is_still_owed_to_the_right_one():
    found = wrong_beneficiary(replace(GROUP, credited_to="bhxh-01"))
    assert explains(found) == {
        ("in_transit:vnpay", OWED): 699_000,
        ("payable:kbnn-0011", OWED): -699_000,
    }


def test_a_fee_is_what_the_beneficiary_lacks():
    assert explains(fee_mismatch(GROUP)) == {("payable:kbnn-0011", OWED): -1_000}
    assert explains(fee_mismatch(replace(GROUP, movement="parked"))) == {}


def test_a_payout_that_has_not_arrived_explains_only_what_is_owed():
    surplus_group = replace(GROUP, group_id=12, movement="captured_twice")
    found = not_arrived(PAYOUT, [GROUP, surplus_group], kind=BreakKind.IN_TRANSIT)
    assert explains(found) == {
        ("in_transit:vnpay", OWED): 699_000,
        ("payable:kbnn-0011", OWED): -699_000,
    }
    assert found.subject == subject_of_payout(PAYOUT)


@pytest.mark.parametrize(
    ("is_credit", "is_known", "is_there", "kind"),
    [
        (True, False, False, BreakKind.UNIDENTIFIED_RECEIPT),
        (True, True, False, BreakKind.WRONG_BENEFICIARY),
        (True, True, True, BreakKind.UNIDENTIFIED_RECEIPT),
        (False, True, True, BreakKind.REVERSED),
    ],
)
def test_a_booked_line_of_no_payout_moves_nothing(
    *, is_credit: bool, is_known: bool, is_there: bool, kind: BreakKind
):
    stray = Stray(
        item_id=9,
        is_credit=is_credit,
        account="7111.1",
        payout="P9",
        amount=Money(5),
        is_known=is_known,
        is_there=is_there,
    )
    found = about_stray(stray)
    assert (found.kind, explains(found)) == (kind, {})


def test_a_line_people_must_look_at_moves_nothing():
    found = about_line(LINE, kind=BreakKind.AMBIGUOUS, gateway="vnpay", text="two fit")
    assert (found.subject, found.item_id, explains(found)) == ("item:7", 7, {})
