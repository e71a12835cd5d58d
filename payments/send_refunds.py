"""Order approved refunds at their gateways: write, ask, write."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from gateways.contract import Gateway, RefundAnswer, RefundOrder, RefundOutcome
from gateways.errors import Declined, GatewayError, Misconfigured, Retryable
from ledger.postgres.transaction import OpenTx, Tx
from payments.acknowledgement import Signer
from payments.attempt import Attempt
from payments.business_calendar import BusinessCalendar
from payments.call_off_refund import call_off_refund
from payments.hold_refund import HeldRefund, hold_refund
from payments.keep_refund_answer import keep_refund_answer
from payments.postgres import attempt_rows, refund_claim_rows, refund_rows, taken_rows
from payments.refund import (
    FIRST_ASK,
    Refund,
    RefundRoute,
    RefundWord,
    digest_of,
    move_refund,
    order_of,
    refusal_of,
    route_of,
)
from payments.refund_states import RefundState, RefundStep
from payments.settle_refund import settle_refund

LEASE: Final = timedelta(minutes=2)
"""How long an order may take before its refund is asked about."""

PUT_OFF: Final = timedelta(minutes=5)
"""When an order goes out again that its gateway did not take for sure."""

TROUBLES_MAX: Final = 3
"""Orders a gateway may leave without an answer before it is left alone for this round."""


@dataclass(frozen=True, slots=True)
class SentRefunds:
    """How many orders were answered, how many were not, and how many cannot go that way."""

    answered: int = 0
    unanswered: int = 0
    called_off: int = 0


@dataclass(frozen=True, slots=True)
class _Errand:
    """One refund that is written down as sent, and what its gateway is told."""

    refund: Refund
    attempt: Attempt
    order: RefundOrder


def send_refunds(
    open_tx: OpenTx,
    gateways: Mapping[str, Gateway],
    *,
    calendar: BusinessCalendar,
    signer: Signer,
    may_approve: Callable[[str], bool],
    now: datetime,
    limit_max: int,
) -> SentRefunds:
    """Order approved refunds, at most `limit_max`, each under its own number on every try.

    One that can no longer go as it was approved is called off and proposed by the way left; one
    whose approver may approve no more, by the same way again. Of one order at a gateway one refund
    is under way at a time. Several processes may do this at once.
    """
    counted: Counter[str] = Counter()
    troubles: Counter[str] = Counter()
    with open_tx() as tx:
        due = refund_claim_rows.claim_to_send(
            tx, now=now, lease_until=now + LEASE, refunds_max=limit_max
        )
    for refund in due:
        gateway = gateways.get(refund.gateway)
        if troubles[refund.gateway] >= TROUBLES_MAX:
            continue
        with open_tx() as tx:
            errand = _write_down(tx, refund.number, gateway, may_approve=may_approve, now=now)
        if errand is None or gateway is None:
            counted["called_off"] += 1
            continue
        answer = _order(gateway, errand.order)
        has_answer = isinstance(answer, RefundAnswer)
        troubles[refund.gateway] += not has_answer
        counted["answered" if has_answer else "unanswered"] += 1
        with open_tx() as tx:
            _keep(tx, errand, answer, calendar=calendar, signer=signer, now=now)
    return SentRefunds(counted["answered"], counted["unanswered"], counted["called_off"])


def _write_down(
    tx: Tx,
    number: str,
    gateway: Gateway | None,
    *,
    may_approve: Callable[[str], bool],
    now: datetime,
) -> _Errand | None:
    """Write down that a refund is about to be ordered; None where it cannot go that way now."""
    held = hold_refund(tx, number)
    refund = held.refund
    if refund.state is not RefundState.APPROVED:
        return None
    if not may_approve(refund.approved_by):
        call_off_refund(tx, held, refund, code="approver_removed", route=refund.route, now=now)
        return None
    obstacle = "" if _is_due(tx, refund) else "not_due"
    obstacle = obstacle or _obstacle(held, gateway, now=now)
    if obstacle:
        call_off_refund(tx, held, refund, code=obstacle, now=now)
        return None
    sending = replace(refund, sent_at=refund.sent_at or now, next_ask_at=now + LEASE)
    move = move_refund(sending, RefundStep.SEND, at=now)
    refund_claim_rows.keep_sent(tx, move)
    attempt = attempt_rows.by_reference(tx, gateway=refund.gateway, reference=held.taken.reference)
    assert attempt is not None, "a sum is taken under an order of ours"
    order = order_of(move.after, attempt.prepared, held.taken)
    return _Errand(move.after, attempt, order)


def _is_due(tx: Tx, refund: Refund) -> bool:
    """Say whether what was approved is still due back; a surplus always is."""
    return refund.obligation_id is None or not taken_rows.is_beyond_due(tx, refund.obligation_id)


def _obstacle(held: HeldRefund, gateway: Gateway | None, *, now: datetime) -> str:
    """Return why a refund cannot be ordered as it was approved, '' when it can."""
    refund, taken = held.refund, held.taken
    if digest_of(refund) != refund.digest:
        return "not_as_approved"
    if route_of(refund.cause, is_settled=held.is_settled) is not RefundRoute.GATEWAY:
        return "beneficiary_has_it"
    return refusal_of(
        None if gateway is None else gateway.capabilities,
        is_whole=refund.amount == taken.amount,
        paid_at=taken.paid_at,
        now=now,
    )


def _order(gateway: Gateway, order: RefundOrder) -> RefundAnswer | GatewayError:
    try:
        return gateway.refund(order)
    except GatewayError as error:
        return error


def _keep(
    tx: Tx,
    errand: _Errand,
    answer: RefundAnswer | GatewayError,
    *,
    calendar: BusinessCalendar,
    signer: Signer,
    now: datetime,
) -> None:
    """Keep what the gateway said, and what it means for the refund."""
    evidence_id = keep_refund_answer(tx, errand.attempt, answer, asked="refund", now=now)
    if isinstance(answer, Retryable | Misconfigured):
        _put_off(tx, errand.refund.number, code=answer.partner_code, now=now)
        return
    if isinstance(answer, GatewayError):
        is_no = isinstance(answer, Declined)
        word = RefundWord(
            outcome=RefundOutcome.REFUSED if is_no else RefundOutcome.UNKNOWN,
            code=answer.partner_code or ("declined" if is_no else "no_answer"),
            evidence_id=evidence_id,
            next_ask_at=now + FIRST_ASK,
        )
    else:
        word = RefundWord(
            outcome=answer.outcome,
            code=answer.partner_code,
            gateway_transaction=answer.gateway_transaction,
            evidence_id=evidence_id,
            next_ask_at=now + FIRST_ASK,
        )
    settle_refund(tx, errand.refund.number, word, calendar=calendar, signer=signer, now=now)


def _put_off(tx: Tx, number: str, *, code: str, now: datetime) -> None:
    """Let the same order go out again later: its gateway did not take it for sure."""
    refund = hold_refund(tx, number).refund
    if refund.state is RefundState.SENT:
        waiting = replace(refund, next_ask_at=now + PUT_OFF)
        move = move_refund(waiting, RefundStep.PUT_OFF, at=now, outcome=code or "put_off")
        refund_rows.take_step(tx, move)
