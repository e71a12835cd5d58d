"""The JSON door: find, open, choose a gateway, read; refusals name what to mend."""

import pytest
from fastapi.testclient import TestClient

from api.application import application
from api.house import House
from api.sandbox import fine
from payments.postgres import payment_rows
from payments.push_obligations import push_obligations
from tests.api.conftest import MINISTRY_KEY, PARTNER_KEY

HEADERS = {"authorization": f"Bearer {PARTNER_KEY}", "host": "partner.test"}
QUESTION = {"number": "0002/QĐ-XPHC", "decided_on": "2026-10-29", "subject": "29B1-678.90"}


@pytest.fixture
def client(house: House) -> TestClient:
    """Give a client of the partner host; one late fine of 3,013,500 dong is in the house."""
    late = fine(
        number="0002/QĐ-XPHC",
        plate="29B1-678.90",
        fine_vnd=3_000_000,
        issued_on=house.today().replace(month=10, day=29),
        received_on=house.today().replace(month=11, day=3),
    )
    with house.open_tx() as tx:
        push_obligations(tx, [late], keys=house.personal_keys, now=house.clock())
    return TestClient(application(house), base_url="http://partner.test", headers=HEADERS)


def _open(client: TestClient, *, key: str = "key-0001", shown: int = 3_013_500) -> str:
    found = client.post("/v1/look-ups", json=QUESTION).json()
    body = {"obligations": [found["obligation"]], "shown_total_vnd": shown}
    answer = client.post("/v1/payments", json=body, headers={"idempotency-key": key})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


def test_a_payment_is_sent_to_the_gateway(client: TestClient) -> None:
    number = _open(client)
    path = f"/v1/payments/{number}/attempts"
    body = {"gateway": "vnpay", "payer_address": "113.160.92.202"}
    first = client.post(path, json=body).json()
    assert "vnp_Amount=" in first["url"]
    assert client.post(path, json=body).json() == first
    assert client.get(f"/v1/payments/{number}").json()["status"] == "pending"


