"""The simulated one-stop system: orders, believes only what is signed, closes a file once."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateways.simulators import agency
from gateways.simulators.store import Store

OFFICE = agency.Office("DEMO01", "note-secret", "http://platform.test", "7111.0.1054321")
TEMPLATES = Path(agency.__file__).with_name("templates")
TOLD_ORDER = (
    "LoaiBanTin MaLoi MaDoiTac MaThamChieu SoTien MaTienTe MaGiaoDich MaNganHang ThoiGianGD "
    "ThongTinGiaoDich"
)


class Platform:
    """A platform on paper: keeps what it was sent, answers as told."""

    def __init__(self) -> None:
        """Begin with a yes."""
        self.heard: list[dict[str, Any]] = []
        self.answer = httpx2.Response(
            200, json={"MaLoi": "00", "MoTaLoi": "", "UrlThanhToan": "http://citizen.test/o/1"}
        )

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """Take a message in."""
        assert str(request.url) == "http://platform.test/dialect/1.0.6"
        self.heard.append(json.loads(request.content))
        return self.answer


@pytest.fixture
def platform() -> Platform:
    """Give a platform."""
    return Platform()


@pytest.fixture
def office(store: Store, platform: Platform) -> Iterator[TestClient]:
    """Give the one-stop system, connected to that platform."""
    pages = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    with httpx2.Client(transport=httpx2.MockTransport(platform)) as client:
        app = FastAPI()
        app.include_router(agency.routes(store, OFFICE, pages, client))
        yield TestClient(app, follow_redirects=False)


def order(office: TestClient) -> str:
    body = {"file_number": "H29-1", "amount_vnd": 350_000}
    return str(office.post("/simulator/agency/orders", json=body).json()["reference"])


def told(reference: str, **other: object) -> dict[str, Any]:
    fields = {
        "LoaiBanTin": "CONFIRM",
        "MaLoi": "00",
        "MaDoiTac": "DEMO01",
        "MaThamChieu": reference,
        "SoTien": 350_000,
        "MaTienTe": "VND",
        "MaGiaoDich": "P1",
        "MaNganHang": "VNPAY",
        "ThoiGianGD": "20261123120000",
        "ThongTinGiaoDich": "X",
    } | other
    text = "|".join([*(str(fields[name]) for name in TOLD_ORDER.split()), "note-secret"])
    return {"MaXacThuc": hashlib.sha256(text.encode()).hexdigest()} | fields


def confirm(office: TestClient, fields: dict[str, Any]) -> str:
    return str(office.post(agency.CONFIRM_PATH, json=fields).json()["MaLoi"])


def times_told(office: TestClient) -> list[int]:
    orders = office.get("/simulator/agency/orders").json()["orders"]
    return [one["times_told"] for one in orders]


def test_an_order_leaves_signed_and_its_address_is_kept(
    office: TestClient, platform: Platform
) -> None:
    reference = order(office)
    (sent,) = platform.heard
    names = (
        "LoaiBanTin PhienBan MaDoiTac MaThamChieu SoTien LoaiHinhThanhToan MaKenhThanhToan "
        "MaThietBi NgonNgu MaTienTe MaNganHang ThongTinGiaoDich ThoiGianGD Ip"
    )
    text = "|".join([*(sent[name] for name in names.split()), "note-secret"])
    assert sent["MaXacThuc"] == hashlib.sha256(text.encode()).hexdigest()
    (kept,) = office.get("/simulator/agency/orders").json()["orders"]
    assert (kept["reference"], kept["pay_url"]) == (reference, "http://citizen.test/o/1")


def test_a_signed_confirm_closes_a_file_once(office: TestClient) -> None:
    reference = order(office)
    assert confirm(office, told(reference)) == "00"
    assert confirm(office, told(reference, MaGiaoDich="P2")) == "00"
    assert times_told(office) == [2]
    (kept,) = office.get("/simulator/agency/orders").json()["orders"]
    assert kept["told"]["MaGiaoDich"] == "P1"


def test_a_forged_or_wrong_confirm_closes_nothing(office: TestClient) -> None:
    reference = order(office)
    assert confirm(office, told(reference) | {"SoTien": 1}) == "97"
    assert confirm(office, told(reference, SoTien=1)) == "99"
    assert confirm(office, told("another")) == "01"
    assert confirm(office, {}) == "99"
    assert times_told(office) == [0]


def test_it_fails_in_the_ways_a_system_fails(office: TestClient) -> None:
    reference = order(office)
    office.post("/simulator/agency/mode", json={"mode": "down"})
    assert office.post(agency.CONFIRM_PATH, json=told(reference)).status_code == 503
    office.post("/simulator/agency/mode", json={"mode": "broken"})
    assert confirm(office, told(reference)) == "99"
    office.post("/simulator/agency/mode", json={"mode": "deaf"})
    assert office.post(agency.CONFIRM_PATH, json=told(reference)).text == "OK"


def test_a_platform_that_is_away_is_told_so(office: TestClient, platform: Platform) -> None:
    platform.answer = httpx2.Response(503)
    body = {"file_number": "H29-1", "amount_vnd": 350_000}
    assert office.post("/simulator/agency/orders", json=body).status_code == 502


def test_asking_hands_on_what_the_platform_says(office: TestClient, platform: Platform) -> None:
    platform.answer = httpx2.Response(200, json={"MaLoi": "00", "TrangThaiGD": "3"})
    asked = office.post("/simulator/agency/orders/dvc1/query").json()
    assert asked["TrangThaiGD"] == "3"
    assert platform.heard[-1]["LoaiBanTin"] == "QUERY"
    office.post("/simulator/agency/orders/dvc1/bill")
    assert platform.heard[-1]["LoaiBanTin"] == "GET_BILL"
    assert office.post("/simulator/agency/orders/dvc1/more").status_code == 404


def test_a_clerk_orders_on_the_page_and_sees_where_to_pay(office: TestClient) -> None:
    form = {"file_number": "<b>H29</b>", "amount_vnd": "350000"}
    assert office.post("/simulator/agency/new", data=form).status_code == 303
    for lang in ("vi", "en"):
        page = office.get("/simulator/agency", params={"lang": lang}).text
        assert "http://citizen.test/o/1" in page
        assert "<b>H29</b>" not in page
