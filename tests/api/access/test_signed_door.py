"""Signed requests at the door: asked of who must sign, checked wherever they come, taken once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.access.known_keys import place_of
from api.application import application
from api.house import House
from api.postgres import partner_rows
from api.registered_partner import Algorithm, SigningKey
from ledger.postgres.transaction import OpenTx
from payments.personal_data import seal
from tests.api.access.signing import PUBLIC, SECRET, digest_header, ed25519_headers, hmac_header
from tests.api.conftest import MINISTRY_KEY, NOON, PARTNER_KEY, PORTAL
from tests.api.partner.told import register

AT = int(NOON.timestamp())
PATH = "/v1/status"
BODY = b'{"authority": "csgt", "state": "down", "reason": "b\xe1\xba\xa3o tr\xc3\xac"}'
KEY = {"authorization": f"Bearer {PARTNER_KEY}", "content-type": "application/json"}


def signing(key_id: str, algorithm: Algorithm, material: bytes) -> SigningKey:
    return SigningKey(
        key_id=key_id, partner="portal", algorithm=algorithm, material=material, added_at=NOON
    )


@pytest.fixture
def signed_house(house: House, open_tx: OpenTx) -> House:
    """Give a house whose portal has a signing key of each sort and must sign."""
    sealed = seal(
        house.personal_keys,
        {"secret": SECRET.hex()},
        place=place_of("signingkey02"),
        nonce=bytes(12),
    )
    register(open_tx, "csgt")
    with open_tx() as tx:
        public = signing("signingkey01", Algorithm.ED25519, PUBLIC)
        partner_rows.insert_signing_key(tx, public, sealed=None)
        secret = signing("signingkey02", Algorithm.HMAC_SHA256, SECRET)
        partner_rows.insert_signing_key(tx, secret, sealed=sealed)
        partner_rows.change_partner(tx, replace(PORTAL, must_sign=True))
    return house


def client_of(house: House) -> TestClient:
    return TestClient(application(house), base_url="http://partner.test")


def ed25519(*, nonce: str, body: bytes = BODY, created: int = AT) -> dict[str, str]:
    values = {
        "@method": "PUT",
        "@authority": "partner.test",
        "@target-uri": f"http://partner.test{PATH}",
        "content-digest": digest_header(body),
    }
    made = ed25519_headers(values, created=created, nonce=nonce)
    return KEY | made | {"content-digest": values["content-digest"]}


def simple(*, nonce: str, body: bytes = BODY, created: int = AT) -> dict[str, str]:
    lines = (str(created), nonce, "PUT", "partner.test", PATH)
    return KEY | {"clearing-signature": hmac_header(lines, body=body)}


def put(client: TestClient, headers: dict[str, str], body: bytes = BODY) -> Response:
    return client.put(PATH, content=body, headers=headers)


def reason(got: Response) -> str:
    told = got.json()
    assert (got.status_code, told["type"]) == (401, "urn:clearing:problem:signature-refused"), told
    return str(told["errors"][0]["reason"])


def test_who_must_sign_is_told_so_and_is_heard_once_it_does(signed_house: House) -> None:
    client = client_of(signed_house)
    assert "signs every request" in reason(put(client, KEY))
    assert "signs every request" in reason(client.get(PATH, headers=KEY))
    assert put(client, ed25519(nonce="nonce-number-0001")).status_code == 200
    assert put(client, simple(nonce="nonce-number-0002")).status_code == 200


def test_a_signature_nobody_asked_for_is_checked_all_the_same(signed_house: House) -> None:
    client = client_of(signed_house)
    with signed_house.open_tx() as tx:
        partner_rows.change_partner(tx, PORTAL)
    assert put(client, KEY).status_code == 200
    assert reason(put(client, ed25519(nonce="nonce-number-0001"), BODY + b" "))
    other = simple(nonce="nonce-number-0002") | {"authorization": f"Bearer {MINISTRY_KEY}"}
    assert reason(put(client, other)) == "does not hold"


def test_what_was_signed_is_taken_once_over_all_processes(signed_house: House) -> None:
    one, another = client_of(signed_house), client_of(signed_house)
    for headers in (ed25519(nonce="nonce-number-0001"), simple(nonce="nonce-number-0002")):
        assert put(one, headers).status_code == 200
        assert "came before" in reason(put(one, headers))
        assert "came before" in reason(put(another, headers))
    late = client_of(replace(signed_house, clock=lambda: NOON + timedelta(minutes=6)))
    assert "older" in reason(put(late, ed25519(nonce="nonce-number-0001")))


def test_a_forged_request_uses_up_no_nonce(signed_house: House) -> None:
    client = client_of(signed_house)
    assert reason(put(client, simple(nonce="nonce-number-0001"), b"{}"))
    assert put(client, simple(nonce="nonce-number-0001")).status_code == 200


def test_a_nonce_comes_once_in_each_process_while_the_counts_are_away(
    signed_house: House, owner_open_tx: OpenTx
) -> None:
    client = client_of(signed_house)
    with owner_open_tx() as tx:
        tx.exec_driver_sql("REVOKE INSERT ON api.quota FROM clearing_app")
    headers = ed25519(nonce="nonce-number-0001")
    assert put(client, headers).status_code == 200
    assert "came before" in reason(put(client, headers))


def test_bytes_are_checked_before_they_are_read_and_never_more_than_allowed(
    signed_house: House,
) -> None:
    client = client_of(signed_house)
    twice = b'{"state": "up", "state": "down"}'
    assert reason(put(client, ed25519(nonce="nonce-number-0001"), twice))
    signed = ed25519(nonce="nonce-number-0002", body=twice)
    assert put(client, signed, twice).json()["errors"][0]["reason"] == "is there twice"
    long = b'{"reason": "' + b"a" * 70_000 + b'"}'
    too_long = put(client, ed25519(nonce="nonce-number-0003", body=long), long)
    assert too_long.status_code == 413
