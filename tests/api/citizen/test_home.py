"""The first page: what can be done, and how to know us from a clone."""

from dataclasses import replace

from tests.api.citizen.payer import Payer

DOORS = (
    "/mine",
    "/find-fine",
    "/find?what=insurance",
    "/insurance",
    "/find?what=fee",
    "/fees",
    "/wait",
    "/verify",
)
"""In the order in which they stand."""


def test_the_first_page_leads_to_everything(payer: Payer) -> None:
    page = payer.get("/").text
    places = [page.index(f'href="{path}"') for path in DOORS]
    assert places == sorted(places)
    assert 'href="/help"' in page
    assert "Nộp tiền cho Nhà nước: phạt, bảo hiểm, phí" in page


def test_t38_the_first_page_spells_out_the_real_address(payer: Payer) -> None:
    page = payer.get("/").text
    assert "Địa chỉ thật của trang này là citizen.test" in page
    assert "không bao giờ gửi đường dẫn thanh toán qua tin nhắn SMS" in page


def test_the_gateways_are_named(payer: Payer) -> None:
    assert "VNPAY" in payer.get("/").text
    closed = Payer(replace(payer.house, gateways={}))
    assert "Hiện chưa có cách thanh toán nào đang mở" in closed.get("/").text
