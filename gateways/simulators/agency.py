"""A simulated one-stop system of a province: orders payments in the portal's dialect, is told."""

import enum
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import httpx2
from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from jinja2 import Environment
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from gateways.simulators.clock import digits, now_ms
from gateways.simulators.raw_body import raw_body
from gateways.simulators.store import Row, Store

CONFIRM_PATH: Final = "/simulator/agency/confirm"
DIALECT_PATH: Final = "/dialect/1.0.6"
_SHOWN_MAX: Final = 100
_OBJECT: Final = TypeAdapter(dict[str, Any])

# As the notes write them: what is joined with bars, in this order, before the secret.
_INIT: Final = (
    *("LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "SoTien", "LoaiHinhThanhToan"),
    *("MaKenhThanhToan", "MaThietBi", "NgonNgu", "MaTienTe", "MaNganHang", "ThongTinGiaoDich"),
    *("ThoiGianGD", "Ip"),
)
_ASK: Final = ("LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "ThoiGianGD")
_HEAR: Final = (
    *("LoaiBanTin", "MaLoi", "MaDoiTac", "MaThamChieu", "SoTien", "MaTienTe", "MaGiaoDich"),
    *("MaNganHang", "ThoiGianGD", "ThongTinGiaoDich"),
)


class Mode(enum.StrEnum):
    """How the system behaves towards confirms."""

    NORMAL = "normal"
    DOWN = "down"  # 503
    BROKEN = "broken"  # keeps the confirm and answers 99
    DEAF = "deaf"  # 200 and no word of the dialect


class Behave(BaseModel):
    """How to behave from now on."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode


class Dossier(BaseModel):
    """What a clerk types: a file and what it costs."""

    model_config = ConfigDict(extra="forbid")

    file_number: str = Field(min_length=1, max_length=60)
    amount_vnd: int = Field(gt=0, le=10**12)
    name: str = Field(default="NGUYỄN VĂN A", max_length=100)
    personal_id: str = Field(default="001099012345", max_length=20)
    decision_on: str = Field(
        default="", max_length=10, description="yyyymmdd: the file number is a decision's"
    )


@dataclass(frozen=True, slots=True)
class Office:
    """The system's own setting up: who it is to the platform, and the account it collects to."""

    code: str
    secret: str
    platform_url: str
    account: str


def routes(store: Store, office: Office, pages: Environment, client: httpx2.Client) -> APIRouter:
    """Return the simulated system's addresses."""
    router = APIRouter()

    @router.post("/simulator/agency/orders")
    def order(dossier: Dossier) -> dict[str, Any]:
        return _order(store, office, client, dossier)

    @router.post("/simulator/agency/new")
    def order_on_page(dossier: Annotated[Dossier, Form()]) -> Response:
        _order(store, office, client, dossier)
        return RedirectResponse("/simulator/agency", 303)

    @router.post("/simulator/agency/orders/{reference}/query")
    def query(reference: str) -> Response:
        return _ask(office, client, reference, "QUERY")

    @router.post("/simulator/agency/orders/{reference}/bill")
    def bill(reference: str) -> Response:
        return _ask(office, client, reference, "GET_BILL")

    @router.get("/simulator/agency/orders")
    def orders() -> dict[str, Any]:
        return {"orders": [_report(row) for row in _rows(store)]}

    @router.post(CONFIRM_PATH)
    def confirm(_: Request, body: Annotated[bytes, Depends(raw_body)]) -> Response:
        return _confirm(store, office, body)

    @router.post("/simulator/agency/mode")
    def behave(wanted: Behave) -> dict[str, str]:
        store.keep_setting("agency.mode", value=wanted.mode)
        return {"mode": wanted.mode}

    @router.get("/simulator/agency", response_class=HTMLResponse)
    def page(lang: str = "vi") -> str:
        return pages.get_template("agency.html").render(
            lang="en" if lang == "en" else "vi",
            orders=[_report(row) for row in _rows(store)],
            mode=store.setting("agency.mode", default=Mode.NORMAL),
        )

    return router


def _order(store: Store, office: Office, client: httpx2.Client, dossier: Dossier) -> dict[str, Any]:
    """Send an INIT and keep what was answered."""
    reference = f"dvc{secrets.token_hex(4)}{digits(now_ms())}"[:25]
    fields: dict[str, Any] = {
        "LoaiBanTin": "INIT",
        "PhienBan": "1.0.6",
        "MaDoiTac": office.code,
        "MaThamChieu": reference,
        "SoTien": str(dossier.amount_vnd),
        "LoaiHinhThanhToan": "PAY",
        "MaKenhThanhToan": "1",
        "MaThietBi": "1",
        "NgonNgu": "vi-VN",
        "MaTienTe": "VND",
        "MaNganHang": "PAYMENT",
        "ThongTinGiaoDich": f"THANH TOAN HO SO {dossier.file_number}",
        "ThoiGianGD": digits(now_ms()),
        "Ip": "10.0.0.1",
    }
    check = _code(fields, _INIT, office.secret)
    message = fields | {"ThongTinBienLai": _receipt(office, dossier), "MaXacThuc": check}
    answer = _send(client, office, message).json()
    with store.change() as tx:
        tx.execute(
            """INSERT INTO agency_order
                   (reference, file_number, amount_vnd, code, words, pay_url, ordered_at_ms)
               VALUES (?, ?, ?, ?, ?, ?, ?)""",
            (
                reference,
                dossier.file_number,
                dossier.amount_vnd,
                str(answer.get("MaLoi", "")),
                str(answer.get("MoTaLoi", "")),
                str(answer.get("UrlThanhToan", "")),
                now_ms(),
            ),
        )
    return {"reference": reference, "answer": answer}


def _receipt(office: Office, dossier: Dossier) -> dict[str, Any]:
    """Return ThongTinBienLai; what a service does not use is sent as empty text."""
    is_fine = bool(dossier.decision_on)
    amount = str(dossier.amount_vnd)
    block: dict[str, Any] = {
        "MaDichVu": "1" if is_fine else "2",
        "NoiDungThanhToan": "Nộp phạt" if is_fine else "Phí, lệ phí hồ sơ",
        "HoTenNguoiNop": dossier.name,
        "SoCMNDNguoiNop": dossier.personal_id,
        "DiaChiNguoiNop": "",
        "MaCoQuanQD": "",
        "TenCoQuanQD": "",
        "DSKhoanNop": [{"NoiDung": "Khoản nộp", "SoTien": amount}],
    }
    if is_fine:
        return block | {
            "SoQD": dossier.file_number,
            "NgayQD": dossier.decision_on,
            "KhoBac": "",
            "TenNguoiViPham": dossier.name,
        }
    return block | {
        "MaDonVi": "H29",
        "TenDonVi": "Trung tâm Phục vụ hành chính công (mô phỏng)",
        "MaHoSo": dossier.file_number,
        "MaTTHC": "1.002309",
        "TenTTHC": "Cấp giấy phép xây dựng",
        "TKThuHuong": office.account,
        "MaNHThuHuong": "",
        "TenTKThuHuong": "",
        "PhiLePhi": [
            {"LoaiPhiLePhi": "2", "MaPhiLePhi": "", "TenPhiLePhi": "Lệ phí", "SoTien": amount}
        ],
    }


def _ask(office: Office, client: httpx2.Client, reference: str, kind: str) -> Response:
    fields: dict[str, Any] = {
        "LoaiBanTin": kind,
        "PhienBan": "1.0.6",
        "MaDoiTac": office.code,
        "MaThamChieu": reference,
        "ThoiGianGD": digits(now_ms()),
    }
    answer = _send(client, office, fields | {"MaXacThuc": _code(fields, _ASK, office.secret)})
    kept_type = answer.headers.get("content-type", "application/json")
    return Response(answer.content, answer.status_code, media_type=kept_type)


def _send(client: httpx2.Client, office: Office, message: Mapping[str, Any]) -> httpx2.Response:
    try:
        answer = client.post(office.platform_url + DIALECT_PATH, json=dict(message))
    except httpx2.HTTPError as problem:
        raise HTTPException(502, f"the platform: {type(problem).__name__}") from problem
    if answer.status_code != 200:
        raise HTTPException(502, f"the platform: HTTP {answer.status_code}")
    return answer


def _confirm(store: Store, office: Office, body: bytes) -> Response:
    """Take in a result notice: believed by its check code, closed once by reference and amount."""
    mode = Mode(store.setting("agency.mode", default=Mode.NORMAL))
    if mode is Mode.DOWN:
        return Response(status_code=503)
    try:
        told = _OBJECT.validate_json(body)
        check = _code(told, _HEAR, office.secret)
    except (ValidationError, KeyError):
        return _said("99", {})
    if not hmac.compare_digest(check, str(told.get("MaXacThuc"))):
        return _said("97", told)
    kept = store.rows("SELECT * FROM agency_order WHERE reference = ?", str(told["MaThamChieu"]))
    if not kept or int(kept[0]["amount_vnd"]) != told["SoTien"]:
        return _said("01" if not kept else "99", told)
    with store.change() as tx:
        tx.execute(
            """UPDATE agency_order
               SET told = coalesce(told, ?), times_told = times_told + 1 WHERE reference = ?""",
            (json.dumps(told, ensure_ascii=False), str(told["MaThamChieu"])),
        )
    if mode is Mode.DEAF:
        return Response("OK")
    return _said("99" if mode is Mode.BROKEN else "00", told)


def _said(code: str, told: Mapping[str, Any]) -> Response:
    echoed = {
        name: str(told.get(name, ""))
        for name in ("MaDoiTac", "MaThamChieu", "ThoiGianGD", "MaXacThuc")
    }
    return JSONResponse({"MaLoi": code, "MoTaLoi": ""} | echoed)


def _code(fields: Mapping[str, Any], order: Sequence[str], secret: str) -> str:
    text = "|".join([*(str(fields[name]) for name in order), secret])
    return hashlib.sha256(text.encode()).hexdigest()


def _rows(store: Store) -> list[Row]:
    return store.rows("SELECT * FROM agency_order ORDER BY order_id DESC LIMIT ?", _SHOWN_MAX)


def _report(row: Row) -> dict[str, Any]:
    return {
        "reference": row["reference"],
        "file_number": row["file_number"],
        "amount_vnd": row["amount_vnd"],
        "code": row["code"],
        "words": row["words"],
        "pay_url": row["pay_url"],
        "times_told": row["times_told"],
        "told": None if row["told"] is None else json.loads(row["told"]),
    }
