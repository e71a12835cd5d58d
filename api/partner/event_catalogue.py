"""Every event a client may be told: when, what it holds, an example; for people and machines."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from ledger.money import Money
from payments.client_event import (
    ClientNews,
    Correction,
    EventType,
    envelope,
    news_of_moves,
    news_of_opening,
    payload_of,
)
from payments.move import move_payment
from payments.payment import Payment
from payments.refund import RefundCause, RefundRoute
from payments.refund_news import refund_snapshot
from payments.refund_states import RefundState
from payments.states import PAYMENT_STEPS, PaymentState
from payments.vietnam_time import vietnam_text

PAGE: Final = "docs/partners/events.md"

WHEN: Final[Mapping[EventType, str]] = MappingProxyType(
    {
        EventType.PAYMENT_CREATED: "A payment was opened; nothing was sent to a gateway yet.",
        EventType.PAYMENT_PENDING: "A gateway may hear of it any moment, or says: not finished.",
        EventType.PAYMENT_UNKNOWN: (
            "Nobody knows whether money moved. The payer must not pay again; we go on asking."
        ),
        EventType.PAYMENT_HELD: (
            "Money was taken, but not what was asked, or under suspicion. Staff look into it."
        ),
        EventType.PAYMENT_PAID: "The gateway took exactly what was asked. The proof is there.",
        EventType.PAYMENT_SETTLED: (
            "The beneficiary has the money. The status stays overpaid or refunding if it was."
        ),
        EventType.PAYMENT_FAILED: (
            "Known: no money moved. It may be tried again, unless `status_reason` is `cancelled`."
        ),
        EventType.PAYMENT_EXPIRED: "Its time ran out, and the gateway says: not paid.",
        EventType.PAYMENT_OVERPAID: (
            "More money was taken than is due. A refund is proposed by itself."
        ),
        EventType.PAYMENT_CANCEL_ASKED: (
            "It was cancelled, and a gateway may still take it: it ends when the gateway says so."
        ),
        EventType.PAYMENT_REFUNDING: "Money is on its way back to the payer.",
        EventType.PAYMENT_RESUMED: (
            "A refund is over; what is left stands as the status says. It is no new payment."
        ),
        EventType.PAYMENT_REFUNDED: "Everything that was taken went back.",
        EventType.PAYMENT_CORRECTED: (
            "A status that was told as an end is another one now; `reason` says why. It comes after"
            " the event of the new status."
        ),
        EventType.REFUND_PROPOSED: "Somebody, or the system itself, proposed to give money back.",
        EventType.REFUND_APPROVED: "A second person approved it.",
        EventType.REFUND_REJECTED: "A second person rejected it; no money goes back.",
        EventType.REFUND_SENT: "The gateway is told to give it back.",
        EventType.REFUND_ACCEPTED: "The gateway took the order; the payer does not have it yet.",
        EventType.REFUND_UNKNOWN: "The gateway's answer settles nothing yet; we go on asking.",
        EventType.REFUND_DONE: "The money went back.",
        EventType.REFUND_REFUSED: "The gateway refused; the money is still here.",
        EventType.ACKNOWLEDGEMENT_REPLACED: (
            "The proof was replaced by one of what is left after a refund."
        ),
        EventType.ACKNOWLEDGEMENT_REVOKED: "The proof counts no more: everything went back.",
        EventType.ENDPOINT_DISABLED: (
            "One of your addresses answered 410 and is told nothing more; your others hear of it."
        ),
        EventType.PING: "You asked for a test of an address.",
    }
)
_SAMPLE: Final = Payment(
    payment_id=0,
    number="NP4821037753",
    state=PaymentState.CREATED,
    version=0,
    amount=Money(1_500_000),
    priced_on=date(2026, 11, 23),
    language="vi",
    client="portal",
    created_at=datetime(2026, 11, 23, 3, 0, tzinfo=UTC),
    expires_at=datetime(2026, 11, 23, 3, 15, tzinfo=UTC),
    paid_at=None,
    lines=(),
    metadata={"order": "A-17"},
)
_AT: Final = datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC)
_TAKEN: Final = frozenset(
    {
        PaymentState.PAID,
        PaymentState.SETTLED,
        PaymentState.OVERPAID,
        PaymentState.REFUNDING,
        PaymentState.REFUNDED,
    }
)
_INTRODUCTION: Final = """\
# Events

What a client is told of the payments it opened: at its webhook endpoints ([webhooks](webhooks.md))
and in `GET /v1/events`. This page is made from the code.

