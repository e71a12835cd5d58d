"""VNPAY's encodings, both ways."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.vnpay_messages import (
    FIELDS_MAX,
    QUERY_BYTES_MAX,
    bar_joined,
    form_encode,
    plain,
    read_amount,
    read_json,
    read_query,
    read_time,
    request_id,
    signed_text,
    wire_amount,
    wire_time,
)
from ledger.money import Money

NAMES = st.from_regex(r"vnp_[A-Za-z]{1,10}", fullmatch=True)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@given(fields=st.dictionaries(NAMES, st.text(max_size=20), max_size=8))
def test_a_query_string_is_read_back_as_it_was_written(fields: dict[str, str]):
    written = signed_text(fields)
    hashes = {"vnp_SecureHash", "vnp_SecureHashType"}
    kept = {name: value for name, value in fields.items() if value and name not in hashes}
    assert read_query(written.encode()) == kept
    assert dict(parse_qsl(written)) == kept


def test_values_are_encoded_as_vnpays_own_samples_do():
    assert form_encode("a b+c&d=e") == "a+b%2Bc%26d%3De"
    assert form_encode("-_.~*!'()") == "-_.%7E%2A%21%27%28%29"
    assert form_encode("Đ") == "%C4%90"


@pytest.mark.parametrize(
    "query",
    [
        b"vnp_A=1&vnp_A=2",
        b"vnp_A=1&vnp_%41=2",
        b"vnp_A=%4",
        b"vnp_A=%zz",
        b"vnp_A=%ff",
        "vnp_A=đ".encode(),
        b"vnp_A=" + b"1" * QUERY_BYTES_MAX,
        b"&".join([b"x=1"] * (FIELDS_MAX + 1)),
    ],
)
def test_a_query_two_readers_could_read_differently_is_refused(query: bytes):
    with pytest.raises(ValueError, match=r"query|twice|utf-8"):
        read_query(query)


@given(query=st.binary(max_size=200))
def test_no_query_breaks_the_reader(query: bytes):
    try:
        fields = read_query(query)
    except ValueError:
        return
    assert all(name.startswith("vnp_") for name in fields)


@given(raw=st.binary(max_size=200))
def test_no_bytes_break_the_json_reader(raw: bytes):
    with pytest.raises(ValueError, match=r".*"):
        read_json(raw)


def test_numbers_and_null_in_json_become_texts():
    assert read_json(b'{"a": 1, "b": null, "c": "x"}') == {"a": "1", "b": "", "c": "x"}


@pytest.mark.parametrize(
    "raw", [b"[]", b'"a"', b'{"a": true}', b'{"a": 1.0}', b'{"a": {}}', b'{"a": [1]}', b"[{}]"]
)
def test_json_deeper_than_texts_is_refused(raw: bytes):
    with pytest.raises(ValueError, match="answer"):
        read_json(raw)


def test_a_bar_inside_a_signed_value_is_refused():
    assert bar_joined({"a": "1", "c": "3"}, ("a", "b", "c")) == "1||3"
    with pytest.raises(ValueError, match="bar"):
        bar_joined({"a": "1|2"}, ("a", "b"))


@given(moment=MOMENTS)
def test_times_are_vietnamese_and_come_back_to_the_second(moment: datetime):
    assert read_time(wire_time(moment)) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    "text", ["", "2026090108000", "202609010800001", "20260229000000", "2026090124000x", "٢" * 14]
)
def test_what_is_no_time_is_refused(text: str):
    with pytest.raises(ValueError, match=r".+"):
        read_time(text)


@given(vnd=st.integers(0, 999_999_999))
def test_amounts_come_back_to_the_dong(vnd: int):
    assert read_amount(wire_amount(Money(vnd))) == Money(vnd)


def test_an_amount_with_hundredths_is_not_dong():
    with pytest.raises(ArithmeticError):
        read_amount("35000001")


@pytest.mark.parametrize("text", ["", "-100", "+100", "1e5", "100.0", " 100", "1_00", "٣" * 4])
def test_what_is_no_amount_is_refused(text: str):
    with pytest.raises(ValueError, match="digits"):
        read_amount(text)


def test_accents_go_and_the_letters_stay():
    assert plain("Đóng BHXH & BHYT + 5%") == "Dong BHXH BHYT 5"
    assert plain("Trường Sa, đợt 2: số_1-2.") == "Truong Sa, dot 2: so_1-2."


def test_a_repeated_request_has_the_same_id_and_no_other():
    assert request_id("refund", "R1") == request_id("refund", "R1")
    assert len({request_id("refund", "R1"), request_id("refundR", "1"), request_id("R1")}) == 3
    assert len(request_id("refund", "R1")) == 32
