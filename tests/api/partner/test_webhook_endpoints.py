"""The addresses a partner is told at."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.application import application
from api.house import House
from payments.postgres.endpoint_rows import secrets_of
from payments.webhook_endpoint import unseal_secret
from reconciliation.postgres.proof_history_rows import badly_answered
from tests.api.conftest import MINISTRY_KEY, NOON, PARTNER_KEY

URL = "https://hooks.example.vn/clearing"
STRANGER = {"authorization": f"Bearer {MINISTRY_KEY}"}


@pytest.fixture
def client(house: House) -> TestClient:
    return TestClient(
        application(house),
        base_url="http://partner.test",
        headers={"authorization": f"Bearer {PARTNER_KEY}"},
    )


def once(key: str) -> dict[str, str]:
    return {"idempotency-key": f'"drawn-for-{key}"'}


def add(client: TestClient, key: str = "1", **fields: object) -> dict[str, Any]:
    answer = client.post("/v1/webhook-endpoints", json={"url": URL, **fields}, headers=once(key))
    assert answer.status_code == 201, answer.text
    return answer.json()


def live(house: House, endpoint_id: str) -> list[str]:
    with house.open_tx() as tx:
        kept = secrets_of(tx, endpoint_id, now=NOON)
    return [unseal_secret(house.personal_keys, each) for each in kept]


def test_an_address_is_added_with_a_secret_that_is_shown_once(client: TestClient, house: House):
    made = add(client, types=["payment.paid"], description="Kế toán")
    assert made["secret"].startswith("whsec_")
    assert live(house, made["id"]) == [made["secret"]]
    read = client.get(f"/v1/webhook-endpoints/{made['id']}").json()
    assert made == read | {"secret": made["secret"]}
    assert client.get("/v1/webhook-endpoints").json() == {"webhook_endpoints": [read]}
    assert (read["types"], read["enabled"], read["waiting"]) == (["payment.paid"], True, 0)


def test_the_same_call_again_makes_no_second_address_and_shows_the_same_secret(
    client: TestClient, house: House
):
    first, again = add(client), add(client)
    assert first == again
    assert len(client.get("/v1/webhook-endpoints").json()["webhook_endpoints"]) == 1
    assert add(client, "2")["secret"] != first["secret"]
    with house.open_tx() as tx:
        kept = tx.scalars(text("SELECT answer FROM payments.idempotency")).all()
    assert len(kept) == 2
    assert not any(first["secret"].encode() in bytes(answer) for answer in kept)


def test_a_key_is_needed_and_serves_one_body(client: TestClient):
    assert client.post("/v1/webhook-endpoints", json={"url": URL}).status_code == 400
    add(client)
    other = client.post("/v1/webhook-endpoints", json={"url": URL + "/2"}, headers=once("1"))
    assert other.status_code == 422


@pytest.mark.parametrize("url", ["https://10.0.0.1/", "http://hooks.example.vn/", "x"])
def test_t13_an_address_that_is_not_public_is_refused_by_name(client: TestClient, url: str):
    answer = client.post("/v1/webhook-endpoints", json={"url": url}, headers=once("1"))
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == "url"


def test_an_address_is_changed_disabled_and_removed(client: TestClient):
    made = add(client)
    path = f"/v1/webhook-endpoints/{made['id']}"
    off = client.patch(path, json={"enabled": False}).json()
    assert (off["enabled"], off["disabled_reason"]) == (False, "disabled_by_client")
    on = client.patch(path, json={"enabled": True, "types": ["payment.failed"]}).json()
    assert (on["enabled"], on["disabled_reason"], on["url"]) == (True, None, URL)
    assert on["types"] == ["payment.failed"]
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    assert client.delete(path).status_code == 404


def test_a_new_secret_overlaps_with_the_one_before(client: TestClient, house: House):
    made = add(client)
    path = f"/v1/webhook-endpoints/{made['id']}/rotate-secret"
    turned = client.post(path, json={"overlap_hours": 2}, headers=once("turn"))
    assert turned.status_code == 200, turned.text
    secret = turned.json()["secret"]
    assert turned.json()["old_until"].startswith("2026-11-23T")
    assert live(house, made["id"]) == [secret, made["secret"]]
    again = client.post(path, json={"overlap_hours": 2}, headers=once("turn"))
    assert again.json() == turned.json()
    assert live(house, made["id"]) == [secret, made["secret"]]
    with house.open_tx() as tx:
        later = secrets_of(tx, made["id"], now=NOON + timedelta(hours=2))
    assert len(later) == 1
    with house.open_recon_tx() as tx:
        assert badly_answered(tx).names == ()


def test_a_ping_is_an_event_of_its_own(client: TestClient, house: House):
    made = add(client, types=["payment.paid"])
    path = f"/v1/webhook-endpoints/{made['id']}/test"
    answer = client.post(path, headers=once("ping"))
    assert answer.status_code == 202, answer.text
    event = client.get(f"/v1/events/{answer.json()['event']}").json()
    assert (event["type"], event["data"]["endpoint"]) == ("ping", made["id"])
    (told,) = client.get(f"/v1/events/{event['id']}/deliveries").json()["deliveries"]
    assert (told["webhook_endpoint"], told["state"]) == (made["id"], "waiting")
    assert client.get(f"/v1/webhook-endpoints/{made['id']}").json()["waiting"] == 1
    with house.open_recon_tx() as tx:
        assert badly_answered(tx).names == ()


def test_t14_another_partners_address_is_not_there(client: TestClient):
    path = f"/v1/webhook-endpoints/{add(client)['id']}"
    answers = [
        client.get(path, headers=STRANGER),
        client.patch(path, json={"enabled": False}, headers=STRANGER),
        client.delete(path, headers=STRANGER),
        client.post(f"{path}/rotate-secret", json={}, headers=STRANGER | once("1")),
        client.post(f"{path}/test", headers=STRANGER | once("1")),
        client.get(f"{path}/deliveries", headers=STRANGER),
        client.post(
            f"{path}/replays",
            json={"from": "2026-11-01T00:00:00Z", "to": "2026-11-02T00:00:00Z"},
            headers=STRANGER,
        ),
        client.get("/v1/webhook-endpoints/we_'--"),
        client.get("/v1/webhook-endpoints/%00"),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert client.get("/v1/webhook-endpoints", headers=STRANGER).json() == {"webhook_endpoints": []}


def test_f52_ten_addresses_are_enough(client: TestClient):
    for number in range(10):
        add(client, str(number))
    answer = client.post("/v1/webhook-endpoints", json={"url": URL}, headers=once("ten"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["reason"] == "has 10 addresses already"
