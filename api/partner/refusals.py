"""What a partner may be answered instead of what was asked, as the documentation tells it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from api.partner.facts_schemas import COMPONENTS
from api.partner.operations import describe, is_keyed
from payments.errors import InputRefused, NotFound

NUL: Final = "\0"
PROBLEM_TYPE: Final = "application/problem+json"
PROBLEM: Final[dict[str, object]] = {
    "type": "object",
    "description": "RFC 9457: why nothing was done",
    "required": ["type", "title", "title_en", "status", "instance", "support_code"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:clearing:problem:input-refused"]},
        "title": {"type": "string", "description": "what is wrong and what to do, in Vietnamese"},
        "title_en": {"type": "string", "description": "the same in English"},
        "status": {"type": "integer"},
        "instance": {"type": "string"},
        "support_code": {"type": "string", "description": "finds this answer in our logs"},
        "state": {"type": "string", "description": "where the payment stands that refused this"},
        "rule": {"type": "string", "description": "code of the rule of law that refused a price"},
        "until": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": (
                "when whoever is paying it now has to be done; null once only the gateway can say"
            ),
        },
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "reason"],
                "properties": {"field": {"type": "string"}, "reason": {"type": "string"}},
            },
        },
    },
}
_MEANS: Final[Mapping[int, str]] = {
    400: "No `Idempotency-Key`, or one that is none.",
    401: "No key, or one nobody has; or no signature or certificate, as `type` says.",
    403: "The key has not the scope this door asks for; `errors` names it.",
    404: "Not there, or not yours.",
    409: "Not in the present state; `type` says why.",
    412: "Not as you had seen it; `errors` says how it is by now.",
    413: "The body is too large.",
    415: "The body is of another type, or compressed.",
    422: "Something in the request cannot be right; `errors` names it.",
    429: "Too much or too often; `Retry-After` says when again.",
    503: "Not now; `Retry-After` says when to send the same again, which does nothing twice.",
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what the documentation of a door says of these answers."""
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: {"description": _MEANS[status], "content": {PROBLEM_TYPE: problem}}
        for status in statuses
    }


def with_refusals(document: dict[str, Any]) -> dict[str, Any]:
    """Add to an OpenAPI document what every door is and may answer, and the schemas they share."""
    describe(document)
    for operation in _operations(document):
        every = [422, 503]
        if "security" in operation:
            every += [401, 403, 429]
        if "requestBody" in operation:
            every += [413, 415]
        if is_keyed(operation):
            every += [400, 409]
        told = {str(status): each for status, each in refusals(*every).items()}
        operation["responses"] = dict(sorted((operation["responses"] | told).items()))
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas |= {"Problem": PROBLEM, **COMPONENTS}
    return document


async def only_known(request: Request) -> None:
    """Refuse a query parameter the door does not read: it would change nothing, unseen.

    Raises:
        InputRefused: naming the first one, or one with a NUL, which no text of ours has.
        NotFound: there is a NUL in the path.
    """
    route = request.scope["route"]
    assert isinstance(route, APIRoute), "doors of partners are routes of their own"
    if any(NUL in str(value) for value in request.path_params.values()):
        raise NotFound
    if not request.scope["query_string"]:
        return
    known = {parameter.alias for parameter in get_flat_params(route.dependant)}
    known -= request.path_params.keys()
    documented = (route.openapi_extra or {}).get("parameters", ())
    known_deep = {each["name"] for each in documented if each.get("style") == "deepObject"}
    for name, value in request.query_params.multi_items():
        if NUL in value:
            raise InputRefused(field=f"query.{name[:40]}", reason="has a NUL")
        deep, bracket, _ = name.partition("[")
        is_known = name in known or (bracket and name.endswith("]") and deep in known_deep)
        if route.include_in_schema and not is_known:
            raise InputRefused(field=f"query.{name[:40]}", reason="is not a field here")


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()
