"""One step taken, with how things stood before and stand after."""

from dataclasses import dataclass, replace
from datetime import datetime

from payments.attempt import Attempt
from payments.payment import Payment
from payments.states import FINAL, AttemptStep, PaymentStep, take_attempt, take_payment


@dataclass(frozen=True, slots=True)
class AttemptMove:
    """A step of an attempt; `evidence_id` is the word it was taken on, None for our own doing."""

    before: Attempt
    step: AttemptStep
    after: Attempt
    at: datetime
    evidence_id: int | None


@dataclass(frozen=True, slots=True)
class PaymentMove:
    """A step of a payment; `evidence_id` is the word it was taken on, None for our own doing."""

    before: Payment
    step: PaymentStep
    after: Payment
    at: datetime
    evidence_id: int | None


def move_attempt(
    attempt: Attempt,
    step: AttemptStep,
    *,
    at: datetime,
    evidence_id: int | None = None,
    gateway_transaction: str = "",
) -> AttemptMove:
    """Return the attempt's next step; at an end nothing more is asked.

    Raises:
        StepRefused: the table has no such step from here.
    """
    state = take_attempt(attempt.state, step)
    after = replace(
        attempt,
        state=state,
        version=attempt.version + 1,
        gateway_transaction=attempt.gateway_transaction or gateway_transaction,
        next_ask_at=None if state in FINAL else attempt.next_ask_at,
    )
    return AttemptMove(attempt, step, after, at, evidence_id)


def move_payment(
    payment: Payment,
    step: PaymentStep,
    *,
    at: datetime,
    evidence_id: int | None = None,
    paid_at: datetime | None = None,
) -> PaymentMove:
    """Return the payment's next step; the first instants it was paid and cancelled at stay.

    Raises:
        StepRefused: the table has no such step from here.
    """
    after = replace(
        payment,
        state=take_payment(payment.state, step),
        version=payment.version + 1,
        paid_at=payment.paid_at or paid_at,
        cancel_asked_at=payment.cancel_asked_at or (at if step is PaymentStep.CANCEL else None),
    )
    return PaymentMove(payment, step, after, at, evidence_id)
