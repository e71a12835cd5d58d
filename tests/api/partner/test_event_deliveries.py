"""What became of events at a partner's addresses, asked at the door."""

import pytest
from fastapi.testclient import TestClient

from api.application import application
from api.house import House
from payments.payment import Payment
from payments.postgres.endpoint_delivery_rows import due_deliveries, park
from tests.api.conftest import NOON, PARTNER_KEY
from tests.payments.clients import added_for, opened_by
from tests.payments.scene import inside, sent


@pytest.fixture
def client(house: House) -> TestClient:
    return TestClient(
        application(house),
        base_url="http://partner.test",
        headers={"authorization": f"Bearer {PARTNER_KEY}"},
    )


@pytest.fixture
def parked(house: House) -> tuple[str, Payment]:
    """Give an address at which the two events of a payment were given up on."""
    with house.open_tx() as tx:
        endpoint_id = added_for(tx, house.personal_keys, now=NOON).endpoint_id
        payment = opened_by(tx, now=NOON)
        sent(inside(tx), payment, now=NOON)
        (first,) = due_deliveries(tx, endpoint_id, now=NOON, events_max=9)
        assert park(tx, first, error="no answer in time", now=NOON) == 2
    return endpoint_id, payment


def test_what_was_given_up_on_is_listed_and_replayed_in_one_go(
    client: TestClient, parked: tuple[str, Payment]
):
    endpoint_id, payment = parked
    path = f"/v1/webhook-endpoints/{endpoint_id}"
    listed = client.get(f"{path}/deliveries?state=parked").json()["deliveries"]
    assert [(each["order"], each["subject"]) for each in listed] == [
        (2, payment.number),
        (1, payment.number),
    ]
    assert {each["last_error"] for each in listed} == {"no answer in time"}
    assert client.get(path).json()["parked"] == 2
    span = {
        "from": "2026-11-23T00:00:00+07:00",
        "to": "2026-11-24T00:00:00+07:00",
        "parked_only": True,
    }
    assert client.post(f"{path}/replays", json=span).json() == {"replayed": 2}
    assert client.post(f"{path}/replays", json=span).json() == {"replayed": 0}
    assert client.get(path).json()["waiting"] == 2


def test_one_event_takes_with_it_what_was_given_up_on_before_it(
    client: TestClient, parked: tuple[str, Payment]
):
    endpoint_id, _ = parked
    path = f"/v1/webhook-endpoints/{endpoint_id}/deliveries"
    last = client.get(path).json()["deliveries"][0]
    assert client.post(f"/v1/events/{last['event']}/replay").json() == {"replayed": 2}
    (told,) = client.get(f"/v1/events/{last['event']}/deliveries").json()["deliveries"]
    assert (told["state"], told["tries"]) == ("waiting", [])


@pytest.mark.parametrize("query", ["state=lost", "limit=101", "cursor=evt_0", "from=now"])
def test_what_cannot_be_asked_is_refused(
    client: TestClient, parked: tuple[str, Payment], query: str
):
    endpoint_id, _ = parked
    answer = client.get(f"/v1/webhook-endpoints/{endpoint_id}/deliveries?{query}")
    assert answer.status_code == 422
