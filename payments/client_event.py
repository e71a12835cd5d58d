"""What the client that opened a payment is told of it: the catalogue, and what a step says."""

import enum
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from payments.move import PaymentMove
from payments.payment import Payment
from payments.states import PaymentState, PaymentStep
from payments.vietnam_time import vietnam_text

CITIZEN: Final = "citizen"
"""The client of our own pages, alone or before a dash: nobody is told of its payments."""


class EventType(enum.StrEnum):
    """Everything a client may be told."""

    PAYMENT_CREATED = "payment.created"
    PAYMENT_PENDING = "payment.pending"
    PAYMENT_UNKNOWN = "payment.unknown"
    PAYMENT_HELD = "payment.held"
    PAYMENT_PAID = "payment.paid"
    PAYMENT_SETTLED = "payment.settled"
    PAYMENT_FAILED = "payment.failed"
    PAYMENT_EXPIRED = "payment.expired"
    PAYMENT_OVERPAID = "payment.overpaid"
    PAYMENT_CANCEL_ASKED = "payment.cancel_asked"
    PAYMENT_REFUNDING = "payment.refunding"
    PAYMENT_RESUMED = "payment.resumed"
    PAYMENT_REFUNDED = "payment.refunded"
    PAYMENT_CORRECTED = "payment.corrected"
    REFUND_PROPOSED = "refund.proposed"
    REFUND_APPROVED = "refund.approved"
    REFUND_REJECTED = "refund.rejected"
    REFUND_SENT = "refund.sent"
    REFUND_ACCEPTED = "refund.accepted"
    REFUND_UNKNOWN = "refund.unknown"
    REFUND_DONE = "refund.done"
    REFUND_REFUSED = "refund.refused"
    ACKNOWLEDGEMENT_REPLACED = "acknowledgement.replaced"
    ACKNOWLEDGEMENT_REVOKED = "acknowledgement.revoked"
    ENDPOINT_DISABLED = "webhook_endpoint.disabled"
    PING = "ping"


class Correction(enum.StrEnum):
    """Why a status that was told as an end is another one now."""

    PAID_AFTER_ALL = "paid_after_all"
    HELD_AFTER_ALL = "held_after_all"
    MORE_WAS_PAID = "more_was_paid"


@dataclass(frozen=True, slots=True)
class ClientNews:
    """One thing to tell the client of a payment, which stands as told.

    `cause` makes its event happen once: with the type it names this one change of this payment.
    `details` come beside the payment; they hold no personal data and no secret.
    """

    type: EventType
    payment: Payment
    cause: str
    happened_at: datetime
    details: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class ClientEvent:
    """One event as it is kept; `sequence` counts the events of its subject from 1.

    `subject` is the number of its payment, or the id of the endpoint it is about. `added_in` orders
    events of different subjects by the transactions that kept them.
    """

    client_event_id: int
    event_id: str
    client: str
    subject: str
    sequence: int
    type: EventType
    payload: Mapping[str, object]
    created_at: datetime
    added_in: int


_BY_STEP: Final[Mapping[PaymentStep, EventType]] = MappingProxyType(
    {
        PaymentStep.SEND: EventType.PAYMENT_PENDING,
        PaymentStep.HEAR_PENDING: EventType.PAYMENT_PENDING,
        PaymentStep.LOSE_SIGHT: EventType.PAYMENT_UNKNOWN,
        PaymentStep.CONFIRM: EventType.PAYMENT_PAID,
        PaymentStep.CONFIRM_SURPLUS: EventType.PAYMENT_OVERPAID,
        PaymentStep.HOLD: EventType.PAYMENT_HELD,
        PaymentStep.FAIL: EventType.PAYMENT_FAILED,
        PaymentStep.EXPIRE: EventType.PAYMENT_EXPIRED,
        PaymentStep.SETTLE: EventType.PAYMENT_SETTLED,
        PaymentStep.CANCEL: EventType.PAYMENT_CANCEL_ASKED,
        PaymentStep.REFUND: EventType.PAYMENT_REFUNDING,
        PaymentStep.RESUME_PAID: EventType.PAYMENT_RESUMED,
        PaymentStep.RESUME_SETTLED: EventType.PAYMENT_RESUMED,
        PaymentStep.RESUME_OVERPAID: EventType.PAYMENT_RESUMED,
        PaymentStep.REFUND_ALL: EventType.PAYMENT_REFUNDED,
    }
)
_ENDS: Final = frozenset(
    {PaymentState.FAILED, PaymentState.EXPIRED, PaymentState.SETTLED, PaymentState.REFUNDED}
)
_CORRECTIONS: Final[Mapping[PaymentStep, Correction]] = MappingProxyType(
    {
        PaymentStep.CONFIRM: Correction.PAID_AFTER_ALL,
        PaymentStep.HOLD: Correction.HELD_AFTER_ALL,
        PaymentStep.CONFIRM_SURPLUS: Correction.MORE_WAS_PAID,
    }
)


