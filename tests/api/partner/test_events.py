"""Events of a partner, and what became of them at its addresses."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from standardwebhooks import Webhook

from api.application import application
from api.house import House
from api.webhook_job import Lanes
from api.webhook_sender import Rules, sender
from payments.payment import Payment
from tests.api.conftest import MINISTRY_KEY, NOON, PARTNER_KEY
from tests.api.listener import listener
from tests.api.test_webhook_job import as_it_is
from tests.payments.clients import opened_by
from tests.payments.scene import inside, sent

STRANGER = {"authorization": f"Bearer {MINISTRY_KEY}"}
SPAN = {"from": "2026-11-23T00:00:00+07:00", "to": "2026-11-24T00:00:00+07:00"}


@pytest.fixture
def client(house: House) -> TestClient:
    return TestClient(
        application(house),
        base_url="http://partner.test",
        headers={"authorization": f"Bearer {PARTNER_KEY}"},
    )


@pytest.fixture
def payments(house: House) -> list[Payment]:
    """Give two payments of the portal, the first one sent to its gateway an hour later."""
    with house.open_tx() as tx:
        opened_by(tx, "ministry", now=NOON)
        made = [opened_by(tx, now=NOON) for _ in range(2)]
        sent(inside(tx), made[0], now=NOON + timedelta(minutes=5))
    return made


def page(client: TestClient, query: str = "") -> dict[str, Any]:
    answer = client.get(f"/v1/events?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def types(client: TestClient, query: str = "") -> list[str]:
    return [event["type"] for event in page(client, query)["events"]]


def test_events_are_listed_newest_first_with_all_they_say(
    client: TestClient, payments: list[Payment]
):
    assert types(client) == ["payment.pending", "payment.created", "payment.created"]
    newest = page(client)["events"][0]
    assert newest["data"]["payment"]["number"] == payments[0].number
    assert newest["data"]["payment"]["metadata"] == {"order": "A-17"}
    assert (newest["data"]["old_status"], newest["data"]["new_status"]) == ("created", "pending")
    assert newest["timestamp"] == "2026-11-23T12:05:00+07:00"
    assert newest["order"] == 2
    assert client.get(f"/v1/events/{newest['id']}").json() == newest


def test_who_reads_on_from_the_last_id_reads_everything_once(
    client: TestClient, payments: list[Payment]
):
    assert payments
    seen: list[str] = []
    cursor = ""
    for _ in range(5):
        found = page(client, f"order=asc&limit=1&cursor={cursor}")
        seen += [event["type"] for event in found["events"]]
        cursor = found["events"][-1]["id"] if found["events"] else cursor
    assert seen == ["payment.created", "payment.created", "payment.pending"]
    assert page(client, f"order=asc&cursor={cursor}") == {"events": [], "next_cursor": None}


def test_events_are_filtered(client: TestClient, payments: list[Payment]):
    assert types(client, f"payment={payments[1].number}") == ["payment.created"]
    assert types(client, "type=payment.pending") == ["payment.pending"]
    assert len(types(client, "type=payment.pending&type=payment.created")) == 3
    assert types(client, "from=2026-11-23T12:01:00%2B07:00") == ["payment.pending"]
    assert len(types(client, "to=2026-11-23T12:01:00%2B07:00")) == 2


@pytest.mark.parametrize(
    "query", ["type=payment.stolen", "order=up", "cursor=evt_1", "limit=0", "payments=x"]
)
def test_what_cannot_be_asked_is_refused(client: TestClient, query: str):
    assert client.get(f"/v1/events?{query}").status_code == 422


def test_t14_another_partners_events_are_not_there(client: TestClient, payments: list[Payment]):
    assert payments
    event = page(client)["events"][0]["id"]
    answers = [
        client.get(f"/v1/events/{event}", headers=STRANGER),
        client.get(f"/v1/events/{event}/deliveries", headers=STRANGER),
        client.post(f"/v1/events/{event}/replay", headers=STRANGER),
        client.get("/v1/events/%00"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert client.get(f"/v1/events?cursor={event}", headers=STRANGER).status_code == 422
    own = client.get("/v1/events", headers=STRANGER).json()["events"]
    assert [each["type"] for each in own] == ["payment.created"]


def test_an_address_hears_what_came_before_it_and_every_try_is_listed(
    client: TestClient, house: House, payments: list[Payment]
):
    with listener() as seen:
        made = client.post(
            "/v1/webhook-endpoints",
            json={"url": f"http://127.0.0.1:{seen.port}/hook", "types": ["payment.created"]},
            headers={"idempotency-key": '"an-address"'},
        ).json()
        path = f"/v1/webhook-endpoints/{made['id']}"
        replay = client.post(f"{path}/replays", json=SPAN)
        assert (replay.status_code, replay.json()) == (202, {"replayed": 2})
        lanes = Lanes(house, sender(Rules(is_sandbox=True), clock=lambda: NOON))
        assert lanes.fill(as_it_is) == 1
        lanes.close()
    assert len(seen.requests) == 2
    signed = {"webhook-id", "webhook-timestamp", "webhook-signature"}
    assert signed <= set(seen.headers())
    expected = Webhook(made["secret"]).sign(seen.headers()["webhook-id"], NOON, seen.body())
    assert seen.headers()["webhook-signature"] == expected
    listed = client.get(f"{path}/deliveries").json()["deliveries"]
    assert [each["state"] for each in listed] == ["delivered", "delivered"]
    assert {each["subject"] for each in listed} == {each.number for each in payments}
    assert client.get(f"{path}/deliveries?state=waiting").json()["deliveries"] == []
    first = client.get(f"{path}/deliveries?limit=1").json()
    second = client.get(f"{path}/deliveries?cursor={first['next_cursor']}").json()
    assert first["deliveries"] + second["deliveries"] == listed
    again = client.post(f"/v1/events/{listed[0]['event']}/replay")
    assert again.json() == {"replayed": 1}
    (told,) = client.get(f"/v1/events/{listed[0]['event']}/deliveries").json()["deliveries"]
    assert (told["state"], told["delivered_at"] is not None) == ("waiting", True)
    (tried,) = told["tries"]
    assert (tried["taken"], tried["status"], tried["error"]) == (True, 200, "")


def test_a_span_that_ends_before_it_begins_is_refused(client: TestClient):
    made = client.post(
        "/v1/webhook-endpoints",
        json={"url": "https://hooks.example.vn/"},
        headers={"idempotency-key": '"an-address"'},
    ).json()
    back = {"from": SPAN["to"], "to": SPAN["from"]}
    answer = client.post(f"/v1/webhook-endpoints/{made['id']}/replays", json=back)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "to"
