"""The JSON door: find, open, choose a gateway, read; refusals name what to mend."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.application import application
from api.house import House
from api.problems import TYPES_AT
from api.sandbox import fine
from gateways.contract import Outcome
from gateways.errors import Declined, GatewayError, Misconfigured, OutcomeUnknown, Retryable
from ledger.money import Money
from payments.postgres import payment_rows
from payments.push_obligations import push_obligations
from tests.api.citizen.payer import DUE, hear
from tests.api.conftest import MINISTRY_KEY, PARTNER_KEY
from tests.payments.scene import PaperGateway

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
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:clearing:problem:idempotency-key-missing"


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


PAY = {"gateway": "vnpay", "payer_address": "113.160.92.202"}


def _read(client: TestClient, number: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"/v1/payments/{number}").json()
    return answer


def test_a_payment_is_read_with_what_was_quoted_and_what_comes_next(client: TestClient) -> None:
    number = _open(client)
    read = _read(client, number)
    assert (read["status"], read["status_reason"]) == ("created", None)
    assert read["next_action"]["type"] == "choose_gateway"
    assert read["next_action"]["expires_at"] == read["lock"]["until"] == read["expires_at"]
    assert read["expires_at"].endswith("+07:00")
    assert [line["part"] for line in read["lines"]] == ["fine", "late_surcharge"]
    assert sum(line["amount_vnd"] for line in read["lines"]) == read["amount_vnd"]
    assert {line["number"] for line in read["lines"]} == {"0002/QĐ-XPHC"}
    assert all(line["law"] for line in read["lines"])
    assert (read["attempts"], read["acknowledgement_url"], read["cancellation"]) == ([], None, None)


def test_an_attempt_is_shown_without_the_partners_fields(client: TestClient) -> None:
    number = _open(client)
    client.post(f"/v1/payments/{number}/attempts", json=PAY)
    read = _read(client, number)
    (attempt,) = read["attempts"]
    assert attempt.keys() == {"gateway", "status", "created_at", "expires_at"}
    assert (attempt["gateway"], attempt["status"]) == ("vnpay", "sent")
    assert read["next_action"]["type"] == "wait"
    assert read["next_action"]["poll_after_s"] == 5


def test_a_paid_payment_links_to_its_proof_and_wants_nothing_more(
    client: TestClient, house: House
) -> None:
    number = _open(client)
    hear(house, client.post(f"/v1/payments/{number}/attempts", json=PAY).json()["url"])
    read = _read(client, number)
    assert (read["status"], read["next_action"]["type"], read["lock"]) == ("paid", "none", None)
    assert client.get(read["acknowledgement_url"]).status_code == 200


def test_what_the_client_says_beside_it_is_given_back_as_it_came(client: TestClient) -> None:
    found = client.post("/v1/look-ups", json=QUESTION).json()
    said = {"order": " 47 11 ", "Phòng": "x"}
    body = {
        "obligations": [found["obligation"]],
        "metadata": {"order": " 47 11 "},
        "return_url": "https://portal.test/back?a=1",
    }
    refused = client.post(
        "/v1/payments", json=body | {"metadata": said}, headers={"idempotency-key": "key-0001"}
    )
    assert refused.status_code == 422
    made = client.post("/v1/payments", json=body, headers={"idempotency-key": "key-0001"}).json()
    assert made["metadata"] == {"order": " 47 11 "}
    assert made["return_url"] == "https://portal.test/back?a=1"


def test_a_payer_is_never_sent_back_to_an_origin_nobody_registered(client: TestClient) -> None:
    found = client.post("/v1/look-ups", json=QUESTION).json()
    body = {"obligations": [found["obligation"]], "return_url": "https://portal.test.evil.example"}
    answer = client.post("/v1/payments", json=body, headers={"idempotency-key": "key-0001"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body.return_url")


def test_cancelling_before_any_gateway_ends_it_at_once(client: TestClient) -> None:
    number = _open(client)
    cancelled = client.post(f"/v1/payments/{number}/cancel")
    assert cancelled.status_code == 200
    told = cancelled.json()
    assert (told["status"], told["status_reason"]) == ("failed", "cancelled")
    assert (told["next_action"]["type"], told["lock"]) == ("none", None)
    assert client.post(f"/v1/payments/{number}/cancel").json() == told
    refused = client.post(f"/v1/payments/{number}/attempts", json=PAY)
    assert refused.json()["type"] == "urn:clearing:problem:payment-cancelled"
    assert _open(client, key="key-0002") != number


def test_cancelling_while_nobody_knows_keeps_the_lock(client: TestClient) -> None:
    number = _open(client)
    client.post(f"/v1/payments/{number}/attempts", json=PAY)
    cancelled = client.post(f"/v1/payments/{number}/cancel")  # VNPAY cannot be reached here.
    assert cancelled.status_code == 200
    told = cancelled.json()
    assert (told["status"], told["status_reason"]) == ("pending", None)
    assert told["cancellation"]["asked_at"] == "2026-11-23T12:00:00+07:00"
    assert told["lock"]["until"] == told["expires_at"]


def test_f22_what_is_paid_is_not_cancelled_and_the_refusal_says_so(
    client: TestClient, house: House
) -> None:
    number = _open(client)
    hear(house, client.post(f"/v1/payments/{number}/attempts", json=PAY).json()["url"])
    answer = client.post(f"/v1/payments/{number}/cancel")
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:clearing:problem:already-paid"
    assert answer.json()["state"] == "paid"


def test_money_that_is_looked_at_is_not_cancelled(client: TestClient, house: House) -> None:
    number = _open(client)
    url = client.post(f"/v1/payments/{number}/attempts", json=PAY).json()["url"]
    hear(house, url, amount=DUE - Money(1_000))
    answer = client.post(f"/v1/payments/{number}/cancel")
    assert (answer.status_code, answer.json()["state"]) == (409, "held")
    assert _read(client, number)["next_action"]["type"] == "wait"


def test_who_must_wait_is_told_until_when(client: TestClient) -> None:
    number = _open(client)
    found = client.post("/v1/look-ups", json=QUESTION).json()
    body = {"obligations": [found["obligation"]]}
    answer = client.post("/v1/payments", json=body, headers={"idempotency-key": "key-0002"})
    assert answer.status_code == 409
    assert answer.json()["until"] == _read(client, number)["expires_at"]
    assert answer.headers["retry-after"] == "901"
    assert client.post("/v1/look-ups", json=QUESTION).json()["being_paid"] is True


def test_who_must_wait_for_the_gateways_word_is_given_no_moment_that_is_past(
    client: TestClient, house: House
) -> None:
    number = _open(client)
    body = {"gateway": "vnpay", "payer_address": "113.160.92.202"}
    client.post(f"/v1/payments/{number}/attempts", json=body)
    over = replace(house, clock=lambda: house.clock() + timedelta(minutes=16))
    late = TestClient(application(over), base_url="http://partner.test", headers=HEADERS)
    found = late.post("/v1/look-ups", json=QUESTION).json()
    assert (found["being_paid"], found["being_paid_until"]) == (True, None)
    answer = late.post(
        "/v1/payments",
        json={"obligations": [found["obligation"]]},
        headers={"idempotency-key": "key-0002"},
    )
    assert (answer.status_code, answer.json()["type"]) == (409, f"{TYPES_AT}being-paid")
    assert (answer.json()["until"], answer.headers["retry-after"]) == (None, "30")
    assert _read(late, number)["lock"] == {"until": None}


def test_another_gateway_must_wait_for_the_end_of_the_first(
    client: TestClient, house: House
) -> None:
    number = _open(client)
    url = client.post(f"/v1/payments/{number}/attempts", json=PAY).json()["url"]
    other = replace(house, gateways={"paper": PaperGateway(), **house.gateways})
    there = TestClient(application(other), base_url="http://partner.test", headers=HEADERS)
    elsewhere = PAY | {"gateway": "paper"}
    refused = there.post(f"/v1/payments/{number}/attempts", json=elsewhere)
    assert (refused.status_code, refused.json()["type"]) == (409, f"{TYPES_AT}being-paid")
    hear(house, url, Outcome.CANCELLED)
    moved = there.post(f"/v1/payments/{number}/attempts", json=elsewhere)
    assert moved.json()["url"].startswith("https://paper.example.vn/pay/")
    assert [each["gateway"] for each in _read(client, number)["attempts"]] == ["vnpay", "paper"]


@pytest.mark.parametrize(
    ("trouble", "status", "said"),
    [
        (Declined("no"), 409, "gateway-declined"),
        (Retryable("busy"), 503, "gateway-unavailable"),
        (Misconfigured("key"), 503, "gateway-unavailable"),
    ],
)
def test_a_gateway_that_says_no_is_told_with_no_money_moved(
    client: TestClient, house: House, trouble: GatewayError, status: int, said: str
) -> None:
    number = _open(client)
    away = replace(house, gateways={"paper": PaperGateway(start_error=trouble)})
    there = TestClient(application(away), base_url="http://partner.test", headers=HEADERS)
    answer = there.post(f"/v1/payments/{number}/attempts", json=PAY | {"gateway": "paper"})
    assert (answer.status_code, answer.json()["type"]) == (status, TYPES_AT + said)
    read = _read(client, number)
    assert (read["status"], read["next_action"]["type"]) == ("failed", "choose_gateway")


def test_f19_a_gateway_without_a_usable_answer_means_wait_and_do_not_pay_again(
    client: TestClient, house: House
) -> None:
    number = _open(client)
    silent = replace(house, gateways={"paper": PaperGateway(start_error=OutcomeUnknown("slow"))})
    there = TestClient(application(silent), base_url="http://partner.test", headers=HEADERS)
    answer = there.post(f"/v1/payments/{number}/attempts", json=PAY | {"gateway": "paper"})
    assert (answer.status_code, answer.json()["type"]) == (200, "wait")
    assert _read(client, number)["status"] == "unknown"
