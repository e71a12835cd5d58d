"""What one partner's notice does to an attempt and its payment, decided from facts alone."""

import enum
from dataclasses import dataclass
from typing import assert_never

from gateways.contract import Notice, Outcome, Verdict
from ledger.money import Money
from payments.states import (
    ATTEMPT_STEPS,
    FINAL,
    FULFILLED,
    PAYMENT_STEPS,
    AttemptState,
    AttemptStep,
    PaymentState,
    PaymentStep,
)

CURRENCY = "VND"


class Movement(enum.StrEnum):
    """How the money of a notice enters the book."""

    CAPTURED = "captured"
    CAPTURED_TWICE = "captured_twice"
    PARKED = "parked"


class Booked(enum.Enum):
    """Whether the gateway's transaction is in the book already."""

    NOT_YET = enum.auto()
    HERE = enum.auto()  # under this very attempt
    ELSEWHERE = enum.auto()  # under another one: the gateway contradicts itself


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand when a notice is read.

    `has_money` says that some transaction of this attempt is booked. `is_open` says that
    the payment still pays what it was meant for: nobody paid it meanwhile, and not all of it was
    withdrawn. `is_alone` says that no other attempt
    of the payment may still end either way.
    """

    attempt: AttemptState
    payment: PaymentState
    asked: Money
    booked: Booked
    has_money: bool
    is_open: bool
    is_alone: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict for the partner, and the steps and movement it entails, None for none."""

    verdict: Verdict
    attempt_step: AttemptStep | None = None
    payment_step: PaymentStep | None = None
    movement: Movement | None = None


def decide(standing: Standing, notice: Notice) -> Decision:
    """Return what a verified notice does; money that was really taken always counts."""
    match notice.outcome:
        case Outcome.PAID:
            return _paid(standing, notice)
        case Outcome.HELD:
            return _stepped(standing, AttemptStep.HOLD, PaymentStep.HOLD)
        case Outcome.DECLINED | Outcome.CANCELLED:
            return _closed(standing, AttemptStep.FAIL, PaymentStep.FAIL)
        case Outcome.EXPIRED:
            return _closed(standing, AttemptStep.EXPIRE, PaymentStep.EXPIRE)
        case Outcome.PENDING:
            return _stepped(standing, AttemptStep.HEAR_PENDING, PaymentStep.HEAR_PENDING)
        case Outcome.NOT_STARTED | Outcome.UNKNOWN:
            return Decision(_nothing_new(standing))
    assert_never(notice.outcome)


def is_as_asked(notice: Notice, *, asked: Money) -> bool:
    """Say whether the notice speaks of exactly the amount and currency that were asked for."""
    return notice.amount == asked and notice.currency in {"", CURRENCY}


def _paid(standing: Standing, notice: Notice) -> Decision:
    is_as_it_should = is_as_asked(notice, asked=standing.asked)
    verdict = Verdict.RECORDED if is_as_it_should else Verdict.AMOUNT_DIFFERS
    if standing.booked is Booked.HERE:
        return Decision(Verdict.ALREADY_RECORDED if is_as_it_should else verdict)
    if standing.booked is Booked.ELSEWHERE or not _is_dong(notice):
        # Nothing a book in dong could hold without doubt, so people must look.
        held = _stepped(standing, AttemptStep.HOLD, PaymentStep.HOLD)
        return Decision(verdict, held.attempt_step, held.payment_step)
    if (standing.attempt, AttemptStep.CAPTURE_AGAIN) in ATTEMPT_STEPS:
        return _surplus(verdict, AttemptStep.CAPTURE_AGAIN)
    if not is_as_it_should:
        held = _if_possible(standing, PaymentStep.HOLD)
        return Decision(verdict, AttemptStep.HOLD, held, Movement.PARKED)
    if standing.payment in FULFILLED or not standing.is_open:
        return _surplus(verdict, AttemptStep.CAPTURE)
    return Decision(verdict, AttemptStep.CAPTURE, PaymentStep.CONFIRM, Movement.CAPTURED)


def _surplus(verdict: Verdict, step: AttemptStep) -> Decision:
    return Decision(verdict, step, PaymentStep.CONFIRM_SURPLUS, Movement.CAPTURED_TWICE)


def _is_dong(notice: Notice) -> bool:
    amount = notice.amount
    return amount is not None and amount.is_positive and notice.currency in {"", CURRENCY}


def _closed(standing: Standing, step: AttemptStep, payment_step: PaymentStep) -> Decision:
    """Return the end without money, unless money of this attempt is in the book."""
    if standing.has_money:
        return Decision(Verdict.ALREADY_RECORDED)
    decision = _stepped(standing, step, payment_step)
    if standing.is_alone:
        return decision
    return Decision(decision.verdict, decision.attempt_step)


def _stepped(standing: Standing, step: AttemptStep, payment_step: PaymentStep) -> Decision:
    after = ATTEMPT_STEPS.get((standing.attempt, step))
    if after is None or after is standing.attempt:
        return Decision(_nothing_new(standing))
    return Decision(Verdict.RECORDED, step, _if_possible(standing, payment_step))


def _nothing_new(standing: Standing) -> Verdict:
    return Verdict.ALREADY_RECORDED if standing.attempt in FINAL else Verdict.RECORDED


def _if_possible(standing: Standing, step: PaymentStep) -> PaymentStep | None:
    return step if (standing.payment, step) in PAYMENT_STEPS else None
