"""Every operation says what it is called, what it does, how fresh it is and how it is repeated."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import api.partner
from api.application import application
from api.house import House
from api.partner.operations import EVENTUAL, is_keyed

Operations = dict[str, dict[str, Any]]

NATURAL = {
    "POST /v1/look-ups": "reads only",
    "POST /v1/quotes": "keeps nothing",
    "POST /v1/obligations": "the same content again is the same obligation",
    "POST /v1/obligations/changes": "the same content again is the same change",
    "POST /v1/obligations/files": "the same content again is the same list",
    "POST /v1/deliveries/{event_id}/replay": "what waits already is told once",
    "POST /v1/deliveries/replays": "what waits already is told once",
    "POST /v1/events/{event_id}/replay": "what waits already is told once",
    "POST /v1/webhook-endpoints/{endpoint_id}/replays": "what waits already is told once",
    "POST /v1/payments/{number}/attempts": "the same attempt while it lives",
    "POST /v1/payments/{number}/cancel": "cancelled twice is cancelled once",
    "POST /v1/receipts": "a receipt is named by tax id, template, series and number",
    "POST /v1/receipts/{receipt}/cancel": "cancelled twice is cancelled once",
}
"""Acts that need no key, and why."""


@pytest.fixture
def operations(house: House) -> Operations:
    client = TestClient(application(house), base_url="http://partner.test")
    return {
        f"{method.upper()} {path}": operation
        for path, methods in client.get("/v1/openapi.json").json()["paths"].items()
        for method, operation in methods.items()
    }


def test_every_operation_is_named_once_and_told_in_a_sentence(operations: Operations) -> None:
    names = [operation["operationId"] for operation in operations.values()]
    assert len(set(names)) == len(names)
    assert {"payments_create", "payments_read_all", "payments_cancel"} <= set(names)
    for door, operation in operations.items():
        assert operation["tags"], door
        assert " " in operation["summary"], door
        assert operation["operationId"].isidentifier(), door


def test_every_operation_states_its_consistency(operations: Operations) -> None:
    names = {operation["operationId"] for operation in operations.values()}
    assert names >= EVENTUAL
    for door, operation in operations.items():
        expected = "eventual" if operation["operationId"] in EVENTUAL else "strong"
        assert operation["x-consistency"] == expected, door


def test_strong_doors_read_where_is_written() -> None:
    folder = Path(api.partner.__file__).parent
    behind = [each.name for each in folder.glob("*.py") if "open_report_tx" in each.read_text()]
    assert behind == [], "what reads a copy belongs into EVENTUAL"


def test_every_creating_call_takes_a_key_or_says_why_it_needs_none(operations: Operations) -> None:
    posts = {door: each for door, each in operations.items() if door.startswith("POST")}
    keyed = {door for door, operation in posts.items() if is_keyed(operation)}
    assert set(posts) <= keyed | set(NATURAL)
    assert not keyed & set(NATURAL)
    for door in keyed:
        assert posts[door]["x-idempotency"] == "idempotency-key"
        assert {"400", "409", "422"} <= posts[door]["responses"].keys(), door
        (header,) = [each for each in posts[door]["parameters"] if each["in"] == "header"]
        assert header["required"], door
