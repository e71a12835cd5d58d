"""T05, T14: whatever one partner owns is not there for another, door by door."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.application import application
from api.house import House
from api.partner.obligation_examples import FINE
from payments.payment_number import payment_number
from tests.api.conftest import MINISTRY_KEY, NOON, house
from tests.api.partner.test_receipts import body, client, number
from tests.api.partner.test_refunds import paid_twice_by_a_partner
from tests.api.partner.told import pay
from tests.invariants.test_bad_input import GOOD

__all__ = ["body", "client", "house", "number"]

NOBODYS: Final[Mapping[str, str]] = {
    "/v1/payments/{number}": payment_number(987_654),
    "/v1/refunds/{number}": "RF-987654",
    "/v1/events/{event_id}": "evt_987654",
    "/v1/deliveries/{event_id}": "evt_987654",
    "/v1/webhook-endpoints/{endpoint_id}": "we_987654",
    "/v1/obligations/pushes/{push}": "987654",
    "/v1/receipts/{receipt}": "987654",
}
"""How the address of each thing begins, and one that nobody has."""
SPAN: Final = {"from": "2026-11-01T00:00:00+07:00", "to": "2026-11-02T00:00:00+07:00"}
BODIES: Final = {**GOOD, "POST /v1/webhook-endpoints/{endpoint_id}/replays": SPAN}
READ_BY_NUMBER: Final = {"/v1/receipts/{receipt}"}
"""Things that have no address of their own to be read at."""


@pytest.fixture
def stranger(house: House) -> TestClient:
    """Give another partner, whose key may do everything."""
    headers = {"authorization": f"Bearer {MINISTRY_KEY}"}
    return TestClient(application(house), base_url="http://partner.test", headers=headers)


@pytest.fixture
def theirs(house: House, client: TestClient, body: dict[str, Any]) -> Mapping[str, str]:
    """Give one of everything that the portal owns, by the beginning of its address."""
    refund = paid_twice_by_a_partner(house)
    with house.open_tx() as tx:
        pay(tx, is_settled=True, now=NOON)
    pushed = {"authority": "csgt", "obligations": [FINE]}
    assert client.post("/v1/obligations", json=pushed).status_code == 200
    endpoint = client.post(
        "/v1/webhook-endpoints",
        json={"url": "https://portal.example.vn/events"},
        headers={"idempotency-key": "row-scope-0001"},
    ).json()
    return {
        "/v1/payments/{number}": refund.payment_number,
        "/v1/refunds/{number}": refund.number,
        "/v1/events/{event_id}": client.get("/v1/events").json()["events"][0]["id"],
        "/v1/deliveries/{event_id}": client.get("/v1/deliveries").json()["deliveries"][0]["id"],
        "/v1/webhook-endpoints/{endpoint_id}": endpoint["id"],
        "/v1/obligations/pushes/{push}": str(
            client.get("/v1/obligations/pushes").json()["pushes"][0]["push"]
        ),
        "/v1/receipts/{receipt}": str(client.post("/v1/receipts", json=body).json()["receipt"]),
    }


def doors(client: TestClient) -> Iterator[tuple[str, str]]:
    """Give method and path of every documented door."""
    for path, operations in client.get("/v1/openapi.json").json()["paths"].items():
        for method in operations:
            yield method.upper(), path


def begins(path: str) -> str:
    """Return how the address of the thing at a door begins."""
    return path[: path.index("}") + 1]


def asked(client: TestClient, method: str, path: str, name: str, *, key: str) -> Response:
    """Ask for one thing by its name, with a body that could be right."""
    good = BODIES.get(f"{method} {path}")
    return client.request(
        method,
        path.replace(begins(path), begins(path).partition("{")[0] + name),
        json=good,
        headers={"idempotency-key": key},
    )


def told(answer: Response) -> dict[str, object]:
    """Return a refusal without what differs each time."""
    return {
        name: value
        for name, value in answer.json().items()
        if name not in {"instance", "support_code"}
    }


def test_what_is_anothers_is_answered_like_what_is_not_there(
    client: TestClient, stranger: TestClient, theirs: Mapping[str, str]
) -> None:
    named = [(method, path) for method, path in doors(client) if "{" in path]
    assert {begins(path) for _, path in named} == NOBODYS.keys()
    own = {path: name for path, name in theirs.items() if path not in READ_BY_NUMBER}
    before = {path: asked(client, "GET", path, name, key="") for path, name in own.items()}
    assert {path: each.status_code for path, each in before.items()} == dict.fromkeys(own, 200)
    for turn, (method, path) in enumerate(named):
        theirs_, nobodys = (
            asked(stranger, method, path, names[begins(path)], key=f"row-scope-{turn}-{side}")
            for side, names in enumerate((theirs, NOBODYS))
        )
        assert (theirs_.status_code, nobodys.status_code) == (404, 404), (method, path)
        assert told(theirs_) == told(nobodys), (method, path)
    after = {path: asked(client, "GET", path, name, key="") for path, name in own.items()}
    assert {path: each.content for path, each in after.items()} == {
        path: each.content for path, each in before.items()
    }


def test_no_list_names_what_is_anothers(
    client: TestClient, stranger: TestClient, theirs: Mapping[str, str]
) -> None:
    lists = [path for method, path in doors(client) if method == "GET" and "{" not in path]
    shown = {path: (client.get(path), stranger.get(path)) for path in lists}
    names = {name for name in theirs.values() if not name.isdecimal()}
    listed = {
        name
        for own, _ in shown.values()
        for name in names
        if own.status_code == 200 and name in own.text
    }
    assert listed == names
    for path, (_, other) in shown.items():
        assert not any(name in other.text for name in names), path
