"""What a client is told of each step, pure."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.money import Money
from payments.client_event import (
    Correction,
    EventType,
    envelope,
    event_id_of,
    has_events,
    news_of_moves,
    news_of_opening,
    payload_of,
    snapshot_of,
)
from payments.move import PaymentMove, move_payment
from payments.payment import Payment
from payments.states import PAYMENT_STEPS, PaymentState, PaymentStep
from tests.payments.scene import NOW, TODAY

PAYMENT = Payment(
    payment_id=7,
    number="0123-4567-89AB",
    state=PaymentState.CREATED,
    version=0,
    amount=Money(350_000),
    priced_on=TODAY,
    language="vi",
    client="portal",
    created_at=NOW,
    expires_at=NOW + timedelta(minutes=15),
    paid_at=None,
    lines=(),
    metadata={"order": "A-17"},
)


def moved(state: PaymentState, step: PaymentStep) -> PaymentMove:
    """Return one step from a state."""
    return move_payment(replace(PAYMENT, state=state), step, at=NOW, paid_at=NOW)


def types(state: PaymentState, step: PaymentStep) -> list[EventType]:
    """Return the types of what is told of one step."""
    return [news.type for news in news_of_moves([moved(state, step)])]


def test_every_step_of_the_table_is_told():
    for state, step in PAYMENT_STEPS:
        told = types(state, step)
        assert told, (state, step)
        assert told[0].startswith("payment."), (state, step)


def test_a_step_is_told_by_the_name_of_where_it_leads():
    named = {
        (state, step): types(state, step)[0]
        for (state, step), after in PAYMENT_STEPS.items()
        if state is not after and not step.startswith("resume")
    }
    for (state, step), type_ in named.items():
        after = PAYMENT_STEPS[state, step]
        # More money while some goes back is told as such: the status stays refunding.
        assert type_ == f"payment.{after}", (state, step)


@pytest.mark.parametrize(
    ("state", "step", "reason"),
    [
        (PaymentState.FAILED, PaymentStep.CONFIRM, Correction.PAID_AFTER_ALL),
        (PaymentState.EXPIRED, PaymentStep.CONFIRM, Correction.PAID_AFTER_ALL),
        (PaymentState.EXPIRED, PaymentStep.HOLD, Correction.HELD_AFTER_ALL),
        (PaymentState.FAILED, PaymentStep.CONFIRM_SURPLUS, Correction.MORE_WAS_PAID),
        (PaymentState.SETTLED, PaymentStep.CONFIRM_SURPLUS, Correction.MORE_WAS_PAID),
        (PaymentState.REFUNDED, PaymentStep.CONFIRM_SURPLUS, Correction.MORE_WAS_PAID),
    ],
)
def test_an_end_that_was_none_is_corrected_by_an_event_of_its_own(
    state: PaymentState, step: PaymentStep, reason: Correction
):
    told, corrected = news_of_moves([moved(state, step)])
    assert told.type != EventType.PAYMENT_CORRECTED
    assert corrected.type == EventType.PAYMENT_CORRECTED
    assert dict(corrected.details) == {
        "old_status": state.value,
        "new_status": PAYMENT_STEPS[state, step].value,
        "reason": reason.value,
    }


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (PaymentState.FAILED, PaymentStep.SEND),
        (PaymentState.FAILED, PaymentStep.EXPIRE),
        (PaymentState.PENDING, PaymentStep.CONFIRM),
        (PaymentState.SETTLED, PaymentStep.REFUND),
        (PaymentState.PAID, PaymentStep.SETTLE),
    ],
)
def test_what_goes_its_usual_way_is_no_correction(state: PaymentState, step: PaymentStep):
    assert EventType.PAYMENT_CORRECTED not in types(state, step)


def test_cancelling_what_no_gateway_heard_of_ends_it_and_says_why():
    (news,) = news_of_moves([moved(PaymentState.CREATED, PaymentStep.CANCEL)])
    assert news.type == EventType.PAYMENT_FAILED
    assert snapshot_of(news.payment)["status_reason"] == "cancelled"


def test_cancelling_what_a_gateway_may_take_is_told_as_a_wish():
    (news,) = news_of_moves([moved(PaymentState.PENDING, PaymentStep.CANCEL)])
    assert news.type == EventType.PAYMENT_CANCEL_ASKED
    assert snapshot_of(news.payment)["status_reason"] is None


def test_a_refund_that_is_over_is_not_told_as_another_payment():
    assert types(PaymentState.REFUNDING, PaymentStep.RESUME_PAID) == [EventType.PAYMENT_RESUMED]


def test_an_event_shows_the_whole_payment_and_the_clients_own_words():
    payload = payload_of(news_of_opening(PAYMENT))
    assert payload["type"] == "payment.created"
    assert payload["timestamp"] == "2026-03-11T09:00:00+07:00"
    assert payload["data"] == {
        "payment": {
            "number": "0123-4567-89AB",
            "status": "created",
            "status_reason": None,
            "amount_vnd": 350_000,
            "priced_on": "2026-03-11",
            "created_at": "2026-03-11T09:00:00+07:00",
            "expires_at": "2026-03-11T09:15:00+07:00",
            "paid_at": None,
            "cancel_asked_at": None,
            "metadata": {"order": "A-17"},
        }
    }
    assert json.loads(json.dumps(payload)) == payload


def test_one_change_has_one_id_and_another_has_another():
    ids = {
        event_id_of(type_, subject=subject, cause=cause)
        for type_ in (EventType.PAYMENT_PAID, EventType.PAYMENT_CORRECTED)
        for subject in ("A", "B")
        for cause in ("1", "2")
    }
    assert len(ids) == 8
    assert event_id_of(EventType.PAYMENT_PAID, subject="A", cause="1") in ids
    assert envelope(EventType.PAYMENT_PAID, subject="A", cause="1", at=NOW, data={})["id"] in ids


def test_citizens_on_our_own_pages_are_told_nothing():
    assert not has_events("citizen")
    assert not has_events("citizen-5f0c")
    assert has_events("portal")
    assert has_events("citizens-office")
