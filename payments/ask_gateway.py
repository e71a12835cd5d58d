"""Ask gateways what became of orders nobody told us about: the guarantee behind callbacks."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from gateways.contract import Answered, Gateway, Outcome, Verdict
from gateways.errors import GatewayError, Untrusted
from ledger.postgres.transaction import FAULTS, OpenTx, Tx
from payments.acknowledgement import Signer
from payments.apply_notices import apply_notices
from payments.ask_plan import USUAL, AskPlan
from payments.attempt import Attempt
from payments.business_calendar import BusinessCalendar
from payments.evidence import Received, answer_of, told
from payments.move import move_attempt, move_payment
from payments.obligations.rates import Rates
from payments.postgres import attempt_rows, evidence_rows, lock_rows, payment_rows, step_rows
from payments.states import ATTEMPT_STEPS, PAYMENT_STEPS, AttemptStep, PaymentStep

CHUNK_MAX: Final = 20
"""Answers applied at once: few, so that the first do not wait long for the last."""

TROUBLES_MAX: Final = 3
"""Questions a gateway may leave without an answer before it is left alone for this round."""

Apply = Callable[[Tx, Sequence[Received]], object]
"""Takes in answers, all or none."""


@dataclass(frozen=True, slots=True)
class Failed:
    """An answer that could not be applied: a fault of ours; it is asked for again."""

    reference: str
    fault: Exception


@dataclass(frozen=True, slots=True)
class Asked:
    """How many questions were answered, how many were not, how many put off, and what failed."""

    answered: int = 0
    troubled: int = 0
    put_off: int = 0
    failed: tuple[Failed, ...] = ()

    def __add__(self, other: "Asked") -> "Asked":
        """Return the sum of both."""
        return Asked(
            self.answered + other.answered,
            self.troubled + other.troubled,
            self.put_off + other.put_off,
            self.failed + other.failed,
        )


@dataclass(frozen=True, slots=True)
class _Question:
    """One attempt and what came of asking; both None where its gateway was left alone."""

    attempt: Attempt
    answer: Answered | None = None
    trouble: GatewayError | None = None

    @property
    def is_unclear(self) -> bool:
        """Say whether the gateway was asked and nothing is settled by what came back."""
        if self.answer is None:
            return self.trouble is not None
        return self.answer.notice.outcome is Outcome.UNKNOWN


def ask_gateway(
    open_tx: OpenTx,
    gateways: Mapping[str, Gateway],
    *,
    calendar: BusinessCalendar,
    signer: Signer,
    rates: Rates,
    now: datetime,
    limit_max: int,
    plan: AskPlan = USUAL,
) -> Asked:
    """Ask these gateways about attempts that are due, at most `limit_max`, and apply the answers.

    Several processes may do this at once: each attempt is asked about by one of them. Whoever asks
    each gateway by itself lets no slow one hold up the others.
    """
    apply = partial(apply_notices, calendar=calendar, signer=signer, rates=rates, now=now)
    asked = Asked()
    troubles: Counter[str] = Counter()
    for claimed in range(0, limit_max, CHUNK_MAX):
        with open_tx() as tx:
            due = attempt_rows.claim_due(
                tx,
                gateways=list(gateways),
                now=now,
                lease_until=now + plan.lease,
                attempts_max=min(CHUNK_MAX, limit_max - claimed),
            )
        if not due:
            break
        questions = [_ask(gateways, attempt, troubles, now=now) for attempt in due]
        received = [
            _received(question.attempt, question.answer, plan, now=now)
            for question in questions
            if question.answer is not None
        ]
        failed = _apply(open_tx, received, apply)
        unclear = [question for question in questions if question.is_unclear]
        if unclear:
            with open_tx() as tx:
                _keep_unclear(tx, unclear, now=now)
        with open_tx() as tx:
            attempt_rows.ask_at(tx, [_next(gateways, each, plan, now=now) for each in questions])
        troubled = sum(question.trouble is not None for question in questions)
        put_off = len(questions) - len(received) - troubled
        answered = len(received) - len(failed)
        asked += Asked(answered, troubled, put_off, failed)
    return asked


def _apply(open_tx: OpenTx, received: Sequence[Received], apply: Apply) -> tuple[Failed, ...]:
    """Apply all answers as one, or one by one where that fails; return those that alone fail."""
    try:
        with open_tx() as tx:
            apply(tx, received)
    except FAULTS as fault:
        if len(received) > 1:
            return tuple(each for one in received for each in _apply(open_tx, [one], apply))
        return tuple(Failed(one.notice.reference, fault) for one in received)
    return ()


def _ask(
    gateways: Mapping[str, Gateway], attempt: Attempt, troubles: Counter[str], *, now: datetime
) -> _Question:
    """Ask one gateway about one order, unless the gateway left too many questions open."""
    if troubles[attempt.gateway] >= TROUBLES_MAX:
        return _Question(attempt)
    try:
        answer = gateways[attempt.gateway].ask(attempt.prepared, now=now)
        return _Question(attempt, answer=answer)
    except GatewayError as error:
        troubles[attempt.gateway] += 1
        return _Question(attempt, trouble=error)


def _received(attempt: Attempt, answer: Answered, plan: AskPlan, *, now: datetime) -> Received:
    """Return the answer as evidence, with what it means by now."""
    means = plan.meaning(answer.notice.outcome, expires_at=attempt.prepared.expires_at, now=now)
    return told(answer, means=means, received_at=now)


def _next(
    gateways: Mapping[str, Gateway], question: _Question, plan: AskPlan, *, now: datetime
) -> attempt_rows.NextQuestion:
    attempt = question.attempt
    is_asked = question.answer is not None or question.trouble is not None
    at = plan.next_ask_at(
        asked_count=attempt.asked_count,
        now=now,
        expires_at=attempt.prepared.expires_at,
        until=attempt.prepared.created_at + gateways[attempt.gateway].capabilities.ask_until,
    )
    return attempt_rows.NextQuestion(attempt.attempt_id, at, is_asked)


def _keep_unclear(tx: Tx, unclear: Sequence[_Question], *, now: datetime) -> None:
    """Keep words that cannot be believed; after its time, an order without a word is unknown."""
    evidence_rows.keep_evidence(
        tx,
        [
            evidence_rows.Judged(
                answer_of(
                    question.attempt.gateway,
                    question.attempt.prepared,
                    question.trouble.raw,
                    outcome=Outcome.UNKNOWN,
                    partner_code=question.trouble.partner_code,
                    asked="ask",
                    received_at=now,
                ),
                Verdict.MALFORMED,
                question.attempt.attempt_id,
            )
            for question in unclear
            if isinstance(question.trouble, Untrusted) and question.trouble.raw
        ],
    )
    overdue = [
        question.attempt for question in unclear if now >= question.attempt.prepared.expires_at
    ]
    if overdue:
        _lose_sight(tx, overdue, now=now)


def _lose_sight(tx: Tx, overdue: Sequence[Attempt], *, now: datetime) -> None:
    """Say that nobody knows, of attempts and payments that were thought to be under way."""
    payment_ids = sorted({attempt.payment_id for attempt in overdue})
    locked = lock_rows.lock_by_payment(tx, payment_ids)
    payments = payment_rows.lock_payments(tx, payment_ids, lines=locked.lines)
    attempts = attempt_rows.lock_of_payments(tx, payment_ids)
    lost = [
        attempts[attempt.attempt_id]
        for attempt in overdue
        if (attempts[attempt.attempt_id].state, AttemptStep.LOSE_SIGHT) in ATTEMPT_STEPS
    ]
    step_rows.take_steps(
        tx,
        attempts=[move_attempt(attempt, AttemptStep.LOSE_SIGHT, at=now) for attempt in lost],
        payments=[
            move_payment(payments[attempt.payment_id], PaymentStep.LOSE_SIGHT, at=now)
            for attempt in lost
            if (payments[attempt.payment_id].state, PaymentStep.LOSE_SIGHT) in PAYMENT_STEPS
        ],
    )
