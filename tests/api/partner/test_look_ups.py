"""The JSON look-up: all facts of one paper or the same answer, and a limit to how often."""

from collections.abc import Mapping

import pytest
from fastapi.testclient import TestClient

from api.access.look_up_quotas import WRONG_PER_SOURCE_MAX
from api.application import application
from api.house import House
from tests.api.citizen.payer import owe_late_fine
from tests.api.conftest import MINISTRY_KEY, PARTNER_KEY

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


def test_a_key_to_the_door_guesses_at_one_number_no_more_than_a_citizen(client: TestClient) -> None:
    wrong = [QUESTION | {"subject": f"29B1-678.0{digit}"} for digit in range(WRONG_PER_SOURCE_MAX)]
    assert {client.post("/v1/look-ups", json=one).status_code for one in wrong} == {200}
    refused = client.post("/v1/look-ups", json=QUESTION)
    assert refused.status_code == 429
    assert refused.json()["type"] == "urn:clearing:problem:too-many-tries"
    other = {"authorization": f"Bearer {MINISTRY_KEY}"}
    assert client.post("/v1/look-ups", json=QUESTION, headers=other).status_code == 200


def test_right_look_ups_of_a_partner_use_up_no_tries(client: TestClient) -> None:
    for _ in range(WRONG_PER_SOURCE_MAX + 1):
        assert client.post("/v1/look-ups", json=QUESTION).json()["result"] == "found"


def test_what_has_no_date_is_found_without_one(client: TestClient) -> None:
    answer = client.post("/v1/look-ups", json={"number": "HS-1", "subject": "2345"})
    assert answer.json()["result"] == "no_match"


@pytest.mark.parametrize("number", ["\u0000", "\u200b", "9" * 61])
def test_a_number_of_nothing_is_refused_by_name(client: TestClient, number: str) -> None:
    answer = client.post("/v1/look-ups", json=QUESTION | {"number": number})
    assert answer.status_code == 422
    assert "number" in answer.json()["errors"][0]["field"]
