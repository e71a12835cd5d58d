"""What an INIT orders: sums that agree, an hour that is ours, and nothing guessed."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from api.partner.portal_messages import Code, Message, Said, read_message, time_text
from api.partner.portal_orders import read_order
from api.settings import Agency
from ledger.money import Money
from payments.agency_order import Decided, Demanded, NewOrder
from payments.obligations.demand import read_demand
from tests.api.conftest import NOON
from tests.api.partner.portal_agency import BLOCK, SECRET, as_bytes, init

AGENCY = Agency(
    secret=SecretStr(SECRET),
    confirm_url="http://127.0.0.1:1/confirm",
    accounts=frozenset({"KB0111"}),
    fines_of=("csgt",),
)
FINE: Mapping[str, object] = {
    **BLOCK,
    "MaDichVu": "1",
    "SoQD": "0002/QĐ-XPHC",
    "NgayQD": "20261029",
    "KhoBac": "0111",
}


def ordered(fields: dict[str, Any]) -> NewOrder | Said:
    message = read_message(as_bytes(fields))
    assert isinstance(message, Message), message
    return read_order(message, AGENCY, now=NOON)


def refused(fields: dict[str, Any]) -> str:
    said = ordered(fields)
    assert isinstance(said, Said), said
    assert said.code is Code.OTHER
    return said.words


def test_a_fee_is_a_demand_for_its_file() -> None:
    order = ordered(init())
    assert isinstance(order, NewOrder)
    assert (order.amount, order.account) == (Money(350_000), "7111.0.1054321")
    assert isinstance(order.wanted, Demanded)
    assert order.wanted.file_number == "H29.17-261123-0001"
    assert order.wanted.facts["title"] == "Cấp giấy phép xây dựng"
    assert order.wanted.personal["personal_id"] == "001099012345"
    lines = read_demand(order.wanted.facts).lines
    assert [(line.title, line.amount.vnd) for line in lines] == [
        ("Phí thẩm định", 300_000),
        ("Lệ phí", 50_000),
    ]


def test_a_paper_of_another_country_is_left_out_and_refuses_nothing() -> None:
    order = ordered(init({**BLOCK, "SoCMNDNguoiNop": "C1234567"}))
    assert isinstance(order, NewOrder)
    assert isinstance(order.wanted, Demanded)
    assert order.wanted.personal.keys() == {"name", "address"}


def test_a_fine_is_its_decision_and_nothing_else() -> None:
    order = ordered(init(FINE))
    assert isinstance(order, NewOrder)
    assert order.wanted == Decided("0002/QD-XPHC", date(2026, 10, 29), ("csgt",), digits="2345")


def test_a_fine_is_of_somebody() -> None:
    named = {**FINE, "SoCMNDNguoiNop": "", "TenNguoiViPham": "Nguyễn Văn An"}
    order = ordered(init(named))
    assert isinstance(order, NewOrder)
    assert isinstance(order.wanted, Decided)
    assert (order.wanted.digits, order.wanted.name) == ("", "Nguyễn Văn An")
    assert "TenNguoiViPham" in refused(init({**named, "TenNguoiViPham": ""}))
    assert "SoQD" in refused(init({**FINE, "SoQD": "1" * 101}))
    assert "SoCMNDNguoiNop" in refused(init({**FINE, "SoCMNDNguoiNop": "1" * 21}))


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"DSKhoanNop": []}, "DSKhoanNop"),
        ({"DSKhoanNop": [{"SoTien": "349999"}]}, "DSKhoanNop"),
        ({"DSKhoanNop": [{"SoTien": "350000"}, {"SoTien": "-1"}]}, "DSKhoanNop"),
        ({"DSKhoanNop": ["350000"]}, "DSKhoanNop"),
        ({"DSKhoanNop": [{"SoTien": 350_000}] * 101}, "DSKhoanNop"),
        ({"DSKhoanNop": [{"SoTien": 2**53 - 1}] * 2}, "DSKhoanNop"),
        ({"PhiLePhi": [{"SoTien": "1"}]}, "PhiLePhi"),
        ({"PhiLePhi": "text"}, "PhiLePhi"),
        ({"MaDichVu": "3"}, "MaDichVu"),
        ({"MaDichVu": ""}, "MaDichVu"),
        ({"MaHoSo": ""}, "MaHoSo"),
        ({"MaHoSo": "x" * 501}, "MaHoSo"),
        ({"MaHoSo": "a\x07b"}, "MaHoSo"),
        ({"HoTenNguoiNop": 7}, "HoTenNguoiNop"),
    ],
)
def test_a_block_that_cannot_be_right_is_named(changed: Mapping[str, object], named: str) -> None:
    assert named in refused(init({**BLOCK, **changed}))


@pytest.mark.parametrize(
    "day",
    [
        "",
        "2026-10-29",
        "20261329",
        "2026102",
        "abcdefgh",
        "\uff12\uff10\uff12\uff16\uff11\uff10\uff12\uff19",
    ],
)
def test_a_day_that_is_none_is_named(day: str) -> None:
    assert "NgayQD" in refused(init({**FINE, "NgayQD": day}))


@pytest.mark.parametrize(
    ("field", "value"),
    [("SoTien", "0"), ("SoTien", "350.000"), ("MaTienTe", "USD"), ("LoaiHinhThanhToan", "REFUND")],
)
def test_a_signed_field_that_cannot_be_right_is_named(field: str, value: str) -> None:
    assert field in refused(init() | {field: value})


def test_empty_lists_of_fees_are_no_lists() -> None:
    assert isinstance(ordered(init({**BLOCK, "PhiLePhi": []})), NewOrder)


@pytest.mark.parametrize("minutes", [-59, 0, 59])
def test_an_order_of_this_hour_is_taken(minutes: int) -> None:
    at = time_text(NOON + timedelta(minutes=minutes))
    assert isinstance(ordered(init(ThoiGianGD=at)), NewOrder)


@pytest.mark.parametrize("hours", [-24, -2, 2, 24 * 365])
def test_an_order_of_another_hour_is_refused(hours: int) -> None:
    at = time_text(NOON + timedelta(hours=hours))
    assert "ThoiGianGD" in refused(init(ThoiGianGD=at))


def test_a_clock_of_twelve_hours_is_named() -> None:
    at = time_text(NOON - timedelta(hours=12))
    assert "hh" in refused(init(ThoiGianGD=at))
