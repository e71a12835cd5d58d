"""The simulated VNPAY's pages and its doors for testing."""

from dataclasses import replace
from pathlib import Path

import pytest

from gateways.contract import RawRequest
from gateways.errors import Untrusted
from gateways.simulators.vnpay import PAY_PATH
from tests.gateways.simulators.far_side import FarSide


def page(far: FarSide, language: str = "vn") -> str:
    prepared = far.order()
    spoken = replace(prepared, fields={**prepared.fields, "vnp_Locale": language})
    answer = far.client.get(far.address(spoken))
    assert answer.status_code == 200
    return answer.text


def test_the_page_says_in_vietnamese_what_will_be_paid_and_that_it_is_not_real(far: FarSide):
    text = page(far)
    assert '<html lang="vi">' in text
    assert "VNPAY mô phỏng" in text
    for fact in ("350.000 đ", "SAMPLE01", "KBNN-0021", "P1"):
        assert fact in text


def test_the_page_says_the_same_in_english(far: FarSide):
    text = page(far, "en")
    assert '<html lang="en">' in text
    assert "Simulated VNPAY" in text
    assert "Thanh toán" not in text


def test_the_page_needs_no_script(far: FarSide):
    assert "<script" not in page(far)
    assert text_of_buttons(page(far)) >= {"pay", "cancel", "insufficient_funds", "lost", "held_07"}


def text_of_buttons(text: str) -> set[str]:
    return {part.partition('"')[0] for part in text.split('value="')[1:]}


def test_pressing_pay_sends_the_browser_back_with_a_signed_word(far: FarSide):
    prepared = far.order()
    far.client.get(far.address(prepared))
    answer = far.client.post("/vnpay/paymentv2/decide", data={"txn_ref": "P1", "choice": "pay"})
    assert answer.status_code == 303
    url, _, query = answer.headers["location"].partition("?")
    assert url == "https://pay.example.vn/return"
    request = RawRequest("GET", "/", query.encode(), (), b"", "")
    assert far.gateway.read_return(request) == "P1"


def test_an_order_dealt_with_offers_the_way_back_and_no_second_payment(far: FarSide):
    prepared = far.pay()
    text = far.client.get(far.address(prepared)).text
    assert "https://pay.example.vn/return?" in text
    assert 'value="pay"' not in text


def test_a_forged_address_gets_a_page_that_says_no_money_moved(far: FarSide):
    answer = far.client.get(f"{PAY_PATH}?vnp_TxnRef=%3Cscript%3E&vnp_SecureHash=0")
    assert answer.status_code == 400
    assert "Không có tiền nào được chuyển" in answer.text
    assert "<script" not in answer.text


def test_an_unknown_choice_or_order_is_refused(far: FarSide):
    far.client.get(far.address(far.order()))
    for form in ({"txn_ref": "P1", "choice": "steal"}, {"txn_ref": "P9", "choice": "pay"}):
        answer = far.client.post("/vnpay/paymentv2/decide", data=form)
        assert answer.status_code in {400, 404}
    assert far.orders()[0]["behaviour"] is None


def test_the_unattended_payer_gets_the_way_back(far: FarSide):
    address = far.address(far.order())
    first = far.post("vnpay/pay", url=address)
    again = far.post("vnpay/pay", url=address, choice="cancel")
    assert first["txn_ref"] == "P1"
    assert first["return_url"] == again["return_url"]
    refused = far.client.post("/simulator/vnpay/pay", json={"url": address + "0"})
    assert refused.status_code == 400


def test_an_order_does_what_was_planned_for_it(far: FarSide):
    far.post("vnpay/plan", txn_ref="P1", behaviour="wrong_amount", amount_delta_vnd=1)
    far.pay("P1")
    far.pay("P2")
    assert [order["taken_vnd"] for order in far.orders()] == [350_001, 350_000]


def test_orders_without_a_plan_follow_the_profile(far: FarSide):
    far.post("vnpay/plan", faults="lost=1")
    far.post("vnpay/plan", txn_ref="P1", behaviour="paid")
    far.pay("P1")
    far.pay("P2")
    assert [order["behaviour"] for order in far.orders()] == ["paid", "lost"]
    answer = far.client.post("/simulator/vnpay/plan", json={"faults": "nonsense=1"})
    assert answer.status_code == 400


def test_orders_come_in_pages(far: FarSide):
    for number in range(3):
        far.pay(f"P{number}")
    first = far.client.get("/simulator/vnpay/orders", params={"limit": 2}).json()
    rest = far.client.get(
        "/simulator/vnpay/orders", params={"limit": 2, "after": first["next_after"]}
    ).json()
    found = [order["txn_ref"] for order in (*first["orders"], *rest["orders"])]
    assert found == ["P0", "P1", "P2"]
    assert rest["next_after"] is None


def test_an_order_report_tells_what_is_known(far: FarSide):
    far.pay(behaviour="lost")
    order = far.orders()[0]
    assert (order["amount_vnd"], order["taken_vnd"], order["is_paid"]) == (350_000, 350_000, True)
    assert (order["transaction_no"], order["acknowledged"]) == ("15000001", None)


@pytest.mark.parametrize(
    "fault", [{"cut": 1}, {"cut": 40}, {"fault": "doubled_line"}, {"fault": "bad_total"}]
)
def test_a_spoiled_report_is_refused_and_its_repeat_is_good(far: FarSide, fault: dict[str, object]):
    far.pay()
    spoiled = Path(far.settle("2026-09-01", **fault)["file"])
    with pytest.raises(Untrusted):
        far.gateway.read_report(spoiled.read_bytes())
    good = Path(far.settle("2026-09-01")["file"])
    assert good == spoiled
    assert len(far.gateway.read_report(good.read_bytes()).lines) == 1


def test_a_report_can_be_fetched_as_it_should_be(far: FarSide):
    far.pay()
    assert far.client.get("/simulator/vnpay/reports/2026-09-01").status_code == 404
    path = Path(far.settle("2026-09-01", cut=10)["file"])
    fetched = far.client.get("/simulator/vnpay/reports/2026-09-01").content
    assert fetched.startswith(path.read_bytes())
    assert len(far.gateway.read_report(fetched).lines) == 1


def test_what_a_door_does_not_know_is_refused(far: FarSide):
    for door, body in (("plan", {"typo": 1}), ("pay", {}), ("settle", {"business_date": "x"})):
        assert far.client.post(f"/simulator/vnpay/{door}", json=body).status_code == 422
