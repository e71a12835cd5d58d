"""What VNPAY's codes mean for money."""

from itertools import product

from gateways.contract import Outcome
from gateways.vnpay_notices import notified_outcome, queried_outcome

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
