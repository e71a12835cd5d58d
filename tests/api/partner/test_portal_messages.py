"""Messages of the dialect: every shape is read or refused by name, and hashed as it came."""

import json
import re
import unicodedata
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.partner.portal_messages import (
    SIGNED,
    Code,
    Kind,
    Message,
    Said,
    check_code,
    init_answer,
    is_genuine,
    not_paid,
    read_amount,
    read_message,
    read_time,
    refusal,
    shape_of,
    time_text,
    told,
    unwrapped,
    wrapped,
)
from ledger.money import VND_MAX, Money
from payments.agency_order import AgencyOrder, OrderPaid, Settled
from tests.api.conftest import NOON
from tests.api.partner.portal_agency import SECRET, as_bytes, asking, code_of, init

DIALECT_PAGE: Final = Path(__file__).parents[3] / "docs" / "partners" / "portal-dialect.md"

ORDER = AgencyOrder("DEMO01", "dvc1", 7, Money(350_000), "Nộp phí", bytes(32), NOON)
PAID = OrderPaid(ORDER, Settled(1, "P1", "vnpay", Money(350_000), NOON, NOON))


def read(fields: dict[str, Any]) -> Message:
    message = read_message(as_bytes(fields))
    assert isinstance(message, Message), message
    return message


@pytest.mark.parametrize("fields", [init(), asking("QUERY"), asking("GET_BILL")])
def test_a_message_is_read_and_its_check_code_holds(fields: dict[str, Any]) -> None:
    message = read(fields)
    assert is_genuine(message, secret=SECRET)
    assert not is_genuine(message, secret=SECRET + "x")
    assert shape_of(message) is None


def test_an_amount_is_hashed_as_text_however_it_was_sent() -> None:
    as_text, as_number = read(init(SoTien="3000000000")), read(init(SoTien=3_000_000_000))
    assert as_text.signed == as_number.signed
    assert is_genuine(as_number, secret=SECRET)


@pytest.mark.parametrize("field", ["MaThamChieu", "SoTien", "ThongTinGiaoDich", "Ip", "NgonNgu"])
@pytest.mark.parametrize("value", ["a|b", "a\nb", "a\x00", "x" * 501, None, ["a"], True, {}])
def test_a_signed_field_that_could_hide_another_is_refused_by_name(
    field: str, value: object
) -> None:
    fields = init() | {field: value}
    said = read_message(as_bytes(fields))
    assert isinstance(said, Said)
    assert (said.code, field in said.words) == (Code.OTHER, True)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"LoaiBanTin":"INIT","LoaiBanTin":"QUERY"}',
        b'{"LoaiBanTin":"CONFIRM"}',
        b'{"LoaiBanTin":["INIT"]}',
        b'{"SoTien":1.5}',
        b'{"SoTien":NaN}',
        b'{"SoTien":' + b"9" * 5_000 + b"}",
        b"[" * 200_000,
        as_bytes(init(ThongTinBienLai="text")),
    ],
)
def test_what_is_no_message_is_refused_in_words(raw: bytes) -> None:
    said = read_message(raw)
    assert isinstance(said, Said)
    assert said.code is Code.OTHER


@pytest.mark.parametrize("check", [None, "", "A" * 64, "0" * 63, 7])
def test_a_check_code_of_another_shape_is_a_wrong_one(check: object) -> None:
    said = read_message(as_bytes(init(MaXacThuc=check)))
    assert isinstance(said, Said)
    assert said.code is Code.BAD_CHECK


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        (init(PhienBan="1.0.5"), "PhienBan"),
        (init(MaThamChieu=""), "MaThamChieu"),
        (init(MaThamChieu="dvc 1"), "MaThamChieu"),
        (init(MaThamChieu="\uff41\uff11"), "MaThamChieu"),
        (init(ThoiGianGD="20261123250000"), "ThoiGianGD"),
        (
            init(
                ThoiGianGD="\uff12\uff10\uff12\uff16\uff11\uff11\uff12\uff13\uff11\uff12\uff10\uff10\uff10\uff10"
            ),
            "ThoiGianGD",
        ),
        (init(ThoiGianGD="2026112312000"), "ThoiGianGD"),
    ],
)
def test_a_field_every_message_has_is_named_when_it_is_wrong(
    fields: dict[str, Any], named: str
) -> None:
    said = shape_of(read(fields))
    assert said is not None
    assert named in said.words