Every event has a stable `id`, a `type`, the `timestamp` of what happened, `order`, which counts the
events of one payment from 1, and `data`, a whole snapshot without personal data. Fields and types
may be added: pass over what you do not know.
"""
_SECTIONS: Final = ("payment", "refund", "acknowledgement", "webhook_endpoint", "ping")
_TEXT: Final = {"type": "string"}
_INSTANT: Final = {"type": "string", "format": "date-time"}
_MAYBE_INSTANT: Final = {"type": ["string", "null"], "format": "date-time"}
_STATUS: Final = {"type": "string", "enum": [state.value for state in PaymentState]}


def examples() -> dict[EventType, dict[str, object]]:
    """Return one example of each type, made by what makes the events themselves."""
    found: dict[EventType, dict[str, object]] = {}
    told = [news_of_opening(_SAMPLE)]
    for state, step in PAYMENT_STEPS:
        before = replace(_SAMPLE, state=state, version=1, paid_at=_paid_at(state))
        told += news_of_moves(
            [move_payment(before, step, at=_AT, paid_at=_paid_at(PAYMENT_STEPS[state, step]))]
        )
    told += _others()
    for news in told:
        found.setdefault(news.type, {**payload_of(news), "order": 1 + news.payment.version})
    for type_ in (EventType.ENDPOINT_DISABLED, EventType.PING):
        endpoint = "we_5f0c9a1e7b3d4c6a8e2f1b0d"
        data = {"endpoint": endpoint, "at": vietnam_text(_AT)}
        found[type_] = {
            **envelope(type_, subject=endpoint, cause="1", at=_AT, data=data),
            "order": 1,
        }
    return {type_: found[type_] for type_ in EventType}


def schema_of(type_: EventType) -> dict[str, Any]:
    """Return the JSON schema of one type; fields may be added to it, none is taken away."""
    section = type_.partition(".")[0]
    data: dict[str, Any] = {"payment": {"$ref": "#/components/schemas/EventPayment"}}
    required = ["payment"]
    if section in {"webhook_endpoint", "ping"}:
        data = {"endpoint": _TEXT, "at": _INSTANT}
        required = ["endpoint", "at"]
    elif section != "payment":
        data[section] = _REFUND_SCHEMA if section == "refund" else _PROOF_SCHEMA
        required.append(section)
    elif type_ is not EventType.PAYMENT_CREATED:
        data |= {"old_status": _STATUS, "new_status": _STATUS}
        required += ["old_status", "new_status"]
    if type_ is EventType.PAYMENT_CORRECTED:
        data["reason"] = {"type": "string", "enum": [each.value for each in Correction]}
        required.append("reason")
    return {
        "type": "object",
        "description": WHEN[type_],
        "required": ["id", "type", "timestamp", "order", "data"],
        "properties": {
            "id": _TEXT,
            "type": {"const": type_.value},
            "timestamp": _INSTANT,
            "order": {"type": "integer", "minimum": 1},
            "data": {"type": "object", "required": required, "properties": data},
        },
        "examples": [examples()[type_]],
    }


def with_webhooks(document: dict[str, Any]) -> dict[str, Any]:
    """Add to an OpenAPI document what is sent to a client's own addresses."""
    document["components"]["schemas"]["EventPayment"] = _PAYMENT_SCHEMA
    document["webhooks"] = {
        type_.value: {
            "post": {
                "operationId": f"told_{type_.value.replace('.', '_')}",
                "summary": f"You are told: {type_.value}",
                "description": WHEN[type_],
                "tags": ["webhooks"],
                "parameters": [
                    {"name": name, "in": "header", "required": True, "schema": _TEXT}
                    for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": schema_of(type_)}},
                },
                "responses": {
                    "2XX": {"description": "Taken in; nothing else of the answer is read."},
                    "410": {"description": "The address is gone: it is told nothing more."},
                },
            }
        }
        for type_ in EventType
    }
    return document


def page() -> str:
    """Return the catalogue as a page for people."""
    shown = examples()
    parts = [
        _INTRODUCTION,
        "| type | when |\n|---|---|",
        *(f"| [`{type_}`](#{_anchor(type_)}) | {WHEN[type_]} |" for type_ in EventType),
    ]
    for section in _SECTIONS:
        for type_ in EventType:
            if type_.partition(".")[0] == section:
                text = json.dumps(shown[type_], ensure_ascii=False, indent=2)
                parts.append(f"\n## {type_}\n\n{WHEN[type_]}\n\n```json\n{text}\n```")
    return "\n".join(parts) + "\n"


_REFUND_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["number", "status", "amount_vnd", "cause", "route"],
    "properties": {
        "number": _TEXT,
        "status": {"type": "string", "enum": [state.value for state in RefundState]},
        "amount_vnd": {"type": "integer", "minimum": 1},
        "cause": {"type": "string", "enum": [cause.value for cause in RefundCause]},
        "route": {"type": "string", "enum": [route.value for route in RefundRoute]},
    },
}
_PROOF_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["number"],
    "properties": {
        "number": _TEXT,
        "refund_number": _TEXT,
        "kept_vnd": {"type": "integer", "minimum": 0},
        "replaced_by": {"type": ["string", "null"]},
    },
}
_PAYMENT_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "description": "A payment as it stood when the event came to be.",
    "required": [
        "number",
        "status",
        "status_reason",
        "amount_vnd",
        "priced_on",
        "created_at",
        "expires_at",
        "paid_at",
        "cancel_asked_at",
        "metadata",
    ],
    "properties": {
        "number": _TEXT,
        "status": _STATUS,
        "status_reason": {"type": ["string", "null"]},
        "amount_vnd": {"type": "integer"},
        "priced_on": {"type": "string", "format": "date"},
        "created_at": _INSTANT,
        "expires_at": _INSTANT,
        "paid_at": _MAYBE_INSTANT,
        "cancel_asked_at": _MAYBE_INSTANT,
        "metadata": {"type": "object", "additionalProperties": _TEXT},
    },
}


def _paid_at(state: PaymentState) -> datetime | None:
    return _AT if state in _TAKEN else None


def _others() -> list[ClientNews]:
    """Return news that steps of a payment do not make."""
    paid = replace(_SAMPLE, state=PaymentState.PAID, version=2, paid_at=_AT)
    found: list[ClientNews] = []
    for type_ in EventType:
        section, _, name = type_.partition(".")
        if section == "refund":
            said = refund_snapshot(
                "RF4821037753",
                RefundState(name),
                amount=Money(500_000),
                cause=RefundCause.REFUND_DUE,
                route=RefundRoute.GATEWAY,
            )
        elif section == "acknowledgement":
            said = {"number": paid.number}
        else:
            continue
        found.append(ClientNews(type_, paid, "1", _AT + timedelta(days=1), {section: said}))
    return found


def _anchor(type_: EventType) -> str:
    return type_.replace(".", "")
