"""Send a payment to a gateway: write it down, ask the gateway, write down what it said."""

from datetime import datetime

from gateways.contract import Gateway, NextAction, Outcome, Verdict
from gateways.errors import Declined, GatewayError, Misconfigured, Retryable, Untrusted
from ledger.postgres.transaction import OpenTx, Tx
from payments.ask_plan import USUAL, AskPlan
from payments.attempt import Attempt
from payments.errand import Errand, intent_of
from payments.errors import (
    BeingPaid,
    Cancelled,
    GatewayNotOffered,
    NotFound,
    NotPayable,
    NumberTaken,
)
from payments.evidence import answer_of
from payments.move import move_attempt, move_payment
from payments.obligation import ObligationStatus
from payments.owed import Locked, may_count, priced_otherwise
from payments.payment import Payment
from payments.postgres import attempt_rows, evidence_rows, lock_rows, payment_rows, step_rows
from payments.routing import takes
from payments.states import (
    ATTEMPT_STEPS,
    LIVE,
    LOCKING,
    PAYMENT_STEPS,
    STARTABLE,
    AttemptStep,
    PaymentStep,
)
from payments.vietnam_time import vietnam_date


def send_to_gateway(
    open_tx: OpenTx,
    gateway: Gateway,
    *,
    payment_id: int,
    reference: str,
    payer_address: str,
    return_url: str,
    purpose: str,
    now: datetime,
    plan: AskPlan = USUAL,
) -> NextAction:
    """Start an attempt at the gateway and return what the payer does next.

    Repeating it while the attempt lives returns the same attempt's action again. A gateway's
    refusal or silence is kept before it is raised.

    Raises:
        NotFound: no such payment.
        NotPayable: the payment is over, or its price was for another day.
        Cancelled: it was cancelled; what a gateway took still counts.
        BeingPaid: another attempt is alive, or nobody knows yet how the last one ended.
        GatewayNotOffered: the amount is outside what the gateway takes.
        NumberTaken: the reference exists already.
        GatewayError: the gateway could not be used; `Declined`, `Retryable` and `Misconfigured`
            mean that no money moved and the payer may try again.
    """
    errand = Errand(reference, payer_address, return_url, purpose)
    with open_tx() as tx:
        attempt = _prepare(tx, gateway, errand, payment_id=payment_id, now=now, plan=plan)
    try:
        action = gateway.start(attempt.prepared)
    except GatewayError as error:
        with open_tx() as tx:
            _keep_trouble(tx, attempt, error, now=now)
        raise
    if (attempt.state, AttemptStep.SEND) in ATTEMPT_STEPS:
        with open_tx() as tx:
            # The gateway's word may have been faster; then it stands.
            step_rows.take_step_unless_moved(tx, move_attempt(attempt, AttemptStep.SEND, at=now))
    return action


def _prepare(
    tx: Tx, gateway: Gateway, errand: Errand, *, payment_id: int, now: datetime, plan: AskPlan
) -> Attempt:
    """Return the attempt to start: a new one, or the live one at the same gateway."""
    locked = lock_rows.lock_by_payment(tx, [payment_id])
    payment = payment_rows.lock_payments(tx, [payment_id], lines=locked.lines).get(payment_id)
    if payment is None:
        raise NotFound("no such payment")
    if payment.cancel_asked_at is not None:
        raise Cancelled(payment.number)
    alive = _alive(tx, payment, gateway, now=now)
    _require_open(locked)
    if alive is not None:
        return alive
    _require_payable(tx, payment, locked, now=now)
    if not takes(gateway, payment.amount):
        raise GatewayNotOffered(f"{gateway.code} does not take {payment.amount.vnd} dong")
    prepared = gateway.prepare(intent_of(payment, gateway, errand, now=now))
    attempt = attempt_rows.insert_attempt(
        tx,
        payment_id=payment_id,
        gateway=gateway.code,
        prepared=prepared,
        next_ask_at=plan.first_ask_at(created_at=now),
    )
    if attempt is None:
        raise NumberTaken(errand.reference)
    step_rows.take_steps(tx, payments=[move_payment(payment, PaymentStep.SEND, at=now)])
    return attempt


