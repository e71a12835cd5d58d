"""What the documentation says of refusals is what doors answer, on each of them."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.access.scope import Scope
from api.application import application
from api.house import House
from tests.api.conftest import PARTNER_KEY

HEADERS = {"authorization": f"Bearer {PARTNER_KEY}"}
PUBLIC = {"GET /v1/keys", "GET /v1/revocations"}
IN_PLACE = {"{number}": "NP-0", "{push}": "7", "{event_id}": "none"}

Doors = dict[str, dict[str, Any]]


@pytest.fixture
def client(house: House) -> TestClient:
    return TestClient(application(house), base_url="http://partner.test")


def document(client: TestClient) -> dict[str, Any]:
    told: dict[str, Any] = client.get("/v1/openapi.json").json()
    return told


def doors(client: TestClient) -> Doors:
    """Return each documented door by method and address."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document(client).get("paths", {}).items()
        for method, operation in methods.items()
    }


def place(door: str) -> tuple[str, str]:
    method, _, path = door.partition(" ")
    for name, value in IN_PLACE.items():
        path = path.replace(name, value)
    return method, path


def test_every_door_but_the_public_one_wants_a_key_and_says_so(client: TestClient) -> None:
    assert document(client)["components"]["securitySchemes"]["partner_key"]["scheme"] == "bearer"
    for door, operation in doors(client).items():
        answer = client.request(*place(door))
        if door in PUBLIC:
            assert ("security" not in operation, answer.status_code) == (True, 200)
            continue
        ((name, scopes),) = operation["security"][0].items()
        assert (name, len(scopes), set(scopes) - set(Scope)) == ("partner_key", 1, set()), door
        assert (answer.status_code, "401" in operation["responses"]) == (401, True), door


def test_refusals_of_every_door_are_problems_of_one_shape(client: TestClient) -> None:
    told = document(client)
    problem = {"$ref": "#/components/schemas/Problem"}
    for door, operation in doors(client).items():
        assert {"422", "503"} <= operation["responses"].keys(), door
        if "requestBody" in operation:
            assert {"413", "415"} <= operation["responses"].keys(), door
        for status, response in operation["responses"].items():
            if status >= "400":
                assert response["content"] == {"application/problem+json": {"schema": problem}}
    assert "HTTPValidationError" not in str(told)
    created = doors(client)["POST /v1/payments"]["responses"]["201"]["content"]
    assert created["application/json"]["schema"] == {"$ref": "#/components/schemas/PaymentOut"}


def test_what_is_refused_has_the_documented_shape_and_status(client: TestClient) -> None:
    schema = document(client)["components"]["schemas"]["Problem"]
    seen: set[int] = set()
    for door, operation in doors(client).items():
        for asked in ({}, {"surprise": "1"}):
            for body in (None, "[", "{}") if "requestBody" in operation else (None,):
                typed = {"content-type": "text/plain" if body == "{}" else "application/json"}
                answer = client.request(
                    *place(door), params=asked, content=body, headers=HEADERS | typed
                )
                if answer.status_code < 400:
                    continue
                seen.add(answer.status_code)
                assert str(answer.status_code) in operation["responses"], (door, answer.text)
                assert answer.headers["content-type"] == "application/problem+json"
                problem = answer.json()
                assert set(schema["required"]) <= problem.keys() <= schema["properties"].keys()
    assert {404, 415, 422} <= seen


def test_a_query_parameter_the_door_does_not_read_is_refused_by_name(client: TestClient) -> None:
    for door in (door for door in doors(client) if door.startswith("GET")):
        for name in ("surprise", "limits"):
            answer = client.get(place(door)[1], params={name: "3"}, headers=HEADERS)
            assert answer.status_code == 422, door
            fields = [each["field"] for each in answer.json()["errors"]]
            assert f"query.{name}" in fields, (door, fields)


def test_a_name_in_the_path_is_no_query_parameter(client: TestClient) -> None:
    answer = client.get("/v1/payments/NP-0", params={"number": "NP-1"}, headers=HEADERS)
    assert answer.json()["errors"][0]["field"] == "query.number"


def test_a_nul_in_an_address_is_refused_at_every_door(client: TestClient) -> None:
    for door, operation in doors(client).items():
        method, path = place(door)
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "query" and parameter["schema"].get("type") != "object":
                answer = client.request(method, f"{path}?{parameter['name']}=%00", headers=HEADERS)
                assert answer.status_code == 422, (door, parameter)
        if "{" in door:
            nul = door.partition(" ")[2].replace("{", "\0{").partition("\0")[0] + "%00"
            assert client.request(method, nul, headers=HEADERS).status_code in {404, 405}, door
