"""The JSON look-up: all facts of one paper or the same answer, and a limit to how often."""

from collections.abc import Mapping

import pytest
from fastapi.testclient import TestClient

from api.application import application
from api.house import House
from tests.api.citizen.payer import owe_late_fine
from tests.api.conftest import PARTNER_KEY

HEADERS = {"authorization": f"Bearer {PARTNER_KEY}", "host": "partner.test"}
QUESTION = {"number": "0002/QĐ-XPHC", "decided_on": "2026-10-29", "subject": "29B1-678.90"}


@pytest.fixture
def client(house: House) -> TestClient:
    """Give a client of the partner host; one late fine of 3,013,500 dong is in the house."""
    owe_late_fine(house)
    return TestClient(application(house), base_url="http://partner.test", headers=HEADERS)


def test_a_fine_is_found_and_explained_to_the_dong(client: TestClient) -> None:
    found = client.post("/v1/look-ups", json=QUESTION).json()
    assert found["result"] == "found"
    assert found["total_vnd"] == sum(line["amount_vnd"] for line in found["lines"])
    assert [line["part"] for line in found["lines"]] == ["fine", "late_surcharge"]


@pytest.mark.parametrize(
    "wrong",
    [{"number": "9999/QĐ-XPHC"}, {"decided_on": "2026-10-28"}, {"subject": "29B1-678.91"}],
    ids=["number", "date", "plate"],
)
def test_t03_every_wrong_fact_gets_the_same_answer(
    client: TestClient, wrong: Mapping[str, str]
) -> None:
    answer = client.post("/v1/look-ups", json=QUESTION | dict(wrong))
    assert answer.status_code == 200
    assert answer.json() == client.post("/v1/look-ups", json=QUESTION | {"number": "no"}).json()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (QUESTION | {"more": 1}, "body.more"),
        (QUESTION | {"decided_on": "31/12/2026"}, "body.decided_on"),
        (QUESTION | {"number": 7}, "body.number"),
        ({"number": "x"}, "body.subject"),
    ],
)
def test_bad_input_is_named_field_by_field(
    client: TestClient, body: Mapping[str, object], field: str
) -> None:
    answer = client.post("/v1/look-ups", json=dict(body))
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]]
