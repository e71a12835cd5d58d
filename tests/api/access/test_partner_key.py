"""Which partner is speaking, and what its key opens."""

from dataclasses import replace
from datetime import timedelta

from fastapi.testclient import TestClient

from api.access.key_text import LIVE, SANDBOX, SECRET_BYTES, key_text
from api.access.scope import Scope
from api.application import application
from api.house import House
from api.issue_key import issue_key
from api.partner.operations import is_keyed
from tests.api.conftest import NOON, PARTNER_KEY

DOOR = "/v1/obligations/pushes"


def client_of(house: House) -> TestClient:
    """Return a client of the partner host."""
    return TestClient(application(house), base_url="http://partner.test")


def asked(client: TestClient, header: str) -> tuple[int, dict[str, object]]:
    """Ask at a door for reading, and return status and document without what differs each time."""
    got = client.get(DOOR, headers={"authorization": header} if header else {})
    told = {
        name: value
        for name, value in got.json().items()
        if name not in {"instance", "support_code"}
    }
    return got.status_code, told


def test_a_known_key_opens_and_its_scheme_may_be_written_in_any_case(house: House) -> None:
    client = client_of(house)
    assert asked(client, f"Bearer {PARTNER_KEY}")[0] == 200
    assert asked(client, f"bearer {PARTNER_KEY}")[0] == 200


def test_anything_else_is_refused_alike(house: House) -> None:
    live = key_text(LIVE, id_bytes=b"of the portal", secret=bytes(SECRET_BYTES))
    nobodys = key_text(SANDBOX, id_bytes=b"of nobody at all", secret=bytes(SECRET_BYTES))
    guessed = key_text(SANDBOX, id_bytes=b"of the portal", secret=b"1" * SECRET_BYTES)
    wrong = ["", "Bearer", "Bearer wrong", f"Basic {PARTNER_KEY}", PARTNER_KEY]
    wrong += [f"Bearer {key}" for key in (live, nobodys, guessed, PARTNER_KEY[:-1] + "x")]
    answers = [asked(client_of(house), header) for header in wrong]
    assert [status for status, _ in answers] == [401] * len(wrong)
    assert all(told == answers[0][1] for _, told in answers)
    refused = client_of(house).get(DOOR)
    assert refused.headers["www-authenticate"] == "Bearer"


def test_a_key_without_the_scope_is_told_which_is_missing(house: House) -> None:
    with house.open_tx() as tx:
        key = issue_key(
            tx, "portal", environment=SANDBOX, scopes=[Scope.PAYMENTS_READ], now=house.clock()
        )
    status, told = asked(client_of(house), f"Bearer {key}")
    assert (status, told["type"]) == (403, "urn:clearing:problem:scope-missing")
    assert told["errors"] == [
        {"field": "scope", "reason": "this key has no right to obligations:read"}
    ]


def test_two_keys_open_at_once_until_one_ends(house: House) -> None:
    with house.open_tx() as tx:
        key = issue_key(
            tx,
            "portal",
            environment=SANDBOX,
            scopes=list(Scope),
            now=NOON,
            expires_at=NOON + timedelta(days=1),
        )
    client, header = client_of(house), f"Bearer {key}"
    assert asked(client, header)[0] == asked(client, f"Bearer {PARTNER_KEY}")[0] == 200
    tomorrow = replace(house, clock=lambda: NOON + timedelta(days=1))
    assert asked(client_of(tomorrow), header)[0] == 401
    assert asked(client_of(tomorrow), f"Bearer {PARTNER_KEY}")[0] == 200


def test_the_scope_is_asked_before_the_idempotency_key_at_every_door(house: House) -> None:
    with house.open_tx() as tx:
        key = issue_key(
            tx, "portal", environment=SANDBOX, scopes=[Scope.EVENTS_READ], now=house.clock()
        )
    client = client_of(house)
    keyed = [
        path
        for path, methods in client.get("/v1/openapi.json").json()["paths"].items()
        for method, operation in methods.items()
        if method == "post" and is_keyed(operation)
    ]
    assert len(keyed) > 4
    for path in keyed:
        answer = client.post(path, headers={"authorization": f"Bearer {key}"}, json={})
        assert answer.json()["type"] == "urn:clearing:problem:scope-missing", path
