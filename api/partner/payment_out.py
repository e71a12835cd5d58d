"""A payment as JSON: where it stands, why, what comes next, and what was quoted for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal

from pydantic import BaseModel, Field

from api.house import House
from api.language import Language, Speech
from api.partner.later_out import LaterOut, later_of_payment
from api.partner.quote_out import LineOut, line_out
from api.partner.vietnam_time import VietnamTime
from api.start_payment import handle_of
from gateways.contract import NextAction
from ledger.postgres.transaction import Tx
from payments.attempt import Attempt
from payments.explanation import read_explanation
from payments.find_returnable import find_returnable
from payments.later import Later, is_gone
from payments.obligation import Obligation
from payments.payment import Payment, PaymentLine
from payments.postgres import acknowledgement_rows, attempt_rows, later_rows
from payments.postgres.obligation_rows import obligations_by_id
from payments.quote import QuoteLine
from payments.returnable import Returnable
from payments.states import FULFILLED, LOCKING, PAYMENT_STEPS, PaymentState, PaymentStep
from payments.vietnam_time import vietnam_date

POLL_S: Final = 5
POLL_LONG_S: Final = 30
_ENDED: Final = frozenset({PaymentState.FAILED, PaymentState.EXPIRED})


class NextActionOut(BaseModel):
    """What is to be done now.

    `choose_gateway`: ask for an attempt before `expires_at`. `redirect`, the answer to that: send
    the payer's browser to `url`. `wait`: read again after `poll_after_s`; until `expires_at` an
    attempt at the same gateway gives its address again. `none`: nothing.
    """

    type: Literal["redirect", "wait", "choose_gateway", "none"]
    url: str | None = None
    expires_at: VietnamTime | None = None
    poll_after_s: int | None = None


class PaymentLineOut(LineOut):
    """One amount as it was quoted when the payment was opened, and what it is paid for."""

    kind: str
    number: str = Field(description="of the decision, notice or dossier")
    beneficiary: str = Field(description="code of the account it is owed to")


class AttemptOut(BaseModel):
    """One try at one gateway; `held`: money was taken, and people look at it."""

    gateway: str
    status: Literal["prepared", "sent", "unknown", "held", "captured", "failed", "expired"]
    created_at: VietnamTime
    expires_at: VietnamTime


class LockOut(BaseModel):
    """Nobody else can pay these obligations meanwhile.

    `until` is when the payer's time is over, null where only the gateway or people can end it.
    """

    until: VietnamTime | None


class CancellationOut(BaseModel):
    """That the payment was cancelled, and when; money that still came counts all the same."""

    asked_at: VietnamTime


class PaymentSummaryOut(BaseModel):
    """A payment as a list shows it. `status_reason` is `cancelled` where that is why it ended."""

    number: str
    status: PaymentState
    status_reason: Literal["cancelled"] | None
    amount_vnd: int
    priced_on: date
    language: str
    created_at: VietnamTime
    expires_at: VietnamTime
    paid_at: VietnamTime | None
    cancellation: CancellationOut | None
    metadata: dict[str, str]


class PaymentOut(PaymentSummaryOut):
    """A payment as its partner may see it; `proof_url` is the payer's own permanent address.

    Whoever shows the payment tells the payer what `later` says.
    """

    lines: list[PaymentLineOut]
    attempts: list[AttemptOut] = Field(description="the newest last")
    next_action: NextActionOut
    lock: LockOut | None
    refundable_vnd: int = Field(description="what may still be proposed to go back")
    refunded_vnd: int = Field(description="what went back")
    return_url: str | None
    acknowledgement_url: str | None = Field(description="of the signed proof, once there is one")
    proof_url: str
    later: LaterOut


@dataclass(frozen=True, slots=True)
class Shown:
    """A payment and what is kept about it elsewhere."""

    payment: Payment
    attempts: Sequence[Attempt]
    later: tuple[Later, ...]
    obligations: Mapping[int, Obligation]
    is_proven: bool
    returnable: Returnable = field(default_factory=Returnable)


def shown(tx: Tx, payment: Payment) -> Shown:
    """Return a payment with all that is shown of it."""
    return Shown(
        payment,
        attempt_rows.of_payment(tx, payment.payment_id) if payment.version else (),
        later_rows.later_of(tx, payment.payment_id),
        obligations_by_id(tx, {line.obligation_id for line in payment.lines}),
        payment.state in FULFILLED
        and acknowledgement_rows.of_payment(tx, payment.payment_id) is not None,
        find_returnable(tx, payment),
    )


def summary_out(payment: Payment) -> PaymentSummaryOut:
    """Return a payment as a list shows it."""
    asked_at = payment.cancel_asked_at
    is_cancelled = asked_at is not None and payment.state in _ENDED
    return PaymentSummaryOut(
        number=payment.number,
        status=payment.state,
        status_reason="cancelled" if is_cancelled else None,
        amount_vnd=payment.amount.vnd,
        priced_on=payment.priced_on,
        language=payment.language,
        created_at=payment.created_at,
        expires_at=payment.expires_at,
        paid_at=payment.paid_at,
        cancellation=None if asked_at is None else CancellationOut(asked_at=asked_at),
        metadata=dict(payment.metadata),
    )


def payment_out(house: House, kept: Shown) -> PaymentOut:
    """Return a payment in full."""
    payment, now = kept.payment, house.clock()
    address = f"{house.settings.partner_url}/v1/payments/{payment.number}/acknowledgement"
    is_held = payment.state in LOCKING
    return PaymentOut(
        **summary_out(payment).model_dump(),
        lines=[
            _line(line, kept.obligations[line.obligation_id], house.pages.speeches)
            for line in payment.lines
        ],
        attempts=[_attempt(each) for each in kept.attempts],
        next_action=next_action(payment, kept.attempts, kept.later, now=now),
        lock=LockOut(until=_until(payment, now=now)) if is_held else None,
        refundable_vnd=kept.returnable.amount.vnd,
        refunded_vnd=kept.returnable.refunded.vnd,
        return_url=payment.return_url or None,
        acknowledgement_url=address if kept.is_proven else None,
        proof_url=f"{house.settings.citizen_url}/p/{handle_of(house, payment.number)}",
        later=later_of_payment(payment, kept.later, house.pages.speeches, is_proven=kept.is_proven),
    )


def next_action(
    payment: Payment, attempts: Sequence[Attempt], later: tuple[Later, ...], *, now: datetime
) -> NextActionOut:
    """Return what is to be done about a payment as it stands."""
    match payment.state:
        case PaymentState.PENDING:
            can_go = bool(attempts) and payment.cancel_asked_at is None
            return NextActionOut(
                type="wait",
                expires_at=attempts[-1].prepared.expires_at if can_go else None,
                poll_after_s=POLL_S if now < payment.expires_at else POLL_LONG_S,
            )
        case PaymentState.UNKNOWN | PaymentState.HELD:
            return NextActionOut(type="wait", poll_after_s=POLL_LONG_S)
        case _ if _may_be_sent(payment, now=now) and not is_gone(later):
            return NextActionOut(type="choose_gateway", expires_at=payment.expires_at)
        case _:
            return NextActionOut(type="none")


def redirect_out(action: NextAction, *, expires_at: datetime) -> NextActionOut:
    """Return where a payer goes, as a gateway said."""
    return NextActionOut(type="redirect", url=action.url, expires_at=expires_at, poll_after_s=None)


def _may_be_sent(payment: Payment, *, now: datetime) -> bool:
    is_same_day = payment.state in LOCKING or vietnam_date(now) == payment.priced_on
    return (
        (payment.state, PaymentStep.SEND) in PAYMENT_STEPS
        and payment.cancel_asked_at is None
        and now < payment.expires_at
        and is_same_day
    )


def _until(payment: Payment, *, now: datetime) -> datetime | None:
    is_timed = payment.state in {PaymentState.CREATED, PaymentState.PENDING}
    return payment.expires_at if is_timed and now < payment.expires_at else None


def _attempt(attempt: Attempt) -> AttemptOut:
    return AttemptOut(
        gateway=attempt.gateway,
        status=attempt.state.value,
        created_at=attempt.prepared.created_at,
        expires_at=attempt.prepared.expires_at,
    )


def _line(
    line: PaymentLine, obligation: Obligation, speeches: Mapping[Language, Speech]
) -> PaymentLineOut:
    reason = read_explanation(line.explanation)
    quoted = QuoteLine(
        part=line.part,
        label=reason.label,
        rule=reason.rule,
        amount=line.amount,
        base=reason.base,
        days=reason.days,
        rate=reason.rate,
        law=reason.law,
        status=reason.status,
        beneficiary=line.beneficiary,
        budget=line.budget,
        steps=reason.steps,
        rounding=reason.rounding,
        leaves_open=reason.leaves_open,
    )
    return PaymentLineOut(
        **line_out(quoted, speeches).model_dump(),
        kind=obligation.kind,
        number=obligation.number_shown,
        beneficiary=line.beneficiary,
    )
