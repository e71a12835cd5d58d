"""Every example of the document is sent, in the order of one payment's life, and answered so."""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false
# (schemathesis leaves open what its checks and cases are generic in)

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import schemathesis
from pydantic import SecretStr
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from api.application import application
from api.house import House
from api.partner.examples import ENDPOINT, EVENT, FOUND, PAYMENT, PUSH, RECEIPT, REFUND
from ledger.money import Money
from payments.postgres import payment_rows
from payments.reject_refund import reject_refund
from tests.api.citizen.payer import hear
from tests.api.conftest import PARTNER_KEY, house
from tests.api.partner.told import register
from tests.payments.refunding import only_refund

__all__ = ["house"]

HEADERS: Final = {
    "host": "partner.test",
    "authorization": f"Bearer {PARTNER_KEY}",
    "idempotency-key": '"6f1b5c0e-6d3f-4b7e-9f57-2f6a1c1b8d10"',
}
CHECKS: Final = [content_type_conformance, response_schema_conformance]
FILES: Final = frozenset({"POST /v1/obligations/files"})
"""Takes a file; what it looks like is the answer of its template."""

DELIVERY: Final = "GET /v1/deliveries/{event_id}"
STORY: Final = (
    "GET /v1/keys",
    "GET /v1/gateways",
    "PUT /v1/status",
    "GET /v1/status",
    "POST /v1/quotes",
    "POST /v1/webhook-endpoints",
    "GET /v1/webhook-endpoints",
    "GET /v1/webhook-endpoints/{endpoint_id}",
    "POST /v1/obligations",
    "GET /v1/obligations",
    "GET /v1/obligations/qr",
    "GET /v1/obligations/pushes",
    "GET /v1/obligations/pushes/{push}",
    "GET /v1/obligations/files/template",
    "POST /v1/look-ups",
    "POST /v1/payments",
    "POST /v1/payments/{number}/attempts",
    "POST /v1/payments/{number}/cancel",
    "GET /v1/payments/{number}",
    "GET /v1/payments",
    "the money is taken",
    "GET /v1/payments/{number}/acknowledgement",
    "GET /v1/payments/{number}/acknowledgement.pdf",
    "GET /v1/payments/{number}/acknowledgement.xml",
    "POST /v1/receipts",
    "POST /v1/receipts/{receipt}/cancel",
    "POST /v1/refunds",
    "GET /v1/refunds",
    "GET /v1/refunds/{number}",
    "GET /v1/revocations",
    "GET /v1/deliveries",
    DELIVERY,
    "POST /v1/deliveries/{event_id}/replay",
    "POST /v1/deliveries/replays",
    "GET /v1/events",
    "GET /v1/events/{event_id}",
    "GET /v1/events/{event_id}/deliveries",
    "POST /v1/events/{event_id}/replay",
    "POST /v1/webhook-endpoints/{endpoint_id}/test",
    "POST /v1/webhook-endpoints/{endpoint_id}/replays",
    "GET /v1/webhook-endpoints/{endpoint_id}/deliveries",
    "POST /v1/webhook-endpoints/{endpoint_id}/rotate-secret",
    "PATCH /v1/webhook-endpoints/{endpoint_id}",
    "DELETE /v1/webhook-endpoints/{endpoint_id}",
    "POST /v1/obligations/changes",
)
"""All doors, each after those it builds on."""

GIVEN_BY: Final = {
    "POST /v1/webhook-endpoints": (ENDPOINT, "id"),
    "POST /v1/obligations": (PUSH, "push"),
    "POST /v1/look-ups": (FOUND, "obligation"),
    "POST /v1/payments": (PAYMENT, "number"),
    "POST /v1/receipts": (RECEIPT, "receipt"),
    "POST /v1/refunds": (REFUND, "number"),
}
"""Which answer gives what a documented value stands for, and under which name."""


def _with_real(shown: object, real: dict[object, Any]) -> Any:  # noqa: ANN401 (JSON of any shape)
    """Return an example with the values that are drawn anew each time."""
    if isinstance(shown, dict):
        return {name: _with_real(each, real) for name, each in shown.items()}
    if isinstance(shown, list):
        return [_with_real(each, real) for each in shown]
    return real.get(shown, shown)


def _example(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """Return what the document shows of one operation, as a case wants it."""
    shown: dict[str, Any] = {"path_parameters": {}, "query": {}}
    for parameter in operation.get("parameters", ()):
        if "example" in parameter:
            place = "path_parameters" if parameter["in"] == "path" else "query"
            shown[place][parameter["name"]] = parameter["example"]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is not None:
        name = str(content["schema"].get("$ref", "")).rpartition("/")[2]
        own = document["components"]["schemas"].get(name, {}).get("examples", [])
        shown["body"] = [*(each["value"] for each in content.get("examples", {}).values()), *own][0]
        shown["media_type"] = "application/json"
    return shown


def _paid_twice(house: House, told: Mapping[str, Any]) -> None:
    """Let the gateway take the money twice, and people leave what is too much to its payer."""
    url = told["POST /v1/payments/{number}/attempts"]["url"]
    hear(house, url, amount=Money(3_000_000))
    hear(house, url, amount=Money(3_000_000), transaction="14422575")
    with house.open_tx() as tx:
        payment = payment_rows.by_number(tx, told["POST /v1/payments"]["number"])
        assert payment is not None
        refund = only_refund(tx, payment.payment_id)
        reject_refund(tx, refund.number, by="staff:ketoan2", now=house.clock())


def test_every_example_is_answered_as_documented(house: House) -> None:
    register(house.open_tx, "csgt")
    settings = house.settings.model_copy(update={"qr_key": SecretStr("66" * 32)})
    app = application(replace(house, settings=settings))
    schema = schemathesis.openapi.from_asgi(
        "/v1/openapi.json", app, headers={"host": "partner.test"}
    )
    document: dict[str, Any] = schema.raw_schema
    doors = {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
    }
    assert doors - FILES <= set(STORY)
    real: dict[object, Any] = {750_000: 3_000_000}
    told: dict[str, Any] = {}
    for door in STORY:
        if door == "the money is taken":
            _paid_twice(house, told)
            continue
        if door not in doors:
            continue
        method, _, path = door.partition(" ")
        operation = document["paths"][path][method.lower()]
        shown = _with_real(_example(document, operation), real)
        case = schema[path][method.lower()].Case(**shown)
        answer = case.call(headers=HEADERS)
        expected = min(operation["responses"])
        assert str(answer.status_code) == expected, (door, shown, answer.content[:500])
        case.validate_response(answer, checks=CHECKS)
        if answer.content and expected in {"200", "201"} and answer.content[:1] in b"{[":
            told[door] = json.loads(answer.content)
        if door in GIVEN_BY:
            shown_as, name = GIVEN_BY[door]
            real[shown_as] = told[door][name]
        if door in {"GET /v1/deliveries", "GET /v1/events"}:
            (listed,) = [each for each in told[door].values() if isinstance(each, list)]
            real[EVENT] = listed[0]["id"]
