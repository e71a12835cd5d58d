"""An agency's system in tests: messages of the dialect, hashed apart from the code they test."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

SECRET: Final = "note-secret"  # noqa: S105 (of tests alone)
AGENCY: Final = "DEMO01"
AMOUNT_VND: Final = 350_000
FINE_VND: Final = 3_013_500
BLOCK: Final[Mapping[str, object]] = {
    "MaDichVu": "2",
    "NoiDungThanhToan": "Phí, lệ phí hồ sơ",
    "HoTenNguoiNop": "NGUYỄN VĂN A",
    "SoCMNDNguoiNop": "001099012345",
    "DiaChiNguoiNop": "Hà Nội",
    "MaCoQuanQD": "",
    "TenCoQuanQD": "",
    "MaDonVi": "H29",
    "TenDonVi": "Sở Xây dựng",
    "MaHoSo": "H29.17-261123-0001",
    "MaTTHC": "1.002309",
    "TenTTHC": "Cấp giấy phép xây dựng",
    "TKThuHuong": "7111.0.1054321",
    "MaNHThuHuong": "KBNN",
    "DSKhoanNop": [
        {"NoiDung": "Phí thẩm định", "SoTien": "300000"},
        {"NoiDung": "Lệ phí", "SoTien": 50_000},
    ],
    "PhiLePhi": [
        {"LoaiPhiLePhi": "1", "MaPhiLePhi": "P1", "TenPhiLePhi": "Phí", "SoTien": "300000"},
        {"LoaiPhiLePhi": "LePhi", "MaPhiLePhi": "L1", "TenPhiLePhi": "Lệ phí", "SoTien": 50_000},
    ],
}
_ORDERED: Final = (
    "LoaiBanTin PhienBan MaDoiTac MaThamChieu SoTien LoaiHinhThanhToan MaKenhThanhToan MaThietBi "
    "NgonNgu MaTienTe MaNganHang ThongTinGiaoDich ThoiGianGD Ip"
)
_ASKED: Final = "LoaiBanTin PhienBan MaDoiTac MaThamChieu ThoiGianGD"
_TOLD: Final = (
    "LoaiBanTin MaLoi MaDoiTac MaThamChieu SoTien MaTienTe MaGiaoDich MaNganHang ThoiGianGD "
    "ThongTinGiaoDich"
)


def init(block: Mapping[str, object] | None = None, **other: object) -> dict[str, Any]:
    """Return a signed INIT with some fields replaced; `MaXacThuc` among them stays as given."""
    fields = {
        "LoaiBanTin": "INIT",
        "PhienBan": "1.0.6",
        "MaDoiTac": AGENCY,
        "MaThamChieu": "dvc000120261123120000",
        "SoTien": str(AMOUNT_VND),
        "LoaiHinhThanhToan": "PAY",
        "MaKenhThanhToan": "1",
        "MaThietBi": "1",
        "NgonNgu": "vi-VN",
        "MaTienTe": "VND",
        "MaNganHang": "PAYMENT",
        "ThongTinGiaoDich": "THANH TOAN HO SO 0001",
        "ThoiGianGD": "20261123120000",
        "Ip": "10.0.0.1",
        "ThongTinBienLai": dict(BLOCK if block is None else block),
    } | other
    return signed(fields, _ORDERED)


def fined(reference: str, vnd: int = FINE_VND, **block: object) -> dict[str, Any]:
    """Return an order for the late fine."""
    said = {
        **BLOCK,
        "MaDichVu": "1",
        "SoQD": "0002/QĐ-XPHC",
        "NgayQD": "20261029",
        "SoCMNDNguoiNop": "",
        "TenNguoiViPham": "Nguyễn Văn A",
        "TKThuHuong": "",
        "DSKhoanNop": [{"SoTien": vnd}],
        "PhiLePhi": [],
    }
    return init(said | block, MaThamChieu=reference, SoTien=str(vnd))


def asking(kind: str, **other: object) -> dict[str, Any]:
    """Return a signed QUERY or GET_BILL."""
    fields = {
        "LoaiBanTin": kind,
        "PhienBan": "1.0.6",
        "MaDoiTac": AGENCY,
        "MaThamChieu": "dvc000120261123120000",
        "ThoiGianGD": "20261123120000",
    } | other
    return signed(fields, _ASKED)


def signed(fields: dict[str, Any], order: str) -> dict[str, Any]:
    """Return fields with their check code."""
    return {"MaXacThuc": code_of(fields, order)} | fields


def code_of(fields: Mapping[str, object], order: str = _TOLD) -> str:
    """Return the check code over fields in an order; by default that of what we are told."""
    text = "|".join([*(str(fields[name]) for name in order.split()), SECRET])
    return hashlib.sha256(text.encode()).hexdigest()


def as_bytes(fields: Mapping[str, object]) -> bytes:
    """Return a message as it is sent."""
    return json.dumps(fields, ensure_ascii=False).encode()
