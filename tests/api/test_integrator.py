"""The partner's own side: what it sends, and the two ways a door may say no."""

import pytest
from fastapi.testclient import TestClient

from api.application import application
from api.house import House
from api.integrator import (
    DEMO_URL,
    DoorAway,
    DoorRefused,
    Integrator,
    integrator,
    open_integrator_client,
)
from tests.api.conftest import PARTNER_KEY


@pytest.fixture
def door(house: House) -> Integrator:
    """Give a partner in front of the house."""
    client = TestClient(application(house), base_url="http://partner.test")
    return Integrator(client, "http://partner.test", PARTNER_KEY)


def test_a_door_answers_what_was_asked(door: Integrator) -> None:
    assert door.get("/v1/payments", limit=1, cursor="")["payments"] == []


def test_a_refusal_is_one_line_with_its_status(door: Integrator) -> None:
    with pytest.raises(DoorRefused, match=r"^GET /v1/payments/DV-NONE: 404 [^\n]+$"):
        door.get("/v1/payments/DV-NONE")
    with pytest.raises(DoorRefused, match="401"):
        Integrator(door.client, door.url, "sb_wrong").get("/v1/payments")
    with pytest.raises(DoorRefused, match="POST /v1/payments: 4"):
        door.post("/v1/payments", {"obligations": []}, once="k1")


def test_who_does_not_answer_is_away() -> None:
    with open_integrator_client() as client, pytest.raises(DoorAway, match="does not answer"):
        Integrator(client, "http://127.0.0.1:9", "k").get("/v1/payments")


def test_the_key_is_as_given_or_of_the_environment_or_the_demos(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("PARTNER_API_KEY", "DEMO_PARTNER_KEY", "CLEARING_PARTNER_URL"):
        monkeypatch.delenv(name, raising=False)
    with open_integrator_client() as client:
        with pytest.raises(DoorRefused, match="--key"):
            integrator(client, url=None, key=None)
        monkeypatch.setenv("DEMO_PARTNER_KEY", "demo")
        found = integrator(client, url=None, key=None)
        assert (found.url, found.key) == (DEMO_URL, "demo")
        monkeypatch.setenv("PARTNER_API_KEY", "mine")
        assert integrator(client, url="http://x.test/", key=None).key == "mine"
        assert integrator(client, url="http://x.test/", key="given").url == "http://x.test"
