"""The payments a batch of notices is about, and what each notice in turn does to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from gateways.contract import Notice, Verdict
from payments.attempt import Attempt
from payments.decision import Booked, Decision, Movement, Standing, decide
from payments.evidence import Received
from payments.move import AttemptMove, PaymentMove, move_attempt, move_payment
from payments.owed import Locked, Owed, may_count, taken
from payments.payment import Payment
from payments.states import LIVE

CLOCK_SKEW_MAX: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one notice does; everything but the verdict is None where it does nothing."""

    received: Received
    verdict: Verdict
    attempt: Attempt | None = None
    paid_at: datetime | None = None
    movement: Movement | None = None
    attempt_move: AttemptMove | None = None
    payment_move: PaymentMove | None = None


@dataclass(slots=True)
class Docket:
    """How things stand after the notices ruled on so far.

    `booked` names the attempt each known transaction of a gateway is booked under.
    """

    attempts: dict[int, Attempt]
    payments: dict[int, Payment]
    owed: dict[int, Owed]
    booked: dict[tuple[str, str], int]
    _by_reference: dict[tuple[str, str], int] = field(init=False)
    _by_payment: dict[int, list[int]] = field(init=False)
    _with_money: set[int] = field(init=False)

    def __post_init__(self) -> None:
        """Index the attempts by reference and by payment; neither ever changes."""
        self._with_money = set(self.booked.values())
        self._by_reference = {
            (each.gateway, each.prepared.reference): each.attempt_id
            for each in self.attempts.values()
        }
        self._by_payment = {}
        for each in self.attempts.values():
            self._by_payment.setdefault(each.payment_id, []).append(each.attempt_id)

    def rule(self, received: Received, *, now: datetime) -> Ruling:
        """Return what the notice does, and let things stand so for the next one."""
        notice = received.notice
        attempt_id = self._by_reference.get((notice.gateway, notice.reference))
        if attempt_id is None:
            return Ruling(received, Verdict.UNKNOWN_REFERENCE)
        attempt = self.attempts[attempt_id]
        decision = decide(self._standing(attempt, notice), notice)
        paid_at = _paid_at(received, attempt)
        ruling = Ruling(
            received=received,
            verdict=decision.verdict,
            attempt=attempt,
            paid_at=paid_at,
            movement=decision.movement,
            attempt_move=_attempt_move(attempt, decision, notice, now=now),
            payment_move=_payment_move(
                self.payments[attempt.payment_id], decision, paid_at=paid_at, now=now
            ),
        )
        self._enter(ruling)
        return ruling

    def _standing(self, attempt: Attempt, notice: Notice) -> Standing:
        payment = self.payments[attempt.payment_id]
        under = self.booked.get((notice.gateway, transaction_of(notice)))
        others = [
            self.attempts[each]
            for each in self._by_payment[payment.payment_id]
            if each != attempt.attempt_id
        ]
        return Standing(
            attempt=attempt.state,
            payment=payment.state,
            asked=attempt.prepared.amount,
            booked=_booked(under, attempt),
            has_money=attempt.attempt_id in self._with_money,
            is_open=may_count(payment, self.owed),
            is_alone=all(other.state not in LIVE for other in others),
        )

    def _enter(self, ruling: Ruling) -> None:
        notice = ruling.received.notice
        if ruling.attempt_move is not None:
            after = ruling.attempt_move.after
            self.attempts[after.attempt_id] = after
            if ruling.movement is not None:
                self.booked[notice.gateway, transaction_of(notice)] = after.attempt_id
                self._with_money.add(after.attempt_id)
        if ruling.payment_move is not None:
            payment = ruling.payment_move.after
            self.payments[payment.payment_id] = payment
            if ruling.movement is Movement.CAPTURED:
                self.owed |= taken(payment, self.owed)


def docket_of(
    *,
    attempts: Mapping[int, Attempt],
    payments: Mapping[int, Payment],
    locked: Locked,
    booked: Iterable[tuple[str, str, int]],
) -> Docket:
    """Return the docket of things as they stand in the database, all of it locked."""
    return Docket(
        attempts=dict(attempts),
        payments=dict(payments),
        owed=dict(locked.owed),
        booked={(gateway, transaction): under for gateway, transaction, under in booked},
    )


def transaction_of(notice: Notice) -> str:
    """Return the gateway's number of the money, our reference where it gives none."""
    return notice.gateway_transaction or notice.reference


def _booked(under: int | None, attempt: Attempt) -> Booked:
    if under is None:
        return Booked.NOT_YET
    return Booked.HERE if under == attempt.attempt_id else Booked.ELSEWHERE


def _paid_at(received: Received, attempt: Attempt) -> datetime:
    """Return when the gateway says the money was taken, when we heard of it if that is absurd.

    We cannot have heard of an order before we made it: where our own clock says so, it went back.
    """
    said = received.notice.occurred_at
    created = attempt.prepared.created_at
    heard = max(received.received_at, created)
    if said is None or not created - CLOCK_SKEW_MAX <= said <= heard + CLOCK_SKEW_MAX:
        return heard
    return said


def _attempt_move(
    attempt: Attempt, decision: Decision, notice: Notice, *, now: datetime
) -> AttemptMove | None:
    if decision.attempt_step is None:
        return None
    is_captured = decision.movement in {Movement.CAPTURED, Movement.CAPTURED_TWICE}
    return move_attempt(
        attempt,
        decision.attempt_step,
        at=now,
        gateway_transaction=transaction_of(notice) if is_captured else "",
    )


def _payment_move(
    payment: Payment, decision: Decision, *, paid_at: datetime, now: datetime
) -> PaymentMove | None:
    if decision.payment_step is None:
        return None
    is_captured = decision.movement in {Movement.CAPTURED, Movement.CAPTURED_TWICE}
    return move_payment(
        payment, decision.payment_step, at=now, paid_at=paid_at if is_captured else None
    )