def has_events(client: str) -> bool:
    """Say whether a client is told of its payments; citizens on our own pages see them there."""
    return client.partition("-")[0] != CITIZEN


def news_of_opening(payment: Payment) -> ClientNews:
    """Return what is told of a payment just opened."""
    return ClientNews(
        EventType.PAYMENT_CREATED, payment, _cause(payment), happened_at=payment.created_at
    )


def news_of_moves(moves: Sequence[PaymentMove]) -> list[ClientNews]:
    """Return what is told of steps; an end that was none is corrected by an event of its own."""
    return [news for move in moves for news in _of_move(move)]


def event_id_of(type_: EventType, *, subject: str, cause: str) -> str:
    """Return the id of an event: the same on every repeat, and nobody else's."""
    name = f"{type_}\n{subject}\n{cause}"
    return f"evt_{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def payload_of(news: ClientNews) -> dict[str, object]:
    """Return what is sent; the order number is added where the event is kept."""
    return envelope(
        news.type,
        subject=news.payment.number,
        cause=news.cause,
        at=news.happened_at,
        data={"payment": snapshot_of(news.payment), **news.details},
    )


def envelope(
    type_: EventType, *, subject: str, cause: str, at: datetime, data: Mapping[str, object]
) -> dict[str, object]:
    """Return an event as it is sent, without its order number.

    Source: Standard Webhooks specification, payload structure (type, timestamp, data).
    """
    return {
        "id": event_id_of(type_, subject=subject, cause=cause),
        "type": type_.value,
        "timestamp": vietnam_text(at),
        "data": dict(data),
    }


def snapshot_of(payment: Payment) -> dict[str, object]:
    """Return a payment as events show it: whole, and nothing that leads to its payer."""
    is_cancelled = payment.cancel_asked_at is not None and payment.state in (
        PaymentState.FAILED,
        PaymentState.EXPIRED,
    )
    return {
        "number": payment.number,
        "status": payment.state.value,
        "status_reason": "cancelled" if is_cancelled else None,
        "amount_vnd": payment.amount.vnd,
        "priced_on": payment.priced_on.isoformat(),
        "created_at": vietnam_text(payment.created_at),
        "expires_at": vietnam_text(payment.expires_at),
        "paid_at": _text(payment.paid_at),
        "cancel_asked_at": _text(payment.cancel_asked_at),
        "metadata": dict(payment.metadata),
    }


def _of_move(move: PaymentMove) -> list[ClientNews]:
    statuses = {"old_status": move.before.state.value, "new_status": move.after.state.value}
    told = ClientNews(_type_of(move), move.after, _cause(move.after), move.at, statuses)
    reason = _CORRECTIONS.get(move.step)
    if reason is None or move.before.state not in _ENDS:
        return [told]
    corrected = ClientNews(
        EventType.PAYMENT_CORRECTED,
        move.after,
        _cause(move.after),
        move.at,
        {**statuses, "reason": reason.value},
    )
    return [told, corrected]


def _type_of(move: PaymentMove) -> EventType:
    ends_at_once = move.step is PaymentStep.CANCEL and move.before.state is PaymentState.CREATED
    return EventType.PAYMENT_FAILED if ends_at_once else _BY_STEP[move.step]


def _cause(payment: Payment) -> str:
    return str(payment.version)


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else vietnam_text(instant)
