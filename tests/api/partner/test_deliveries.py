"""The delivery log: what an authority was told, every try, and telling it again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.application import application
from api.house import House
from tests.api.conftest import MINISTRY_KEY, NOON, PARTNER_KEY
from tests.api.partner.told import pay, police, register, tell
from tests.gateways.simulators.far_side import FarSide, far_side
from tests.payments.test_tell_provider import HASTY

# The far side answers inside this process, where nothing needs a time limit.
pytestmark = pytest.mark.filterwarnings("ignore:You should not use the 'timeout' argument")

HEADERS = {"authorization": f"Bearer {PARTNER_KEY}"}
STRANGER = {"authorization": f"Bearer {MINISTRY_KEY}"}


@pytest.fixture
def far(tmp_path: Path) -> Iterator[FarSide]:
    """Give the simulated police."""
    with far_side(tmp_path) as running:
        yield running


@pytest.fixture
def client(house: House) -> TestClient:
    """Give a partner that speaks for the police; another one speaks for the inspectors."""
    register(house.open_tx, "csgt")
    register(house.open_tx, "thanhtra", pushed_by="ministry")
    return TestClient(application(house), base_url="http://partner.test", headers=HEADERS)


def pay_many(house: House, many: int, *, now: datetime = NOON) -> None:
    with house.open_tx() as tx:
        for _ in range(many):
            pay(tx, is_settled=True, now=now)


def listed(client: TestClient, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/v1/deliveries?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["deliveries"]


def behave(far: FarSide, mode: str) -> None:
    assert far.client.post("/simulator/police/mode", json={"mode": mode}).status_code == 200


def arrivals(far: FarSide) -> list[tuple[str, int]]:
    kept = far.client.get("/simulator/police/events").json()["events"]
    return [(one["event_id"], one["times"]) for one in kept]


def now() -> datetime:
    """Return the instant signatures are made at: the far side reads the real clock."""
    return datetime.now(UTC)


def test_what_the_police_took_in_and_what_waits_are_told_apart(
    client: TestClient, house: House, far: FarSide
) -> None:
    pay_many(house, 1)
    tell(house, police(far, now), now=NOON)
    behave(far, "down")
    pay_many(house, 1)
    tell(house, police(far, now), now=NOON)
    assert [one["state"] for one in listed(client)] == ["waiting"] * 2 + ["delivered"] * 2
    assert len(listed(client, "state=delivered")) == 2
    assert listed(client, "state=parked") == []
    (failed, *_) = [one for one in listed(client, "state=waiting") if one["attempts"]]
    assert failed["last_error"] == "HTTP 503"
    assert failed["next_try_at"] > "2026-11-23T05:00"


def test_each_try_is_there_with_status_and_duration(
    client: TestClient, house: House, far: FarSide
) -> None:
    behave(far, "broken")
    pay_many(house, 1)
    tell(house, police(far, now), now=NOON)
    behave(far, "normal")
    tell(house, police(far, now), now=NOON + timedelta(seconds=30))
    first = listed(client)[-1]
    one = client.get(f"/v1/deliveries/{first['id']}").json()
    assert [(each["taken"], each["status"]) for each in one["tries"]] == [(True, 204), (False, 500)]
    assert one["order"] == 1
    assert all(0 <= each["duration_ms"] < 10_000 for each in one["tries"])
    assert {key: one[key] for key in first} == first


def test_a_parked_event_is_told_again_with_all_that_waits_behind_it(
    client: TestClient, house: House, far: FarSide
) -> None:
    pay_many(house, 1)
    behave(far, "gone")
    tell(house, police(far, now), now=NOON, plan=HASTY)
    second, first = listed(client, "state=parked")
    behave(far, "normal")
    answer = client.post(f"/v1/deliveries/{second['id']}/replay")
    assert (answer.status_code, answer.json()) == (202, {"replayed": 2})
    tell(house, police(far, now), now=NOON)
    assert arrivals(far) == [(first["id"], 1), (second["id"], 1)]
    assert [one["state"] for one in listed(client)] == ["delivered", "delivered"]


def test_a_span_is_told_again_once_however_often_it_is_asked_for(
    client: TestClient, house: House, far: FarSide
) -> None:
    pay_many(house, 2, now=NOON - timedelta(hours=1))
    pay_many(house, 1)
    tell(house, police(far, now), now=NOON)
    before = listed(client)
    span = {"from": "2026-11-23T10:00:00+07:00", "to": "2026-11-23T11:30:00+07:00"}
    for _ in range(3):
        answer = client.post("/v1/deliveries/replays", json=span)
        assert (answer.status_code, answer.json()) == (202, {"replayed": 4})
    tell(house, police(far, now), now=NOON + timedelta(hours=1))
    assert sorted(times for _, times in arrivals(far)) == [1, 1, 2, 2, 2, 2]
    after = listed(client)
    assert [one["delivered_at"] for one in after] == [one["delivered_at"] for one in before]


def test_pages_go_on_where_the_one_before_ended(
    client: TestClient, house: House, far: FarSide
) -> None:
    pay_many(house, 2)
    tell(house, police(far, now), now=NOON)
    first = client.get("/v1/deliveries?limit=3").json()
    second = client.get(f"/v1/deliveries?limit=3&cursor={first['next_cursor']}").json()
    assert first["deliveries"] + second["deliveries"] == listed(client)
    assert second["next_cursor"] is None


def test_events_are_found_by_number_and_time(client: TestClient, house: House) -> None:
    pay_many(house, 2)
    number = listed(client)[0]["number"]
    assert {one["number"] for one in listed(client, f"number={number.lower()}")} == {number}
    assert listed(client, "from=2026-11-23T12:00:01%2B07:00") == []
    assert len(listed(client, "to=2026-11-23T12:00:01%2B07:00")) == 4


def test_nobody_sees_or_replays_what_is_anothers(client: TestClient, house: House) -> None:
    pay_many(house, 1)
    event_id = listed(client)[0]["id"]
    client.headers |= STRANGER
    assert listed(client) == []
    path = f"/v1/deliveries/{event_id}"
    assert client.get(path).status_code == 404
    assert client.post(f"{path}/replay").status_code == 404
    assert client.get(f"/v1/deliveries?cursor={event_id}").status_code == 422
    span = {"authority": "csgt", "from": "2026-11-23T00:00:00Z", "to": "2026-11-24T00:00:00Z"}
    assert client.post("/v1/deliveries/replays", json=span).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "state=lost",
        "limit=0",
        "limit=201",
        "from=yesterday",
        "from=2026-11-23T00:00:00",
        "cursor=%00",
        "cursor=%ED%A0%80",
        "number=",
        "plate=30A",
        "to=99999-01-01T00:00:00Z",
    ],
)
def test_what_cannot_be_asked_is_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/v1/deliveries?{query}").status_code == 422


def test_a_plus_lost_on_the_way_is_explained(client: TestClient) -> None:
    answer = client.get("/v1/deliveries?from=2026-11-22T00:00:00+07:00")
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == "query.from"
    assert "%2B" in error["reason"]


@pytest.mark.parametrize("query", ["number=%00a", "from=0001-01-01T00:00:00%2B14:00", "number=%20"])
def test_what_nothing_matches_is_no_fault_of_ours(client: TestClient, query: str) -> None:
    assert client.get(f"/v1/deliveries?{query}").status_code in {200, 422}


@pytest.mark.parametrize("event_id", ["evt_1", "%00", "%F0%9F%98%80", "x" * 3_000])
def test_an_event_that_is_none_is_not_there(client: TestClient, event_id: str) -> None:
    assert client.get(f"/v1/deliveries/{event_id}").status_code == 404


@pytest.mark.parametrize(
    "span",
    [
        {"from": "2026-11-23T00:00:00Z", "to": "2026-11-23T00:00:00Z"},
        {"from": "2026-11-23T00:00:00Z"},
        {"from": "2026-11-23T00:00:00Z", "to": "2026-11-24T00:00:00Z", "all": True},
        {"from": "2026-11-23", "to": "2026-11-24"},
    ],
)
def test_a_span_that_is_none_is_refused(client: TestClient, span: dict[str, object]) -> None:
    assert client.post("/v1/deliveries/replays", json=span).status_code == 422


def test_a_partner_that_speaks_for_several_says_for_whom(client: TestClient, house: House) -> None:
    register(house.open_tx, "csgt2")
    span: dict[str, object] = {"from": "2026-11-23T00:00:00Z", "to": "2026-11-24T00:00:00Z"}
    assert client.post("/v1/deliveries/replays", json=span).status_code == 422
    answer = client.post("/v1/deliveries/replays", json=span | {"authority": "csgt2"})
    assert (answer.status_code, answer.json()) == (202, {"replayed": 0})
