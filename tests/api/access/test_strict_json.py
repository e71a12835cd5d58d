"""A body is read in one way only, or refused with the place that could be read in two."""

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.access.body_limit import BODY_BYTES_MAX, BULK_BYTES_MAX
from api.access.strict_json import DEPTH_MAX, WHOLE_MAX, read_json
from api.application import application
from api.house import House
from payments.errors import InputRefused
from tests.api.conftest import PARTNER_KEY

KEY = {"authorization": f"Bearer {PARTNER_KEY}"}
JSON = {"content-type": "application/json"}
DOORS = [
    *("/v1/look-ups", "/v1/payments", "/v1/payments/P1/attempts"),
    *("/v1/obligations", "/v1/obligations/changes"),
]

BAD = {
    "twice": (b'{"a": {"b": 1, "c": 2, "b": 3}}', "a.b"),
    "twice the same": (b'[{"a": 1, "a": 1}]', "[0].a"),
    "beyond 2^53-1": (b'{"a": [1, 9007199254740992]}', "a[1]"),
    "below": (b'{"a": -9007199254740992}', "a"),
    "endless": (b'{"a": ' + b"9" * 5_000 + b"}", "a"),
    "fraction": (b'{"a": {"amount_vnd": 1.0}}', "a.amount_vnd"),
    "exponent": (b'{"a": 1e3}', "a"),
    "NaN": (b'{"a": NaN}', "a"),
    "Infinity": (b'{"a": [-Infinity]}', "a[0]"),
    "half a character": (b'{"a": "x\\ud800"}', "a"),
    "half a character in a key": (b'{"a": {"\\udc00": 1}}', "a"),
    "NUL": (b'{"a": ["\\u0000"]}', "a[0]"),
    "no UTF-8": (b'{"a": "\xff"}', "body"),
    "overlong": (b'{"a": "\xc0\x80"}', "body"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "body"),
    "byte order mark": (b'\xef\xbb\xbf{"a": 1}', "body"),
    "raw control": (b'{"a": "\x01"}', "body"),
    "two bodies": (b'{"a": 1} {"a": 2}', "body"),
    "comma": (b'{"a": 1,}', "body"),
    "single quotes": (b"{'a': 1}", "body"),
    "bottomless": (b"[" * 50_000, "body"),
}

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=9)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-WHOLE_MAX, WHOLE_MAX) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize("body", BAD)
def test_t09_what_could_be_read_in_two_ways_is_refused_with_its_place(body: str) -> None:
    raw, place = BAD[body]
    with pytest.raises(InputRefused) as refused:
        read_json(raw)
    assert refused.value.field == place


@given(plain)
def test_what_is_plain_is_read_as_any_reader_would(value: object) -> None:
    for is_ascii in (True, False):
        assert read_json(json.dumps(value, ensure_ascii=is_ascii).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_by_name(body: bytes) -> None:
    try:
        value = read_json(body)
    except InputRefused as refused:
        told = refused.field
    else:
        told = json.dumps(value)
    assert told


def test_levels_have_a_limit() -> None:
    just = b"[" * DEPTH_MAX + b"]" * DEPTH_MAX
    assert read_json(just)
    with pytest.raises(InputRefused, match="levels"):
        read_json(b"[" + just + b"]")


def test_the_place_of_a_long_or_strange_key_can_be_shown() -> None:
    with pytest.raises(InputRefused) as refused:
        read_json(json.dumps({"x\u202e" + "y" * 10_000: 1.5}).encode())
    assert refused.value.field.isascii()
    assert len(refused.value.field) < 100


@pytest.fixture
def client(house: House) -> TestClient:
    """Give a client of the partner host that shows its key."""
    return TestClient(application(house), base_url="http://partner.test", headers=KEY)


def test_t09_every_door_of_the_partner_host_reads_strictly(client: TestClient) -> None:
    for door in DOORS:
        for raw, place in BAD.values():
            answer = client.post(door, content=raw, headers=JSON)
            assert answer.status_code == 422
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["type"] == "urn:clearing:problem:input-refused"
            assert [each["field"] for each in answer.json()["errors"]] == [place]


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "", "application/json; charset=cp1258"],
)
def test_t09_another_content_type_is_refused(client: TestClient, kind: str) -> None:
    answer = client.post("/v1/look-ups", content=b"{}", headers={"content-type": kind})
    assert answer.status_code == 415
    assert answer.json()["type"] == "urn:clearing:problem:media-type-refused"


def test_t31_a_packed_body_is_refused(client: TestClient) -> None:
    packed = JSON | {"content-encoding": "gzip"}
    assert client.post("/v1/look-ups", content=b"{}", headers=packed).status_code == 415


def test_t31_ten_megabytes_are_refused_with_or_without_a_length(client: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        yield from [b" " * 65_536] * 160

    for body in (b" " * 10_485_760, pieces()):
        answer = client.post("/v1/look-ups", content=body, headers=JSON)
        assert answer.status_code == 413
        assert answer.json()["type"] == "urn:clearing:problem:body-too-large"


@pytest.mark.parametrize("door", ["/v1/obligations", "/v1/obligations/changes"])
def test_t31_long_bodies_are_for_bulk_doors_and_known_keys(
    client: TestClient, house: House, door: str
) -> None:
    stranger = TestClient(application(house), base_url="http://partner.test")
    long = b'{"x": "' + b"y" * BODY_BYTES_MAX + b'"}'
    too_long = b'{"x": "' + b"y" * BULK_BYTES_MAX + b'"}'
    assert client.post(door, content=long, headers=JSON).status_code == 422
    assert client.post(door, content=too_long, headers=JSON).status_code == 413
    assert stranger.post(door, content=long, headers=JSON).status_code == 413
