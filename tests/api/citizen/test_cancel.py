"""Cancelling from the page of a payment: what is known is said, and nothing more."""

from fastapi.testclient import TestClient

from api.application import application
from gateways.contract import Outcome
from tests.api.citizen.payer import Payer, hear


def _text(payer: Payer, path: str = "/wait") -> str:
    return payer.get(path).text.replace("\u00a0", " ")


def test_who_cancels_before_it_is_certain_is_told_that_it_is_not(payer: Payer) -> None:
    payer.go()
    cancelled = payer.submit(payer.get("/wait"), "/wait/cancel")  # VNPAY cannot be reached here.
    assert cancelled.headers["location"] == "/wait"
    page = _text(payer)
    assert "Bạn đã hủy, đang chờ xác nhận" in page
    assert "Xin đừng" in page
    assert "<h2>Chưa trừ tiền</h2>" not in page
    assert "/pay/continue" not in page
    assert "/wait/cancel" not in page


def test_once_the_gateway_says_so_no_money_was_taken_and_it_can_be_paid_again(
    payer: Payer,
) -> None:
    address = payer.go()
    payer.submit(payer.get("/wait"), "/wait/cancel")
    hear(payer.house, address, Outcome.CANCELLED)
    page = _text(payer)
    assert "<h2>Chưa trừ tiền</h2>" in page
    assert "Bạn đã hủy giao dịch này." in page
    assert 'href="/fine"' in page
    assert payer.go() != address


def test_money_that_came_all_the_same_is_shown_as_paid(payer: Payer) -> None:
    address = payer.go()
    shown = payer.get("/wait")
    hear(payer.house, address)
    assert payer.submit(shown, "/wait/cancel").headers["location"] == "/wait"
    assert payer.get("/wait").headers["location"].startswith("/p/")


def test_t13_a_form_from_elsewhere_cancels_nothing(payer: Payer) -> None:
    payer.go()
    token = "A" * 64
    forged = payer.client.post("/wait/cancel", data={"form_token": token})
    assert forged.status_code == 403
    assert payer.get("/wait/state").text == "pending"
    assert "/wait/cancel" in _text(payer)


def test_the_page_speaks_english_too(payer: Payer) -> None:
    payer.go()
    payer.submit(payer.get("/en/wait"), "/en/wait/cancel")
    assert "You cancelled; waiting for confirmation" in _text(payer, "/en/wait")


def test_who_began_nothing_cancels_nothing(payer: Payer) -> None:
    payer.go()
    stranger = TestClient(
        application(payer.house), base_url="http://citizen.test", follow_redirects=False
    )
    assert stranger.post("/wait/cancel", data={"form_token": "x"}).status_code == 403
    assert payer.get("/wait/state").text == "pending"
