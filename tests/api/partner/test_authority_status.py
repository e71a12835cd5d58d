"""An authority says that its own system is away, or it is noticed."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from api.application import application
from api.house import House
from payments.event import Event
from payments.tell_provider import Delivered
from tests.api.conftest import NOON, PARTNER_KEY
from tests.api.partner.told import pay, register, tell

HEADERS = {"authorization": f"Bearer {PARTNER_KEY}"}


@pytest.fixture
def client(house: House) -> TestClient:
    """Give a partner that speaks for the police."""
    register(house.open_tx, "csgt")
    register(house.open_tx, "thanhtra", pushed_by="ministry")
    return TestClient(application(house), base_url="http://partner.test", headers=HEADERS)


def status(client: TestClient) -> list[dict[str, object]]:
    return client.get("/v1/status").json()["authorities"]


def test_an_authority_is_up_until_somebody_says_otherwise(client: TestClient) -> None:
    up = {"authority": "csgt", "state": "up", "since": None, "reason": "", "noticed": False}
    assert status(client) == [up]
    told = client.put("/v1/status", json={"state": "down", "reason": "Nâng\ncấp"}).json()
    assert told == {
        "authority": "csgt",
        "state": "down",
        "since": "2026-11-23T12:00:00+07:00",
        "reason": "Nâng cấp",
        "noticed": False,
    }
    assert status(client) == [told]
    assert client.put("/v1/status", json={"state": "up"}).json() == up
    assert status(client) == [up]


def test_an_authority_that_takes_nothing_in_is_noticed(client: TestClient, house: House) -> None:
    def refuse(_: Event) -> Delivered:
        return Delivered(is_taken=False, error="HTTP 503", status=503)

    with house.open_tx() as tx:
        pay(tx, now=NOON)
    for minute in range(0, 26, 5):
        tell(house, refuse, now=NOON + timedelta(minutes=minute))
    (found,) = status(client)
    assert (found["state"], found["noticed"], found["reason"]) == ("down", True, "HTTP 503")
    assert found["since"] == "2026-11-23T12:00:00+07:00"


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"state": "down", "authority": "thanhtra"}, 404),
        ({"state": "away"}, 422),
        ({}, 422),
        ({"state": "down", "reason": "x" * 501}, 422),
        ({"state": "down", "reason": 5}, 422),
        ({"state": "down", "until": "tomorrow"}, 422),
    ],
)
def test_what_cannot_be_declared_is_refused(
    client: TestClient, body: dict[str, object], answer: int
) -> None:
    assert client.put("/v1/status", json=body).status_code == answer
    assert status(client)[0]["state"] == "up"