def test_one_digest_stands_for_one_content_in_any_order() -> None:
    fields = init()
    turned = dict(reversed(fields.items()))
    assert read(fields).digest == read(turned).digest
    changed = init({"MaDichVu": "1"})
    assert read(changed).digest != read(fields).digest


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=5), st.binary())
def test_no_bytes_are_anything_but_read_or_refused(extra: dict[str, str], raw: bytes) -> None:
    assert isinstance(read_message(raw), Message | Said)
    has_nul = "\x00" in "".join([*extra, *extra.values()])
    assert isinstance(read_message(as_bytes(extra | init())), Said if has_nul else Message)


@given(st.text(max_size=60))
def test_two_contents_never_share_a_check_code(text: str) -> None:
    said = read_message(as_bytes(init(ThongTinGiaoDich=text)))
    if isinstance(said, Message):
        fields = dict(said.signed)
        shifted = fields | {"MaNganHang": fields["MaNganHang"] + "|" + text}
        assert check_code(Kind.INIT, fields, secret=SECRET) != check_code(
            Kind.INIT, shifted, secret=SECRET
        )


@given(st.integers())
def test_an_amount_is_read_exactly_or_not_at_all(vnd: int) -> None:
    expected = Money(vnd) if 0 < vnd <= VND_MAX else None
    assert read_amount(vnd) == expected
    assert read_amount(str(vnd)) == expected


@pytest.mark.parametrize(
    "value", [True, None, "1.0", "1,000", " 1", "+1", "01", "\u0661", [], 1.0, ""]
)
def test_what_is_no_amount_is_none(value: object) -> None:
    assert read_amount(value) is None


@given(st.datetimes(timezones=st.just(NOON.tzinfo)))
def test_times_are_vietnams_with_a_clock_of_24_hours(at: datetime) -> None:
    if 1_900 < at.year < 9_000:
        assert read_time(time_text(at)) == at.replace(microsecond=0)


def test_three_in_the_afternoon_is_not_three_at_night() -> None:
    assert time_text(NOON + timedelta(hours=3)) == "20261123150000"


def test_what_we_tell_is_signed_over_what_we_send() -> None:
    confirm = told(Kind.CONFIRM, PAID, secret=SECRET)
    assert confirm["MaXacThuc"] == code_of(confirm)
    assert (confirm["SoTien"], confirm["MaLoi"], confirm["MaNganHang"]) == (350_000, "00", "VNPAY")
    text = str(confirm["ThongTinGiaoDich"])
    assert unicodedata.is_normalized("NFC", text)


def test_an_answer_to_a_query_says_pending_until_it_is_over() -> None:
    states = [
        not_paid(ORDER, is_over=is_over, now=NOON, secret=SECRET)["TrangThaiGD"]
        for is_over in (False, True)
    ]
    assert states == ["3", "4"]


def test_answers_come_back_out_of_either_shape() -> None:
    answer = init_answer(ORDER, pay_url="http://citizen.test/o/x")
    assert unwrapped(as_bytes(answer)) == answer
    assert unwrapped(as_bytes(wrapped(answer))) == answer
    refused = refusal(Said(Code.BUSY, "đang bận"), reference="dvc1")
    assert refused["MaLoi"] == "08"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"ok",
        json.dumps({"error_code": "1", "message": "{}"}).encode(),
        json.dumps({"error_code": "0"}).encode(),
        json.dumps({"error_code": "0", "message": "[]"}).encode(),
        json.dumps({"error_code": "0", "message": "{"}).encode(),
    ],
)
def test_what_is_no_answer_is_none(raw: bytes) -> None:
    assert unwrapped(raw) is None


def test_the_page_for_agencies_shows_the_signed_fields_and_a_vector_that_holds() -> None:
    page = DIALECT_PAGE.read_text(encoding="utf-8")
    for kind in (Kind.INIT, Kind.QUERY, Kind.CONFIRM):
        assert f"| {', '.join(SIGNED[kind])} |" in page
    text, code = re.findall(r"^    (INIT\|.+)\n    ([0-9a-f]{64})$", page, re.MULTILINE)[0]
    *values, secret = text.split("|")
    fields = dict(zip(SIGNED[Kind.INIT], values, strict=True))
    assert check_code(Kind.INIT, fields, secret=secret) == code
