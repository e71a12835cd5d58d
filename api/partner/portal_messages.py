"""The portal's payment dialect 1.0.6: fields in their order, check codes, readings and answers."""

import enum
import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeGuard

from api.access.strict_json import read_json
from api.refusal_words import vietnamese_of
from ledger.money import VND_MAX, Money
from payments.agency_order import AgencyOrder, OrderPaid
from payments.errors import InputRefused
from payments.vietnam_time import VIETNAM

VERSION: Final = "1.0.6"
TEXT_MAX: Final = 500
TIME_DIGITS: Final = 14

_AMOUNT_SHAPE: Final = re.compile(r"[1-9][0-9]{0,15}")
_REFERENCE_SHAPE: Final = re.compile(r"[0-9A-Za-z]{1,50}")
_CHECK_SHAPE: Final = re.compile(r"[0-9a-f]{64}")


class Kind(enum.StrEnum):
    """What a message is, as its LoaiBanTin says."""

    INIT = "INIT"
    CONFIRM = "CONFIRM"
    QUERY = "QUERY"
    GET_BILL = "GET_BILL"


class Code(enum.StrEnum):
    """What MaLoi says."""

    DONE = "00"
    NOT_FOUND = "01"
    ALREADY = "02"
    BUSY = "08"
    BAD_CHECK = "97"
    OTHER = "99"


