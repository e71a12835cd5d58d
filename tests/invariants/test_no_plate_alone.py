"""Nothing is found by a plate or a name alone: every door of every host is looked at."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.application import application
from api.citizen.find import FindForm as PaperForm
from api.citizen.find_fine import FindForm as FineForm
from api.house import House
from ledger.postgres.transaction import Tx
from tests.api import conftest

house = conftest.house

PERSONAL = re.compile(r"plate|subject|digits|name|person|phone|bien_?so", re.IGNORECASE)
LEADS_TO_NOTHING = re.compile(r"^(gateway_name|name_vi|name_en|file_?name)$")


def _document(house: House) -> dict[str, Any]:
    client = TestClient(application(house), base_url=house.settings.partner_url)
    document: dict[str, Any] = client.get("/v1/openapi.json").json()
    return document


def _asked(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every parameter of every door, by door and name."""
    for path, doors in document["paths"].items():
        for door in doors.values():
            for parameter in door.get("parameters", []):
                yield path, str(parameter["name"])


def test_t02_no_door_takes_a_plate_or_a_name_as_parameter(house: House) -> None:
    found = [
        (path, name)
        for path, name in _asked(_document(house))
        if PERSONAL.search(name) and not LEADS_TO_NOTHING.match(name)
    ]
    assert not found, found


def test_t02_no_body_asks_with_something_personal_but_beside_a_number(house: House) -> None:
    document = _document(house)
    asked = re.findall(r"'requestBody': .*?'\$ref': '#/components/schemas/(\w+)'", str(document))
    assert "LookUpIn" in asked
    for name in asked:
        model = document["components"]["schemas"][name]
        if any(PERSONAL.search(field) for field in model.get("properties", {})):
            assert "number" in model.get("required", []), name


def test_t02_the_look_up_wants_a_number_and_a_second_fact(house: House) -> None:
    model = _document(house)["components"]["schemas"]["LookUpIn"]
    assert {"number", "subject"} <= set(model["required"])
    for form in (FineForm, PaperForm):
        assert "number" in form.model_fields


@pytest.mark.parametrize("path", ["/find-fine", "/find?what=fee", "/fine", "/en/find-fine"])
def test_t02_a_plate_in_an_address_finds_nothing(house: House, path: str) -> None:
    client = TestClient(application(house), base_url=house.settings.citizen_url)
    mark = "&" if "?" in path else "?"
    for name in ("plate", "name", "subject", "digits"):
        answer = client.get(f"{path}{mark}{name}=29B1-678.90")
        assert "29B1" not in answer.text.replace("59A", "")
        assert "đ</" not in answer.text


def test_t02_no_index_of_the_database_leads_from_a_plate(owner_tx: Tx) -> None:
    rows = owner_tx.execute(
        text(
            "SELECT indexdef FROM pg_indexes"
            " WHERE schemaname = 'payments' AND tablename = 'obligation'"
        )
    ).scalars()
    indexes = [str(row) for row in rows]
    assert indexes
    for index in indexes:
        for column in ("subject_index", "other_index", "sealed", "facts"):
            assert f"({column}" not in index, index
