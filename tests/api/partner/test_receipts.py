"""Agencies attach their receipts; payers and clients see them."""

import base64
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.house import House
from tests.api.citizen.payer import Payer
from tests.api.conftest import MINISTRY_KEY
from tests.api.partner.test_acknowledgements import client, number
from tests.api.partner.told import register

__all__ = ["client", "number"]

XML = b'<?xml version="1.0"?><HDon/>'


@pytest.fixture
def body(house: House, number: str) -> dict[str, Any]:
    """Give a receipt of the fine that was paid, whose authority `portal` speaks for."""
    register(house.open_tx, "csgt")
    return {
        "authority": "csgt",
        "payment": number,
        "obligation": "0002/QĐ-XPHC",
        "sort": "fine_voucher",
        "name": "Chứng từ thu, nộp tiền phạt",
        "template": "C1-02/NS",
        "series": "26A",
        "number": 42,
        "organisation": "Công an Hà Nội",
        "tax_id": "0100109106",
        "address": "Hà Nội",
        "lines": [{"name": "Tiền phạt", "amount_vnd": 3_013_500}],
        "amount_words": "Ba triệu không trăm mười ba nghìn năm trăm đồng",
        "issued_on": "2026-11-23",
        "payer": {"name": "Nguyễn Văn An", "tax_or_personal_id": "001099012345"},
        "link": "https://csgt.example.vn/42",
        "document": base64.b64encode(XML).decode(),
    }


def test_a_receipt_is_shown_to_payer_and_client_and_its_payer_to_nobody(
    client: TestClient, house: House, number: str, body: dict[str, Any]
) -> None:
    answer = client.post("/v1/receipts", json=body)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert client.post("/v1/receipts", json=body).json() == told
    assert (told["number"], told["has_document"], told["cancelled_at"]) == ("0000042", True, None)
    path = f"/v1/payments/{number}/acknowledgement"
    assert client.get(path).json()["receipts"] == [told]
    assert b'taxId="0100109106"' in client.get(f"{path}.xml").content
    proven = client.get(f"/v1/payments/{number}").json()["proof_url"].partition(".test")[2]
    payer = Payer(house)
    page = payer.get(proven).text
    for words in ("Chứng từ của cơ quan thu", "số 0000042", 'href="https://csgt.example.vn/42"'):
        assert words in page
    assert "Receipts of the authority" in payer.get(f"/en{proven}").text
    for text in (page, answer.text, client.get(path).text):
        assert "Nguyễn Văn An" not in text
        assert "001099012345" not in text
    kept = payer.get(f"{proven}/receipt-{told['receipt']}.xml")
    assert (kept.content, kept.headers["content-type"]) == (XML, "application/octet-stream")
    assert payer.get(f"{proven}/receipt-9.xml").status_code == 404


def test_a_cancelled_receipt_is_shown_as_cancelled(
    client: TestClient, house: House, number: str, body: dict[str, Any]
) -> None:
    receipt = client.post("/v1/receipts", json=body).json()["receipt"]
    path = f"/v1/receipts/{receipt}/cancel"
    stranger = {"authorization": f"Bearer {MINISTRY_KEY}"}
    refused = client.post(path, json={"reason": "Sai tên"}, headers=stranger)
    assert refused.status_code in {403, 404}
    answer = client.post(path, json={"reason": "Sai tên"})
    assert answer.json()["cancel_reason"] == "Sai tên"
    proven = client.get(f"/v1/payments/{number}").json()["proof_url"].partition(".test")[2]
    assert "đã bị cơ quan thu hủy lúc 12:00, 23/11/2026" in Payer(house).get(proven).text


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("document", "not base64"),
        ("document", base64.b64encode(b"words").decode()),
        ("number", 10_000_000),
        ("lines", [{"name": "Tiền phạt", "amount_vnd": 3_013_501}]),
        ("lines", [{"name": "Tiền phạt", "amount_vnd": 2**53 - 1}] * 3),
        ("amount_words", "sai"),
        ("link", "https://127.0.0.1/x"),
        ("link", "http://csgt.example.vn"),
        ("issued_on", "2026-11-24"),
    ],
)
def test_what_cannot_be_right_is_named(
    client: TestClient, body: dict[str, Any], field: str, wrong: object
) -> None:
    answer = client.post("/v1/receipts", json=body | {field: wrong})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].removeprefix("body.") == field


def test_what_nobody_paid_has_no_receipt(client: TestClient, body: dict[str, Any]) -> None:
    assert client.post("/v1/receipts", json=body | {"obligation": "9/QĐ"}).status_code == 404