def test_i8_the_same_key_and_body_give_the_same_bytes(client: TestClient, house: House) -> None:
    found = client.post("/v1/look-ups", json=QUESTION).json()
    body = {"obligations": [found["obligation"]], "shown_total_vnd": found["total_vnd"]}
    answers = [
        client.post("/v1/payments", json=body, headers={"idempotency-key": "key-0001"})
        for _ in range(3)
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {
        (201, answers[0].content)
    }
    with house.open_tx() as tx:
        assert sum(payment_rows.count_by_state(tx).values()) == 1


def test_i8_the_same_key_with_another_body_is_refused(client: TestClient) -> None:
    _open(client)
    found = client.post("/v1/look-ups", json=QUESTION).json()
    body = {"obligations": [found["obligation"]], "language": "en"}
    answer = client.post("/v1/payments", json=body, headers={"idempotency-key": "key-0001"})
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:clearing:problem:idempotency-key-reused"


def test_i8_a_missing_key_is_refused_by_name(client: TestClient) -> None:
    answer = client.post("/v1/payments", json={"obligations": ["x"]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "header.idempotency-key"


def test_a_price_that_is_not_the_one_shown_opens_nothing(client: TestClient) -> None:
    found = client.post("/v1/look-ups", json=QUESTION).json()
    body = {"obligations": [found["obligation"]], "shown_total_vnd": 1}
    answer = client.post("/v1/payments", json=body, headers={"idempotency-key": "key-0001"})
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:clearing:problem:amount-changed"
    assert str(found["total_vnd"]) in answer.json()["errors"][0]["reason"]


def test_a_second_payer_hears_that_it_is_being_paid(client: TestClient) -> None:
    number = _open(client)
    body = {"gateway": "vnpay", "payer_address": "113.160.92.202"}
    client.post(f"/v1/payments/{number}/attempts", json=body)
    found = client.post("/v1/look-ups", json=QUESTION).json()
    again = {"obligations": [found["obligation"]], "shown_total_vnd": found["total_vnd"]}
    answer = client.post("/v1/payments", json=again, headers={"idempotency-key": "key-0002"})
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:clearing:problem:being-paid"


def test_no_proof_stands_before_the_money(client: TestClient) -> None:
    number = _open(client)
    assert client.get(f"/v1/payments/{number}/acknowledgement").status_code == 404


def test_t05_another_partner_does_not_see_the_payment(client: TestClient) -> None:
    number = _open(client)
    stranger = {"authorization": f"Bearer {MINISTRY_KEY}"}
    answer = client.get(f"/v1/payments/{number}", headers=stranger)
    unknown = client.get("/v1/payments/NP0000000000", headers=stranger)
    assert answer.status_code == unknown.status_code == 404
    assert answer.json()["type"] == unknown.json()["type"]


def test_a_token_handed_to_another_partner_opens_nothing(client: TestClient) -> None:
    found = client.post("/v1/look-ups", json=QUESTION).json()
    answer = client.post(
        "/v1/payments",
        json={"obligations": [found["obligation"]]},
        headers={"idempotency-key": "key-0001", "authorization": f"Bearer {MINISTRY_KEY}"},
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("key", ["", "Bearer ", "Bearer wrong", "Basic abc"])
def test_without_a_known_key_nothing_is_answered(client: TestClient, key: str) -> None:
    answer = client.post("/v1/look-ups", json=QUESTION, headers={"authorization": key})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("shown", [1.5, "3013500", True, -1, 0, 2**63])
def test_an_amount_that_is_not_whole_dong_is_refused(client: TestClient, shown: object) -> None:
    found = client.post("/v1/look-ups", json=QUESTION).json()
    body = {"obligations": [found["obligation"]], "shown_total_vnd": shown}
    answer = client.post("/v1/payments", json=body, headers={"idempotency-key": "key-0001"})
    assert answer.status_code in (409, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_that_is_no_json_is_refused_with_a_problem(client: TestClient) -> None:
    answer = client.post("/v1/look-ups", content=b"{", headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["support_code"]


def test_the_public_keys_are_open_to_anyone(client: TestClient) -> None:
    keys = client.get("/v1/keys", headers={"authorization": ""}).json()
    assert [key["algorithm"] for key in keys] == ["Ed25519"]


@pytest.mark.parametrize(
    "address", ["abc", "999.1.1.1", "010.0.0.1", "fe80::1%x", "\uff11.1.1.1", ""]
)
def test_a_payer_address_that_is_none_is_named(client: TestClient, address: str) -> None:
    number = _open(client)
    answer = client.post(
        f"/v1/payments/{number}/attempts", json={"gateway": "vnpay", "payer_address": address}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body.payer_address"


@pytest.mark.parametrize("number", ["%00", "a%00b", "NP", "%ff"])
def test_a_number_that_cannot_be_one_is_not_found(client: TestClient, number: str) -> None:
    assert client.get(f"/v1/payments/{number}").status_code == 404
    assert client.get(f"/v1/payments/{number}/acknowledgement").status_code == 404


def test_several_are_one_payment_or_none(client: TestClient, house: House) -> None:
    others = [
        fine(
            number=f"000{each}/QĐ-XPHC",
            plate="29B1-678.90",
            fine_vnd=1_000_000,
            issued_on=house.today(),
            received_on=house.today(),
        )
        for each in (7, 8)
    ]
    with house.open_tx() as tx:
        push_obligations(tx, others, keys=house.personal_keys, now=house.clock())
    asked = {**QUESTION, "decided_on": house.today().isoformat()}
    tokens = [
        client.post("/v1/look-ups", json=asked | {"number": each.number}).json()["obligation"]
        for each in others
    ]
    both = {"obligations": tokens, "shown_total_vnd": 2_000_000}
    made = client.post("/v1/payments", json=both, headers={"idempotency-key": "key-both"})
    assert (made.status_code, made.json()["amount_vnd"]) == (201, 2_000_000)
    late = client.post("/v1/look-ups", json=QUESTION).json()["obligation"]
    mixed = {"obligations": [late, tokens[0]]}
    refused = client.post("/v1/payments", json=mixed, headers={"idempotency-key": "key-mixed"})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:clearing:problem:being-paid")
    assert _open(client, key="key-late")