def _alive(tx: Tx, payment: Payment, gateway: Gateway, *, now: datetime) -> Attempt | None:
    """Return the live attempt if it is at this gateway and may be started again."""
    attempts = attempt_rows.lock_of_payments(tx, [payment.payment_id]).values()
    for attempt in attempts:
        if attempt.state not in LIVE:
            continue
        is_in_time = now < attempt.prepared.expires_at
        is_here = attempt.gateway == gateway.code
        if attempt.state in STARTABLE and is_in_time and is_here:
            return attempt
        raise BeingPaid(until=attempt.prepared.expires_at, now=now)
    return None


def _require_open(locked: Locked) -> None:
    """Refuse to send anybody to pay what is paid, withdrawn or replaced."""
    for owed in locked.owed.values():
        if owed.status is not ObligationStatus.OPEN:
            raise NotPayable(f"an obligation of this payment is {owed.status}")


def _require_payable(tx: Tx, payment: Payment, locked: Locked, *, now: datetime) -> None:
    """Refuse a payment that is over; one that failed must first hold its obligations again."""
    if (payment.state, PaymentStep.SEND) not in PAYMENT_STEPS:
        raise NotPayable(f"this payment is {payment.state}")
    if now >= payment.expires_at:
        raise NotPayable("the time of this payment is over")
    if payment.state in LOCKING:
        return
    if not may_count(payment, locked.owed) or priced_otherwise(payment, locked.owed):
        raise NotPayable("what this payment is for reads otherwise by now")
    if vietnam_date(now) != payment.priced_on:
        raise NotPayable("the price of this payment was for another day")
    alive = payment_rows.in_the_way(tx, locked.owed)
    if alive:
        raise BeingPaid(until=max(other.expires_at for other in alive), now=now)
    wanted = [(obligation_id, payment.payment_id) for obligation_id in locked.owed]
    taken = lock_rows.take(tx, wanted, at=now)
    assert taken == set(locked.owed), "who holds an obligation stands in the way"


def _keep_trouble(tx: Tx, started: Attempt, error: GatewayError, *, now: datetime) -> None:
    """Keep that no money moved, or that nobody knows, unless the gateway's word was faster."""
    is_no = isinstance(error, Declined | Retryable | Misconfigured)
    step = AttemptStep.FAIL if is_no else AttemptStep.LOSE_SIGHT
    payment_step = PaymentStep.FAIL if is_no else PaymentStep.LOSE_SIGHT
    locked = lock_rows.lock_by_payment(tx, [started.payment_id])
    payments = payment_rows.lock_payments(tx, [started.payment_id], lines=locked.lines)
    payment = payments[started.payment_id]
    attempts = attempt_rows.lock_of_payments(tx, [started.payment_id])
    attempt = attempts[started.attempt_id]
    evidence_id = _keep_words(tx, attempt, error, now=now)
    if (attempt.state, step) not in ATTEMPT_STEPS:
        return
    attempt_move = move_attempt(attempt, step, at=now, evidence_id=evidence_id)
    is_alone = all(other.state not in LIVE for other in attempts.values() if other is not attempt)
    if not is_alone or (payment.state, payment_step) not in PAYMENT_STEPS:
        step_rows.take_steps(tx, attempts=[attempt_move])
        return
    move = move_payment(payment, payment_step, at=now, evidence_id=evidence_id)
    step_rows.take_steps(tx, attempts=[attempt_move], payments=[move])
    if move.after.state not in LOCKING:
        lock_rows.close(tx, paid=(), released=[payment.payment_id])


def _keep_words(tx: Tx, attempt: Attempt, error: GatewayError, *, now: datetime) -> int | None:
    """Keep what the gateway said, believed or not; None when it said nothing."""
    if not error.raw:
        return None
    is_declined = isinstance(error, Declined)
    received = answer_of(
        attempt.gateway,
        attempt.prepared,
        error.raw,
        outcome=Outcome.DECLINED if is_declined else Outcome.UNKNOWN,
        partner_code=error.partner_code,
        asked="start",
        received_at=now,
    )
    verdict = Verdict.MALFORMED if isinstance(error, Untrusted) else Verdict.RECORDED
    judged = evidence_rows.Judged(received, verdict, attempt.attempt_id)
    return evidence_rows.keep_evidence(tx, [judged])[evidence_rows.digest_of(received)]
