"""A refund as a noun: what is approved, which way it goes, when it is asked about."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.contract import Prepared
from ledger.money import Money
from payments.decision import Movement
from payments.errors import StepRefused
from payments.payment_number import is_refund_number
from payments.refund import (
    ASK_INTERVAL_MAX,
    ASKED_FOR,
    Refund,
    RefundCause,
    RefundRoute,
    digest_of,
    is_person,
    move_refund,
    next_ask_at,
    number_of,
    order_of,
    refusal_of,
    route_after_refusal,
    route_of,
    step_after,
)
from payments.refund_states import RefundState, RefundStep
from payments.states import PaymentStep
from payments.taken_sum import TakenSum
from tests.payments.scene import PaperGateway

NOW = datetime(2026, 3, 11, 2, tzinfo=UTC)
REFUND = Refund(
    refund_id=1,
    number=number_of("captured_twice:paper:T1", refunds=0),
    payment_id=2,
    payment_number="NP2222222222",
    attempt_id=3,
    capture_id=4,
    obligation_id=None,
    gateway="paper",
    payment_transaction="T1",
    amount=Money(350_000),
    cause=RefundCause.DUPLICATE,
    route=RefundRoute.GATEWAY,
    state=RefundState.PROPOSED,
    version=0,
    reason="paid twice",
    document="",
    proposed_by="staff:lan",
    proposed_at=NOW,
)
TAKEN = TakenSum(
    capture_id=4,
    payment_id=2,
    attempt_id=3,
    gateway="paper",
    gateway_transaction="T1",
    reference="R1",
    movement=Movement.CAPTURED,
    amount=Money(350_000),
    paid_at=NOW,
    business_date=date(2026, 3, 11),
    beneficiary="kbnn-0011",
    entry_key="captured:paper:T1",
    refunds=0,
    back=Money(0),
    returned=Money(0),
)
SURPLUS = replace(TAKEN, capture_id=5, movement=Movement.CAPTURED_TWICE)
BACK = Money(350_000)


def test_the_digest_changes_with_everything_an_approver_is_shown():
    others = {
        digest_of(replace(REFUND, amount=Money(350_001))),
        digest_of(replace(REFUND, payment_number="NP3333333333")),
        digest_of(replace(REFUND, payment_transaction="T2")),
        digest_of(replace(REFUND, route=RefundRoute.TRANSFER)),
        digest_of(replace(REFUND, reason="other")),
        digest_of(replace(REFUND, document="1/QĐ")),
        digest_of(replace(REFUND, proposed_by="staff:minh")),
    }
    assert len(others - {digest_of(REFUND)}) == 7


def test_the_digest_does_not_change_with_where_it_stands():
    assert digest_of(replace(REFUND, state=RefundState.SENT, version=3)) == digest_of(REFUND)


def test_a_step_counts_and_an_end_is_dated_and_asks_no_more():
    refund = replace(REFUND, state=RefundState.SENT, next_ask_at=NOW)
    after = move_refund(refund, RefundStep.FINISH, at=NOW).after
    assert (after.version, after.finished_at, after.next_ask_at) == (1, NOW, None)
    with pytest.raises(StepRefused):
        move_refund(REFUND, RefundStep.SEND, at=NOW)


@given(st.text(min_size=1), st.integers(0, 50))
def test_numbers_are_checked_and_the_same_however_often_asked(key: str, refunds: int):
    number = number_of(key, refunds=refunds)
    assert is_refund_number(number)
    assert number == number_of(key, refunds=refunds)
    assert number != number_of(key, refunds=refunds + 1)


@pytest.mark.parametrize(
    ("cause", "is_settled", "route", "otherwise"),
    [
        (RefundCause.DUPLICATE, True, RefundRoute.GATEWAY, RefundRoute.TRANSFER),
        (RefundCause.AMOUNT_DIFFERS, False, RefundRoute.GATEWAY, RefundRoute.TRANSFER),
        (RefundCause.REFUND_DUE, False, RefundRoute.GATEWAY, RefundRoute.STATE_PROCEDURE),
        (RefundCause.REFUND_DUE, True, RefundRoute.STATE_PROCEDURE, RefundRoute.STATE_PROCEDURE),
    ],
)
def test_what_the_state_has_goes_by_its_procedure_and_the_rest_by_its_gateway(
    *, cause: RefundCause, is_settled: bool, route: RefundRoute, otherwise: RefundRoute
):
    assert route_of(cause, is_settled=is_settled) is route
    assert route_after_refusal(cause) is otherwise


def test_a_gateway_gives_back_within_its_window_and_in_part_if_it_can():
    limits = PaperGateway().capabilities
    window = timedelta(days=30)
    assert refusal_of(limits, is_whole=False, paid_at=NOW, now=NOW + window) == ""
    late = NOW + window + timedelta(seconds=1)
    assert refusal_of(limits, is_whole=True, paid_at=NOW, now=late) == "window_over"
    whole_only = replace(limits, refunds_in_part=False)
    assert refusal_of(whole_only, is_whole=False, paid_at=NOW, now=NOW) == "not_in_part"
    assert refusal_of(whole_only, is_whole=True, paid_at=NOW, now=NOW) == ""
    never = replace(limits, refund_window=None)
    assert refusal_of(never, is_whole=True, paid_at=NOW, now=NOW) == "not_offered"
    assert refusal_of(None, is_whole=True, paid_at=NOW, now=NOW) == "not_offered"


@pytest.mark.parametrize(
    ("taken", "is_settled", "step"),
    [
        ([replace(TAKEN, returned=BACK)], True, PaymentStep.REFUND_ALL),
        ([replace(TAKEN, returned=Money(1))], False, PaymentStep.RESUME_PAID),
        ([TAKEN, replace(SURPLUS, returned=BACK)], True, PaymentStep.RESUME_SETTLED),
        ([TAKEN, SURPLUS], True, PaymentStep.RESUME_OVERPAID),
        ([replace(TAKEN, returned=BACK), SURPLUS], False, PaymentStep.RESUME_OVERPAID),
    ],
)
def test_a_payment_goes_on_by_what_is_left_of_it(
    *, taken: list[TakenSum], is_settled: bool, step: PaymentStep
):
    assert step_after(taken, is_another_under_way=False, is_settled=is_settled) is step
    assert step_after(taken, is_another_under_way=True, is_settled=is_settled) is None


def test_people_are_named():
    assert is_person("staff:lan")
    assert not is_person("staff:")
    assert not is_person("system:refunds")


@given(st.integers(0, 100), st.timedeltas(timedelta(0), ASKED_FOR * 2))
def test_questions_become_rarer_and_end(asked_count: int, age: timedelta):
    at = next_ask_at(asked_count=asked_count, sent_at=NOW, now=NOW + age)
    if at is not None:
        assert NOW + age < at <= NOW + age + ASK_INTERVAL_MAX
        assert at <= NOW + ASKED_FOR
    if age >= ASKED_FOR:
        assert at is None


def test_an_order_names_the_gateways_number_only_where_it_gave_one():
    prepared = Prepared("R1", Money(1), NOW, NOW, {})
    sent = replace(REFUND, sent_at=NOW)
    assert order_of(sent, prepared, TAKEN).gateway_transaction == "T1"
    unnamed = replace(TAKEN, gateway_transaction="R1")
    assert order_of(sent, prepared, unnamed).gateway_transaction == ""
    assert order_of(sent, prepared, TAKEN).payment.amount == TAKEN.amount
