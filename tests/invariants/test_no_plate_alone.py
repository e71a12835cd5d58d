"""Nothing is found by a plate or a name alone: every door of every host is looked at."""

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any, Final, cast, get_args

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_dependant
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from pydantic import BaseModel
from sqlalchemy import text

import api.citizen
import api.console
import api.partner
from api import callbacks
from api.application import application
from api.house import House
from api.mail_settings import MailServer
from ledger.postgres.transaction import Tx
from tests.api import conftest

house = conftest.house

MAIL: Final = MailServer(host="127.0.0.1", port=1, security="none", sender="no-reply@example.vn")
PERSONAL: Final = re.compile(
    r"plate|subject|digits|name|person|phone|address|licen|holder|payer|bien_?so|cccd|identity",
    re.IGNORECASE,
)
Field = tuple[str, str]
"""Method and address of a door, and the field it reads, within objects after a dot."""

BESIDE_A_NUMBER: Final[frozenset[Field]] = frozenset(
    {
        ("POST /find-fine", "plate"),
        ("POST /find", "digits"),
        ("POST /v1/look-ups", "subject"),
    }
)
"""The only fields with something personal that help to find: their doors want a number too."""
FINDS_NOTHING: Final[Mapping[Field, str]] = {
    **{
        ("POST /v1/receipts", field): "what an agency's receipt says, kept beside a payment"
        for field in (
            *("name", "address", "lines.name", "template"),
            *("payer.name", "payer.address", "payer.tax_or_personal_id"),
        )
    },
    ("POST /tell-me", "address"): "where to write once the question asked before has an answer",
    ("GET /audit", "subject"): "what a staff member's act was about, in the record of acts",
    ("POST /v1/payments/{number}/attempts", "payer_address"): "network address the gateway wants",
    ("POST /v1/payments", "start.payer_address"): "the same, where the gateway is chosen already",
}
READ_BY_HAND: Final[Mapping[str, str]] = {
    "POST /v1/deliveries/{event_id}/replay": "has no body",
    "POST /v1/events/{event_id}/replay": "has no body",
    "POST /v1/obligations": "takes in what is owed; its schema is walked in the document",
    "POST /v1/obligations/changes": "changes by number; its schema is walked in the document",
    "POST /v1/obligations/files": "takes in a list of what is owed",
    "POST /dialect/1.0.6": "one-stop orders, by order and dossier code",
    "POST /dialect/1.0.6/init": "one-stop orders, by order and dossier code",
    "POST /dialect/1.0.6/query": "one-stop orders, by order code",
    "POST /dialect/1.0.6/getbill": "one-stop orders, by order code",
}
"""Doors that send a body to their own reader, and why nothing is found by a person there."""
FOUND_BY: Final[Mapping[str, str]] = {
    "audit_record_by_subject": "what an act of staff was about, a day or a code; it is no plate",
    "client_event_in_order": "what an event is about, a payment or an address; it is no plate",
    "webhook_delivery_open": "the same, of what an address is still to be told",
    "decision_watch_once": "the same wish of one mail address is kept once; it leads to no debt",
}
"""Indexes that hold something personal beside something else."""
TAKEN_IN: Final = re.compile(r"POST /v1/(obligations|obligations/changes|receipts)$")
"""Doors of authorities, who bring personal data and are given none."""


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _names(annotation: object, path: str, above: tuple[object, ...] = ()) -> Iterator[str]:
    """Yield the fields of a parameter: its own name, or those inside its models."""
    models = [model for model in _models(annotation) if model not in above]
    if not models:
        yield path
    for model in models:
        for name, inner in model.model_fields.items():
            within = f"{path}.{name}" if above else name
            yield from _names(inner.annotation, within, (*above, model))


def _read(door: Dependant) -> Iterator[str]:
    for parameter in [
        *(*door.path_params, *door.query_params, *door.body_params),
        *(*door.header_params, *door.cookie_params),
    ]:
        yield from _names(parameter.field_info.annotation, parameter.name)
    for inner in door.dependencies:
        yield from _read(inner)


def _doors(house: House) -> dict[str, list[str]]:
    """Return every field read by every door of the three hosts, by method and address."""
    mailing = replace(house, settings=house.settings.model_copy(update={"mail": MAIL}))
    packages = (api.citizen, api.console, api.partner)
    modules: list[ModuleType] = [
        importlib.import_module(f"{package.__name__}.{found.name}")
        for package in packages
        for found in pkgutil.iter_modules(package.__path__)
    ]
    doors: dict[str, list[str]] = {}
    for module in (*modules, callbacks):
        if not hasattr(module, "routes"):
            continue
        app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        app.include_router(module.routes(mailing))
        for route in iter_route_contexts(app.routes):
            path = str(route.path)
            if path.startswith("/en/") or route.endpoint is None:
                continue
            fields = list(_read(get_dependant(path=path, call=route.endpoint)))
            for method in sorted(route.methods or ()):
                doors.setdefault(f"{method} {path}", []).extend(fields)
    return doors


