"""Write down the first attempts of payments that were opened in this very transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gateways.contract import Gateway
from ledger.postgres.transaction import Tx
from payments.ask_plan import AskPlan
from payments.attempt import Attempt
from payments.errand import Errand, intent_of
from payments.errors import GatewayNotOffered, NumberTaken, PaymentsError
from payments.move import move_attempt, move_payment
from payments.payment import Payment
from payments.postgres import attempt_rows, step_rows
from payments.routing import takes
from payments.states import AttemptState, AttemptStep, PaymentStep

UNKEPT = 0


@dataclass(frozen=True, slots=True)
class Start:
    """A payment just opened, and where its payer wants to go."""

    payment: Payment
    gateway: Gateway
    errand: Errand


@dataclass(frozen=True, slots=True)
class Started:
    """The payment as it stands now, and its attempt, which the gateway has not heard of."""

    payment: Payment
    attempt: Attempt


def start_payments(
    tx: Tx, starts: Sequence[Start], *, now: datetime, plan: AskPlan
) -> list[Started | PaymentsError]:
    """Return the attempt of each payment, or why there is none; nobody else sees them yet.

    A gateway that starts without being told is started with this: its attempt counts as sent.
    The number of statements does not grow with the number of payments.
    """
    drafts = [
        _draft(start, now=now, plan=plan)
        if takes(start.gateway, start.payment.amount)
        else GatewayNotOffered(
            f"{start.gateway.code} does not take {start.payment.amount.vnd} dong"
        )
        for start in starts
    ]
    kept = attempt_rows.insert_attempts(
        tx, [draft for draft in drafts if isinstance(draft, Attempt)]
    )
    started = [_started(start, draft, kept) for start, draft in zip(starts, drafts, strict=True)]
    sent = [
        (start, one) for start, one in zip(starts, started, strict=True) if isinstance(one, Started)
    ]
    payment_moves = {
        one.payment.payment_id: move_payment(one.payment, PaymentStep.SEND, at=now)
        for _, one in sent
    }
    attempt_moves = {
        one.attempt.attempt_id: move_attempt(one.attempt, AttemptStep.SEND, at=now)
        for start, one in sent
        if start.gateway.capabilities.starts_alone
    }
    step_rows.take_steps(tx, attempts=[*attempt_moves.values()], payments=[*payment_moves.values()])
    return [
        one
        if isinstance(one, PaymentsError)
        else Started(
            payment_moves[one.payment.payment_id].after,
            attempt_moves[one.attempt.attempt_id].after
            if one.attempt.attempt_id in attempt_moves
            else one.attempt,
        )
        for one in started
    ]


def _draft(start: Start, *, now: datetime, plan: AskPlan) -> Attempt:
    return Attempt(
        attempt_id=UNKEPT,
        payment_id=start.payment.payment_id,
        gateway=start.gateway.code,
        state=AttemptState.PREPARED,
        version=0,
        prepared=start.gateway.prepare(
            intent_of(start.payment, start.gateway, start.errand, now=now)
        ),
        gateway_transaction="",
        next_ask_at=plan.first_ask_at(created_at=now),
        asked_count=0,
    )


def _started(
    start: Start, draft: Attempt | PaymentsError, kept: dict[tuple[str, str], int]
) -> Started | PaymentsError:
    if isinstance(draft, PaymentsError):
        return draft
    attempt_id = kept.get((draft.gateway, draft.prepared.reference))
    if attempt_id is None:
        return NumberTaken(draft.prepared.reference)
    return Started(start.payment, replace(draft, attempt_id=attempt_id))
