"""The code on the paper: opens the fine at once, as masked as by look-up, or says why not."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from api.access.qr_token import Paper, qr_token
from api.house import House
from tests.api.citizen.payer import NUMBER, Payer, owe_late_fine
from tests.payments.changing import CANCEL, changed


@pytest.fixture
def coded(house: House) -> House:
    """Give a house that marks codes, with the late fine in it."""
    owe_late_fine(house)
    settings = house.settings.model_copy(update={"qr_key": SecretStr("66" * 32)})
    return replace(house, settings=settings)


def _path(house: House, number: str = NUMBER) -> str:
    return f"/q/{qr_token(house.settings, Paper('csgt', 'traffic_fine', number))}"


def test_scanning_opens_the_fine_ready_to_pay_and_masked(coded: House) -> None:
    payer = Payer(coded)
    assert payer.get(_path(coded)).headers["location"] == "/fine"
    page = payer.get("/fine").text.replace("\u00a0", " ")
    assert "3.013.500 đ" in page
    assert NUMBER in page
    assert "N. V. A." in page
    assert "NGUYỄN" not in page
    assert "29B1-678.90" not in page
    leaving = payer.submit(payer.get("/fine"), "/pay", {"method": "vnpay"})
    assert payer.submit(leaving, "/pay").headers["location"].startswith("http://127.0.0.1:1/")


def test_in_english_as_well(coded: House) -> None:
    assert Payer(coded).get(f"/en{_path(coded)}").headers["location"] == "/en/fine"


def test_an_altered_code_is_told_in_plain_words(coded: House) -> None:
    path = _path(coded)
    page = Payer(coded).get(path[:-1] + ("A" if path[-1] != "A" else "B"))
    assert page.status_code == 404
    assert "Mã này không phải của chúng tôi" in page.text


def test_a_decision_not_pushed_yet_is_told_apart(coded: House) -> None:
    page = Payer(coded).get(_path(coded, "9999/QĐ-XPHC"))
    assert page.status_code == 404
    assert "Quyết định này chưa được chuyển đến" in page.text


def test_a_withdrawn_decision_asks_for_nothing(coded: House) -> None:
    with coded.open_tx() as tx:
        changed(tx, replace(CANCEL, number="0002/QĐ-XPHC"))
    payer = Payer(coded)
    payer.get(_path(coded))
    assert "Cơ quan đã thu hồi khoản này" in payer.get("/fine").text