_ASKED: Final = ("LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "ThoiGianGD")
_TOLD: Final = (
    *("LoaiBanTin", "MaLoi", "MaDoiTac", "MaThamChieu", "SoTien", "MaTienTe", "MaGiaoDich"),
    *("MaNganHang", "ThoiGianGD", "ThongTinGiaoDich"),
)
SIGNED: Final[Mapping[Kind, tuple[str, ...]]] = MappingProxyType(
    {
        Kind.INIT: (
            *("LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "SoTien", "LoaiHinhThanhToan"),
            *("MaKenhThanhToan", "MaThietBi", "NgonNgu", "MaTienTe", "MaNganHang"),
            *("ThongTinGiaoDich", "ThoiGianGD", "Ip"),
        ),
        Kind.CONFIRM: _TOLD,
        Kind.QUERY: _ASKED,
        Kind.GET_BILL: _ASKED,
    }
)
"""The fields under MaXacThuc, in the order they are hashed; the answer to a query is a CONFIRM."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer with no more than a code and its words."""

    code: Code
    words: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it came: its shape was checked, its sender not yet.

    `signed` are the fields under the check code, `block` is ThongTinBienLai (empty but for INIT),
    `digest` the SHA-256 of all of it, the same for the same fields in any order, `raw` what came.
    """

    kind: Kind
    signed: Mapping[str, str]
    check: str
    block: Mapping[str, object]
    digest: bytes
    raw: bytes = field(repr=False)

    @property
    def agency(self) -> str:
        """Return the code of the agency it says it comes from."""
        return self.signed["MaDoiTac"]

    @property
    def reference(self) -> str:
        """Return the agency's reference."""
        return self.signed["MaThamChieu"]


def check_code(kind: Kind, fields: Mapping[str, str], *, secret: str) -> str:
    """Return MaXacThuc: plain SHA-256 over the fields and the secret, joined by bars."""
    text = "|".join([*(fields[name] for name in SIGNED[kind]), secret])
    return hashlib.sha256(text.encode()).hexdigest()


def is_genuine(message: Message, *, secret: str) -> bool:
    """Say whether a message was written by somebody who knows the secret."""
    expected = check_code(message.kind, message.signed, secret=secret)
    return hmac.compare_digest(expected, message.check)


def read_message(raw: bytes) -> Message | Said:
    """Return the message in these bytes, or the answer that names what is wrong with its shape."""
    found = _read_object(raw)
    if isinstance(found, Said):
        return found
    name = found.get("LoaiBanTin")
    if name not in (Kind.INIT, Kind.QUERY, Kind.GET_BILL):
        return _wrong("LoaiBanTin phải là INIT, QUERY hoặc GET_BILL")
    kind = Kind(str(name))
    signed: dict[str, str] = {}
    for each in SIGNED[kind]:
        text = _signed_text(each, found.get(each))
        if text is None:
            return _wrong(f"{each} thiếu, dài quá {TEXT_MAX} ký tự hoặc có ký tự không được phép")
        signed[each] = text
    check = found.get("MaXacThuc")
    block = found.get("ThongTinBienLai", {})
    if not is_object(block):
        return _wrong("ThongTinBienLai phải là một đối tượng JSON")
    if not isinstance(check, str) or not _CHECK_SHAPE.fullmatch(check):
        return Said(Code.BAD_CHECK, "MaXacThuc không đúng")
    return Message(kind, MappingProxyType(signed), check, block, _digest(found), raw)


def shape_of(message: Message) -> Said | None:
    """Return what is wrong with fields every message has, None when nothing is."""
    if message.signed["PhienBan"] != VERSION:
        return _wrong(f"PhienBan phải là {VERSION}")
    if not _REFERENCE_SHAPE.fullmatch(message.reference):
        return _wrong("MaThamChieu gồm 1 đến 50 chữ cái và chữ số")
    if read_time(message.signed["ThoiGianGD"]) is None:
        return _wrong("ThoiGianGD phải là yyyyMMddHHmmss, giờ Việt Nam, đồng hồ 24 giờ")
    return None


def read_time(text: str) -> datetime | None:
    """Return the instant that fourteen digits of Vietnam time name, None when they name none."""
    if len(text) != TIME_DIGITS or not (text.isascii() and text.isdigit()):
        return None
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=VIETNAM)
    except ValueError:
        return None


def time_text(instant: datetime) -> str:
    """Return an instant as the dialect writes it: Vietnam time, 24-hour clock."""
    return instant.astimezone(VIETNAM).strftime("%Y%m%d%H%M%S")


def read_amount(value: object) -> Money | None:
    """Return whole dong sent as text or as a number, None when it is no such amount."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if 0 < value <= VND_MAX else ""
    if not isinstance(value, str) or not _AMOUNT_SHAPE.fullmatch(value):
        return None
    amount = int(value)
    return Money(amount) if amount <= VND_MAX else None


def is_object(value: object) -> TypeGuard[dict[str, object]]:
    """Say whether a JSON value is an object."""
    return isinstance(value, dict)


def init_answer(order: AgencyOrder, *, pay_url: str) -> dict[str, object]:
    """Return the answer to an order that was taken."""
    return {
        "MaLoi": Code.DONE.value,
        "MoTaLoi": "Thành công",
        "MaThamChieu": order.reference,
        "UrlThanhToan": pay_url,
    }


def told(kind: Kind, paid: OrderPaid, *, secret: str) -> dict[str, object]:
    """Return the fields that say an order is paid, in a confirm or in the answer to a query."""
    settled = paid.settled
    return _told(
        kind,
        paid.order,
        {
            "SoTien": settled.amount.vnd,
            "MaGiaoDich": settled.number,
            "MaNganHang": settled.gateway.upper(),
            "ThoiGianGD": time_text(settled.paid_at),
        },
        secret=secret,
    )


def not_paid(order: AgencyOrder, *, is_over: bool, now: datetime, secret: str) -> dict[str, object]:
    """Return the answer to a query of an order that is not paid: pending, or over for good."""
    fields: dict[str, object] = {
        "SoTien": order.amount.vnd,
        "MaGiaoDich": "",
        "MaNganHang": "",
        "ThoiGianGD": time_text(now),
    }
    return _told(Kind.QUERY, order, fields, secret=secret) | {
        "TrangThaiGD": "4" if is_over else "3"
    }


def refusal(said: Said, *, reference: str) -> dict[str, object]:
    """Return the answer that says no."""
    return {"MaLoi": said.code.value, "MoTaLoi": said.words, "MaThamChieu": reference}


def wrapped(answer: Mapping[str, object]) -> dict[str, object]:
    """Return an answer as a province's own gateway hands it on."""
    return {"error_code": "0", "message": json.dumps(answer, ensure_ascii=False)}


def unwrapped(raw: bytes) -> Mapping[str, object] | None:
    """Return what an agency answered in either shape, None when it is no answer."""
    try:
        found = read_json(raw)
        if is_object(found) and "error_code" in found:
            is_passed = found["error_code"] == "0" and isinstance(found.get("message"), str)
            found = read_json(str(found["message"]).encode()) if is_passed else None
    except InputRefused:
        return None
    return found if is_object(found) else None


def _told(
    kind: Kind, order: AgencyOrder, more: Mapping[str, object], *, secret: str
) -> dict[str, object]:
    fields: dict[str, object] = {
        "LoaiBanTin": kind.value,
        "MaLoi": Code.DONE.value,
        "MaDoiTac": order.agency,
        "MaThamChieu": order.reference,
        "MaTienTe": "VND",
        "ThongTinGiaoDich": unicodedata.normalize("NFC", order.description),
        **more,
    }
    texts = {name: str(value) for name, value in fields.items()}
    return fields | {"MaXacThuc": check_code(Kind.CONFIRM, texts, secret=secret)}


def _signed_text(field: str, value: object) -> str | None:
    """Return a field as it was hashed; None when it cannot be one, or could hide a bar."""
    if field == "SoTien" and isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if 0 <= value <= VND_MAX else None
    if not isinstance(value, str) or len(value) > TEXT_MAX:
        return None
    if any(sign == "|" or unicodedata.category(sign) in {"Cc", "Cs"} for sign in value):
        return None
    return value


def _read_object(raw: bytes) -> dict[str, object] | Said:
    """Return the JSON object in these bytes, or the answer that says why there is none."""
    try:
        found = read_json(raw)
    except InputRefused as problem:
        why = vietnamese_of(problem.reason) or problem.reason
        return _wrong(f"Bản tin không phải JSON hợp lệ: {problem.field}: {why}")
    return found if is_object(found) else _wrong("Bản tin phải là một đối tượng JSON")


def _digest(found: Mapping[str, object]) -> bytes:
    canonical = json.dumps(found, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).digest()


def _wrong(words: str) -> Said:
    return Said(Code.OTHER, words)
