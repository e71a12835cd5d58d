"""Which gateways there are for an amount, in an order that favours none."""

from dataclasses import replace

from fastapi.testclient import TestClient

from api.application import application
from api.house import House
from tests.api.conftest import PARTNER_KEY
from tests.payments.scene import PaperGateway

HEADERS = {"authorization": f"Bearer {PARTNER_KEY}"}


def _client(house: House) -> TestClient:
    papers = {code: PaperGateway(code=code) for code in ("paper", "slate", "stone")}
    here = replace(house, gateways=papers)
    return TestClient(application(here), base_url="http://partner.test", headers=HEADERS)


def test_all_gateways_are_listed_with_names_and_limits(house: House) -> None:
    listed = _client(house).get("/v1/gateways").json()["gateways"]
    assert [each["code"] for each in listed] == ["paper", "slate", "stone"]
    assert listed[0] == {
        "code": "paper",
        "name": "Cổng giấy",
        "name_en": "Paper",
        "amount_min_vnd": 5_000,
        "amount_max_vnd": 999_999_999,
        "refunds_in_part": True,
        "starts_with_payment": False,
        "pay_origins": ["https://paper.example.vn"],
    }


def test_only_those_that_take_the_amount_are_offered(house: House) -> None:
    client = _client(house)
    assert len(client.get("/v1/gateways?amount_vnd=5000").json()["gateways"]) == 3
    assert client.get("/v1/gateways?amount_vnd=4999").json() == {"gateways": []}


def test_over_many_amounts_none_of_them_always_comes_first(house: House) -> None:
    client = _client(house)
    firsts = [
        client.get(f"/v1/gateways?amount_vnd={amount}").json()["gateways"][0]["code"]
        for amount in range(10_000, 10_030)
    ]
    assert set(firsts) == {"paper", "slate", "stone"}
    again = client.get("/v1/gateways?amount_vnd=10000").json()["gateways"][0]["code"]
    assert again == firsts[0]


def test_an_amount_that_is_none_is_refused(house: House) -> None:
    for amount in ("0", "-5", "1.5", "x"):
        assert _client(house).get(f"/v1/gateways?amount_vnd={amount}").status_code == 422
