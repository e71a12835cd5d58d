"""What VNPAY's codes mean for money."""

from itertools import product

import pytest

from gateways.contract import Outcome, RefundOutcome
from gateways.vnpay_notices import (
    notified_outcome,
    queried_outcome,
    refund_ordered,
    refund_stage,
)
from tests.gateways.vnpay_samples import ANSWER_FIELDS

CODES = [f"{number:02d}" for number in range(100)] + ["", "0", "000"]


def test_only_two_zeros_together_mean_paid():
    paid = {
        (response, status)
        for response, status in product(CODES, CODES)
        if notified_outcome(response=response, status=status) is Outcome.PAID
    }
    assert paid == {("00", "00")}


def test_suspicion_in_either_code_holds_the_money():
    for other in CODES:
        assert notified_outcome(response="07", status=other) is Outcome.HELD
        assert notified_outcome(response=other, status="07") is Outcome.HELD


def test_that_no_money_moved_is_said_by_status_02_and_a_known_refusal_alone():
    no_money = {Outcome.DECLINED, Outcome.CANCELLED, Outcome.EXPIRED}
    found = {
        (response, status)
        for response, status in product(CODES, CODES)
        if notified_outcome(response=response, status=status) in no_money
    }
    refusals = {"05", "06", "09", "10", "11", "12", "13", "24", "51", "65", "75", "79", "99"}
    assert found == {(response, "02") for response in refusals}


def test_an_answer_is_paid_for_a_payment_alone():
    paid = {
        (kind, status)
        for kind, status in product(["", "01", "02", "03", "99"], CODES)
        if queried_outcome(kind=kind, status=status) is Outcome.PAID
    }
    assert paid == {("", "00"), ("01", "00")}


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("00", RefundOutcome.ACCEPTED),
        ("16", RefundOutcome.REFUSED),
        ("91", RefundOutcome.REFUSED),
        ("93", RefundOutcome.REFUSED),
        ("95", RefundOutcome.REFUSED),
        ("94", RefundOutcome.UNKNOWN),
        ("99", RefundOutcome.UNKNOWN),
        ("", RefundOutcome.UNKNOWN),
    ],
)
def test_the_answer_to_a_refund_order_is_never_more_than_accepted(
    code: str, outcome: RefundOutcome
):
    assert refund_ordered(code) is outcome


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, RefundOutcome.DONE),
        ({"vnp_TransactionStatus": "05"}, RefundOutcome.ACCEPTED),
        ({"vnp_TransactionStatus": "06"}, RefundOutcome.ACCEPTED),
        ({"vnp_TransactionStatus": "09"}, RefundOutcome.REFUSED),
        ({"vnp_TransactionStatus": "04"}, RefundOutcome.UNKNOWN),
        ({"vnp_TransactionType": "01"}, RefundOutcome.UNKNOWN),
        ({"vnp_Amount": "100"}, RefundOutcome.UNKNOWN),
        ({"vnp_ResponseCode": "91"}, RefundOutcome.UNKNOWN),
    ],
)
def test_a_refund_is_done_only_when_vnpay_says_so_of_this_one(
    changes: dict[str, str], outcome: RefundOutcome
):
    fields = ANSWER_FIELDS | {"vnp_TransactionType": "03"} | changes
    assert refund_stage(fields, amount="35000000") is outcome
