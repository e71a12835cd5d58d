"""Who is calling is known before anything else of a request is read."""

import base64
from dataclasses import replace
from ipaddress import ip_network

from fastapi.testclient import TestClient

from api.access.partner_certificate import fingerprint
from api.application import application
from api.house import House
from api.postgres import partner_rows
from ledger.errors import BookUnreachable
from tests.api.access.test_partner_key import DOOR, asked, client_of
from tests.api.conftest import PARTNER_KEY, PORTAL

KEY = {"authorization": f"Bearer {PARTNER_KEY}"}


def test_two_keys_in_one_request_are_none(house: House) -> None:
    said = f"Bearer {PARTNER_KEY}".encode()
    got = client_of(house).get(DOOR, headers=[(b"authorization", said), (b"authorization", said)])
    assert got.status_code == 401


def test_the_door_stays_shut_while_the_register_is_away(house: House) -> None:
    def away() -> object:
        raise BookUnreachable("away")

    shut = client_of(replace(house, open_tx=away))
    got = shut.get(DOOR, headers={"authorization": f"Bearer {PARTNER_KEY}"})
    assert (got.status_code, got.headers["retry-after"]) == (503, "5")
    assert asked(shut, "Bearer wrong")[0] == 401
    assert shut.get("/v1/keys").status_code == 200


def test_who_asks_too_often_is_told_when_again_and_how_it_stands(house: House) -> None:
    with house.open_tx() as tx:
        partner_rows.change_partner(tx, replace(PORTAL, requests_per_minute_max=2))
    client = client_of(house)
    answers = [client.get(DOOR, headers=KEY) for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert [each.headers["ratelimit"] for each in answers] == [
        '"read";r=1;t=60',
        '"read";r=0;t=60',
        '"read";r=0;t=60',
    ]
    assert answers[2].headers["ratelimit-policy"] == '"read";q=2;w=60'
    assert answers[2].headers["retry-after"] == "60"
    assert answers[2].json()["type"] == "urn:clearing:problem:requests-spent"
    assert client.put("/v1/status", headers=KEY, json={"state": "up"}).status_code == 404
    assert "ratelimit" not in client.get("/v1/keys").headers


def test_a_certificate_counts_from_our_own_proxy_only(house: House) -> None:
    der = b"a certificate"
    told = KEY | {"client-cert": f":{base64.b64encode(der).decode()}:"}
    with house.open_tx() as tx:
        partner_rows.change_partner(tx, replace(PORTAL, certificates=(fingerprint(der),)))
    settings = house.settings.model_copy(
        update={"client_certificate": "client-cert", "proxy_networks": (ip_network("10.1.0.0/16"),)}
    )
    app = application(replace(house, settings=settings))

    def status(peer: str, headers: dict[str, str]) -> int:
        client = TestClient(app, base_url="http://partner.test", client=(peer, 1))
        return client.get(DOOR, headers=headers).status_code

    assert [status("10.1.2.3", told), status("10.1.2.3", KEY), status("10.2.2.3", told)] == [
        200,
        401,
        401,
    ]