def test_t02_every_field_with_something_personal_stands_here_with_its_reason(house: House) -> None:
    doors = _doors(house)
    for known in ("POST /find-fine", "GET /trial-balance", "POST /v1/look-ups", "POST /tell-me"):
        assert doors[known], known
    walked = sorted(f"{door}: {', '.join(read) or '-'}" for door, read in doors.items())
    print(*walked, sep="\n")  # noqa: T201 (what was walked is for whoever reads the run)
    found = {(door, name) for door, read in doors.items() for name in read if PERSONAL.search(name)}
    assert found == BESIDE_A_NUMBER | FINDS_NOTHING.keys()
    assert all("number" in doors[door] for door, _ in BESIDE_A_NUMBER)


def test_t02_every_door_that_reads_by_hand_stands_here_with_its_reason(house: House) -> None:
    bodiless = {"authorization", "event_id", "kind", "authority"}
    by_hand = {
        door
        for door, read in _doors(house).items()
        if door.startswith(("POST", "PUT", "PATCH", "DELETE"))
        and set(read) <= bodiless
        and not door.startswith("POST /callbacks/")
    }
    assert by_hand == READ_BY_HAND.keys()


def _document(house: House) -> dict[str, Any]:
    client = TestClient(application(house), base_url=house.settings.partner_url)
    document: dict[str, Any] = client.get("/v1/openapi.json").json()
    return document


def _properties(
    document: Mapping[str, Any], schema: object, seen: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Yield the name of every property in a schema, and in those it refers to."""
    if isinstance(schema, list):
        for inner in cast("list[object]", schema):
            yield from _properties(document, inner, seen)
    if not isinstance(schema, dict):
        return
    for key, inner in cast("dict[str, object]", schema).items():
        if key == "$ref":
            name = str(inner).rpartition("/")[2]
            if name not in seen:
                referred = document["components"]["schemas"][name]
                yield from _properties(document, referred, seen | {name})
        elif key == "properties":
            yield from cast("dict[str, object]", inner)
            yield from _properties(document, list(cast("dict[str, object]", inner).values()), seen)
        elif key not in ("example", "examples", "default"):
            yield from _properties(document, inner, seen)


def test_t02_the_document_asks_for_nothing_personal_but_beside_a_number(house: House) -> None:
    document = _document(house)
    found: set[Field] = set()
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            door = f"{method.upper()} {path}"
            names = [str(each["name"]) for each in told.get("parameters", [])]
            names += _properties(document, told.get("requestBody", {}))
            found |= {(door, name) for name in names if PERSONAL.search(name)}
    asking = {field for field in found if not TAKEN_IN.match(field[0])}
    known = BESIDE_A_NUMBER | FINDS_NOTHING.keys()
    # The document names the fields of an object by themselves.
    assert asking <= known | {(door, name.rpartition(".")[2]) for door, name in known}
    assert ("POST /v1/look-ups", "subject") in asking
    assert {"number", "subject"} <= set(document["components"]["schemas"]["LookUpIn"]["required"])


@pytest.mark.parametrize("path", ["/find-fine", "/find?what=fee", "/fine", "/en/find-fine"])
def test_t02_a_plate_in_an_address_finds_nothing(house: House, path: str) -> None:
    client = TestClient(application(house), base_url=house.settings.citizen_url)
    mark = "&" if "?" in path else "?"
    for name in ("plate", "name", "subject", "digits"):
        answer = client.get(f"{path}{mark}{name}=29B1-678.90")
        assert "29B1" not in answer.text.replace("59A", "")
        assert "đ</" not in answer.text


def test_t02_no_index_the_application_may_use_leads_from_a_plate(owner_tx: Tx) -> None:
    """At any place of an index, or inside an expression or a condition of one."""
    rows = owner_tx.execute(
        text(
            "SELECT pg_get_indexdef(indexrelid) FROM pg_index"
            " JOIN pg_class ON pg_class.oid = indrelid"
            " JOIN pg_namespace ON pg_namespace.oid = relnamespace"
            " WHERE has_schema_privilege('clearing_app', nspname, 'USAGE')"
            " AND nspname !~ '^pg_|^information_schema$'"
            " AND has_any_column_privilege('clearing_app', indrelid, 'SELECT')"
        )
    ).scalars()
    indexes = [str(row) for row in rows]
    assert any("obligation_number" in index for index in indexes)
    leading = re.compile(r"\b(subject_index|other_index|sealed|facts|fact_index|plate|subject)\b")
    found = {
        index.partition(" INDEX ")[2].split()[0]: index
        for index in indexes
        if leading.search(index.partition(" USING ")[2])
    }
    assert found.keys() <= FOUND_BY.keys(), found
    # The only way from a person leads from the whole identity number, keyed, for that person alone.
    assert any("(person_index" in index for index in indexes)
