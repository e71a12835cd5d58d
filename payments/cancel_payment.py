"""Cancel a payment: nobody is sent to pay it any more, and gateways say whether money moved."""

from collections.abc import Mapping
from datetime import datetime

from gateways.contract import Gateway
from gateways.errors import GatewayError
from ledger.errors import DayClosed
from ledger.postgres.transaction import OpenTx, Tx
from payments.acknowledgement import Signer
from payments.apply_notices import apply_notices
from payments.ask_plan import USUAL, AskPlan
from payments.attempt import Attempt
from payments.business_calendar import BusinessCalendar
from payments.errors import AlreadyPaid, NotFound, StepRefused
from payments.evidence import Received, told
from payments.move import move_payment
from payments.obligations.rates import Rates
from payments.payment import Payment
from payments.postgres import attempt_rows, lock_rows, payment_rows, step_rows
from payments.states import FULFILLED, LIVE, LOCKING, PaymentState, PaymentStep


def cancel_payment(
    open_tx: OpenTx,
    gateways: Mapping[str, Gateway],
    *,
    payment_id: int,
    calendar: BusinessCalendar,
    signer: Signer,
    rates: Rates,
    now: datetime,
    plan: AskPlan = USUAL,
) -> Payment:
    """Cancel a payment and return how it stands once its gateway was asked.

    A payment no gateway heard of ends at once. Any other ends when its gateway says that no money
    was taken, now or later; until then it holds what it is for. Repeating it asks again.

    Raises:
        NotFound: no such payment.
        AlreadyPaid: money was taken for it.
        StepRefused: money was taken that people have to look at first.
    """
    with open_tx() as tx:
        alive = _cancel(tx, payment_id, now=now)
    received = [word for each in alive if (word := _ask(gateways, each, plan, now=now)) is not None]

    def take_in() -> Payment:
        with open_tx() as tx:
            apply_notices(tx, received, calendar=calendar, signer=signer, rates=rates, now=now)
            payment = payment_rows.by_id(tx, payment_id)
        assert payment is not None, "payments are never removed"
        return payment

    try:
        payment = take_in()
    except DayClosed:  # in this very moment: what was said belongs to the day after
        payment = take_in()
    _require_no_money(payment)
    return payment


def _cancel(tx: Tx, payment_id: int, *, now: datetime) -> list[Attempt]:
    """Take the step unless it was taken or all is over, and return what may still end either way.

    The same locks as where payers are sent: of both, one comes first, and the other hears of it.
    """
    locked = lock_rows.lock_by_payment(tx, [payment_id])
    payment = payment_rows.lock_payments(tx, [payment_id], lines=locked.lines).get(payment_id)
    if payment is None:
        raise NotFound("no such payment")
    _require_no_money(payment)
    if payment.state is PaymentState.EXPIRED:
        return []
    move = move_payment(payment, PaymentStep.CANCEL, at=now)
    if payment.cancel_asked_at is None:
        step_rows.take_steps(tx, payments=[move])
        payment_rows.keep_cancelled(tx, move.after)
    if move.after.state not in LOCKING:
        lock_rows.close(tx, paid=(), released=[payment_id])
    attempts = attempt_rows.lock_of_payments(tx, [payment_id]).values()
    return [attempt for attempt in attempts if attempt.state in LIVE]


def _require_no_money(payment: Payment) -> None:
    if payment.state in FULFILLED:
        raise AlreadyPaid(state=payment.state)
    if payment.state is PaymentState.HELD:
        raise StepRefused(machine="payment", state=payment.state, step=PaymentStep.CANCEL)


def _ask(
    gateways: Mapping[str, Gateway], attempt: Attempt, plan: AskPlan, *, now: datetime
) -> Received | None:
    """Return what the gateway says of an attempt, None where it is not to be had now.

    Then the schedule asks again, and keeps what cannot be believed.
    """
    gateway = gateways.get(attempt.gateway)
    if gateway is None:
        return None
    try:
        answer = gateway.ask(attempt.prepared, now=now)
    except GatewayError:
        return None
    means = plan.meaning(answer.notice.outcome, expires_at=attempt.prepared.expires_at, now=now)
    return told(answer, means=means, received_at=now)
