"""What an INIT of the portal's dialect orders: a fine by its decision, or a demand for one file."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, TypeGuard

from api.partner.portal_messages import (
    Code,
    Message,
    Said,
    is_object,
    read_amount,
    read_time,
)
from api.refusal_words import vietnamese_of
from api.settings import Agency
from ledger.money import Money, total
from payments.agency_order import Decided, Demanded, NewOrder
from payments.errors import InputRefused
from payments.obligation import is_personal_id, normalised_number, normalised_subject
from payments.obligations.pushed_lines import LINES_MAX
from payments.sealed_person import LAST_DIGITS

FINE: Final = "1"
FEE: Final = "2"
ITEMS_MAX: Final = LINES_MAX
TEXT_MAX: Final = 500
AGE_MAX: Final = timedelta(hours=1)
HALF_A_DAY: Final = timedelta(hours=12)

_FIXED: Final[Mapping[str, str]] = {
    "LoaiHinhThanhToan": "PAY",
    "MaTienTe": "VND",
}
_REFUSED_AS: Final = {"number": "SoQD", "subject": "SoCMNDNguoiNop"}
_PERSONAL: Final = {
    "HoTenNguoiNop": "name",
    "SoCMNDNguoiNop": "personal_id",
    "DiaChiNguoiNop": "address",
}


class _Wrong(Exception):
    """A field of the order cannot be right; the words say which."""


def read_order(message: Message, agency: Agency, *, now: datetime) -> NewOrder | Said:
    """Return what a genuine INIT orders, or the answer that names what is wrong with it."""
    try:
        return _order(message, agency, now=now)
    except _Wrong as problem:
        return Said(Code.OTHER, str(problem))
    except InputRefused as problem:
        said = vietnamese_of(problem.reason) or problem.reason
        return Said(Code.OTHER, f"{_REFUSED_AS[problem.field]}: {said}")


def _order(message: Message, agency: Agency, *, now: datetime) -> NewOrder:
    for field, value in _FIXED.items():
        if message.signed[field] != value:
            raise _Wrong(f"{field} phải là {value}")
    _check_time(message.signed["ThoiGianGD"], now=now)
    amount = read_amount(message.signed["SoTien"])
    if amount is None:
        raise _Wrong("SoTien phải là số tiền nguyên dương, tính bằng đồng")
    block = message.block
    if _sum(block, "DSKhoanNop") != amount:
        raise _Wrong("SoTien không bằng tổng DSKhoanNop")
    if block.get("PhiLePhi") and _sum(block, "PhiLePhi") != amount:
        raise _Wrong("SoTien không bằng tổng PhiLePhi")
    service = _text(block, "MaDichVu")
    if service not in (FINE, FEE):
        raise _Wrong("MaDichVu phải là 1 (phạt hành chính) hoặc 2 (phí, lệ phí)")
    return NewOrder(
        agency=message.agency,
        reference=message.reference,
        digest=message.digest,
        said=message.raw,
        amount=amount,
        description=message.signed["ThongTinGiaoDich"],
        account=_text(block, "TKThuHuong"),
        accounts=agency.accounts,
        wanted=_decided(block, agency) if service == FINE else _demanded(block, amount),
    )


def _check_time(text: str, *, now: datetime) -> None:
    """Refuse an order of another hour: its check code would hold for ever.

    A system that writes `hh` for the hour says 03:00 at 15:00; that mistake is named.
    """
    at = read_time(text)
    assert at is not None, "its shape was checked"
    age = now - at
    if abs(age) <= AGE_MAX:
        return
    if abs(age - HALF_A_DAY) <= AGE_MAX:
        raise _Wrong("ThoiGianGD sớm hơn 12 giờ: hãy dùng đồng hồ 24 giờ (HH, không phải hh)")
    raise _Wrong("ThoiGianGD lệch quá 1 giờ so với giờ Việt Nam")


def _decided(block: Mapping[str, object], agency: Agency) -> Decided:
    text = _text(block, "NgayQD")
    try:
        decided_on = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError as problem:
        raise _Wrong("NgayQD phải là ngày có thật, viết yyyyMMdd") from problem
    if len(text) != len("yyyyMMdd") or not (text.isascii() and text.isdigit()):
        raise _Wrong("NgayQD phải là ngày có thật, viết yyyyMMdd")
    digits = normalised_subject(_text(block, "SoCMNDNguoiNop"))[-LAST_DIGITS:]
    name = _text(block, "TenNguoiViPham")
    if not digits and not name:
        raise _Wrong("SoCMNDNguoiNop hoặc TenNguoiViPham còn thiếu")
    return Decided(
        number=normalised_number(_needed(block, "SoQD")),
        decided_on=decided_on,
        providers=agency.fines_of,
        digits=digits,
        name=name,
    )


def _demanded(block: Mapping[str, object], amount: Money) -> Demanded:
    procedure = _text(block, "MaTTHC")
    office = _text(block, "TenDonVi") or _text(block, "TenCoQuanQD")
    title = _text(block, "TenTTHC") or _needed(block, "NoiDungThanhToan")
    # The message names no law: the procedure's code leads to it.
    law = f"Thủ tục hành chính {procedure}" if procedure else "Theo yêu cầu của cơ quan thu"
    facts: dict[str, object] = {
        "amount_vnd": amount.vnd,
        "title": title,
        "law": law,
        "lines": [
            {"title": _text(item, "NoiDung") or title, "amount_vnd": each.vnd, "law": law}
            for item, each in _items(block, "DSKhoanNop")
        ],
    }
    if office:
        facts["authority"] = office
    return Demanded(
        file_number=_needed(block, "MaHoSo"),
        personal=_personal(block),
        facts=facts,
    )


def _personal(block: Mapping[str, object]) -> dict[str, str]:
    """Return who pays; a paper of another country opens nothing here and is left out."""
    said = {field: text for name, field in _PERSONAL.items() if (text := _text(block, name))}
    if not is_personal_id(said.get("personal_id", "")):
        said.pop("personal_id", None)
    return said


def _sum(block: Mapping[str, object], field: str) -> Money:
    try:
        return total(amount for _, amount in _items(block, field))
    except ValueError as problem:
        raise _Wrong(f"{field}: tổng quá lớn") from problem


def _items(block: Mapping[str, object], field: str) -> list[tuple[Mapping[str, object], Money]]:
    """Return the entries of a list, each with its amount."""
    items = block.get(field)
    if not _is_list(items) or not 0 < len(items) <= ITEMS_MAX:
        raise _Wrong(f"{field} phải có 1 đến {ITEMS_MAX} khoản")
    known: list[tuple[Mapping[str, object], Money]] = []
    for item in items:
        amount = read_amount(item.get("SoTien")) if is_object(item) else None
        if not is_object(item) or amount is None:
            raise _Wrong(f"{field}: mỗi khoản phải có SoTien nguyên dương, tính bằng đồng")
        known.append((item, amount))
    return known


def _needed(block: Mapping[str, object], field: str) -> str:
    text = _text(block, field)
    if not text:
        raise _Wrong(f"ThongTinBienLai.{field} còn thiếu")
    return text


def _text(block: Mapping[str, object], field: str) -> str:
    """Return a field of the block in NFC, '' where it was not sent."""
    value = block.get(field)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > TEXT_MAX:
        raise _Wrong(f"ThongTinBienLai.{field} phải là chữ, dài không quá {TEXT_MAX} ký tự")
    text = unicodedata.normalize("NFC", value).strip()
    if not text.isprintable():
        raise _Wrong(f"ThongTinBienLai.{field} có ký tự điều khiển")
    return text


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, list)
