"""Every field of every JSON door, wrong in every way: a clear problem, and nothing kept."""

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, cast

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.application import application
from api.house import House
from api.partner.obligation_examples import CHANGES, FACTS, FINE
from payments.authority import Authority, Family
from payments.push_authorities import push_authorities
from tests.api.conftest import PARTNER_KEY, house

__all__ = ["house"]

HEADERS: Final = {
    "authorization": f"Bearer {PARTNER_KEY}",
    "host": "partner.test",
    "content-type": "application/json",
    "idempotency-key": '"bad-input-0001"',
}
GOOD: Final[Mapping[str, dict[str, Any]]] = {
    "POST /v1/look-ups": {
        "number": "1234/QĐ-XPHC",
        "decided_on": "2026-11-10",
        "subject": "30A-123.45",
    },
    "POST /v1/payments": {"obligations": ["a"], "shown_total_vnd": 1, "language": "vi"},
    "POST /v1/payments/{number}/attempts": {"gateway": "vnpay", "payer_address": "113.160.92.202"},
    "POST /v1/refunds": {
        "payment": "NP7K3M9QWX4T",
        "amount_vnd": 750_000,
        "expected_refundable_vnd": 750_000,
        "reason": "Người nộp đã nộp hai lần",
    },
    "POST /v1/quotes": {"kind": "traffic_fine", "facts": FACTS, "on": "2026-11-23"},
    "POST /v1/obligations": {"authority": "portal", "obligations": [FINE]},
    "POST /v1/obligations/changes": CHANGES | {"authority": "portal"},
    "POST /v1/receipts": {
        "authority": "portal",
        "payment": "NP222222222A",
        "obligation": "1234/QĐ-XPHC",
        "sort": "e_receipt",
        "name": "Biên lai thu phí",
        "template": "EBL01",
        "series": "26A",
        "number": 1,
        "organisation": "Sở Tư pháp",
        "tax_id": "0100109106",
        "address": "Hà Nội",
        "lines": [{"name": "Phí", "amount_vnd": 1}],
        "amount_words": "Một đồng",
        "issued_on": "2026-11-20",
        "payer": {"name": "Nguyễn Văn An", "tax_or_personal_id": "0", "address": "Hà Nội"},
        "link": "https://agency.example.vn",
        "document": "PHgvPg==",
        "difference_reason": "Miễn",
    },
    "POST /v1/receipts/{receipt}/cancel": {"reason": "Sai tên"},
    "PUT /v1/status": {"authority": "portal", "state": "down", "reason": "Nâng cấp"},
    "POST /v1/deliveries/replays": {"from": "2026-11-01", "to": "2026-11-02"},
    "POST /v1/webhook-endpoints": {
        "url": "https://hooks.example.vn/clearing",
        "types": ["payment.paid"],
        "description": "Kế toán",
        "enabled": True,
    },
    "PATCH /v1/webhook-endpoints/{endpoint_id}": {"types": ["payment.paid"], "enabled": True},
    "POST /v1/webhook-endpoints/{endpoint_id}/rotate-secret": {"overlap_hours": 24},
    "POST /v1/webhook-endpoints/{endpoint_id}/replays": {"from": "2026-11-01", "to": "2026-11-02"},
}
NO_FIELDS: Final = frozenset(
    {"POST /v1/deliveries/{event_id}/replay", "POST /v1/obligations/files"}
)
"""Doors whose body is no JSON, or none at all."""

PORTAL: Final = Authority(
    code="portal",
    family=Family.POLICE,
    name="Cổng thử",
    pushed_by="portal",
    in_force_from=date(2020, 1, 1),
    items_per_minute_max=1_000_000,
)

UNREADABLE: Final[Mapping[str, str]] = {
    "a fraction": "1.5",
    "an exponent": "1e3",
    "no number": "NaN",
    "2^53+1": "9007199254740993",
    "a very long number": "9" * 400,
    "NUL": '"a\\u0000b"',
    "half a character": '"\\ud800"',
}
"""What no field may hold: the whole body is refused."""
HOSTILE: Final[Mapping[str, str]] = {
    "true": "true",
    "a list": "[[]]",
    "an object": '{"a": 1}',
    "an empty text": '""',
    "below zero": "-1",
    "an absurd day": '"0001-02-30"',
    "a day far ahead": '"9999-12-31"',
    "a Cyrillic letter": '"30\u0410-123.45"',
    "a turned text": '"\u202e1234"',
    "an invisible sign": '"12\u200b34"',
    "a long text": '"' + "á" * 1_000 + '"',
    "markup": '"<script>\'; DROP TABLE payments.obligation; --"',
}
"""What a field of one sort or another cannot be."""
BULK: Final[Mapping[str, str]] = {
    "POST /v1/obligations": "obligations",
    "POST /v1/obligations/changes": "changes",
}
"""Doors that take a list, and its name: each part is judged by itself."""
SINGLE: Final = [door for door in GOOD if door not in BULK]
COUNTED: Final = (
    "obligation",
    "payment",
    "attempt",
    "obligation_change",
    "outage",
    "outbox",
    "refund",
)


@pytest.fixture
def client(house: House) -> TestClient:
    """Give a client of the partner host, who is an authority as well."""
    with house.open_tx() as tx:
        push_authorities(tx, [PORTAL])
    return TestClient(application(house), base_url="http://partner.test", headers=HEADERS)


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Give the path of every field of a body."""
    for key, inner in _inside(value):
        yield (*path, key)
        yield from places(inner, (*path, key))


def _inside(value: object) -> Iterable[tuple[str | int, object]]:
    if isinstance(value, dict):
        return cast("dict[str, object]", value).items()
    return enumerate(cast("list[object]", value)) if isinstance(value, list) else ()


def with_raw(good: object, path: tuple[str | int, ...], raw: str) -> str:
    """Return a body as text in which one place holds other bytes."""
    body: Any = copy.deepcopy(good)
    at = body
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = "@@here@@"
    return json.dumps(body, ensure_ascii=False).replace('"@@here@@"', raw)


def with_unknown(good: object, path: tuple[str | int, ...]) -> str:
    """Return a body as text in which the object at one place has a field nobody knows."""
    body: Any = copy.deepcopy(good)
    at = body
    for step in path:
        at = at[step]
    if not isinstance(at, dict):
        return ""
    at["nobody_knows"] = 1
    return json.dumps(body, ensure_ascii=False)


def twice(good: dict[str, Any], field: str) -> str:
    """Return a body as text in which one field stands twice."""
    plain = json.dumps(good, ensure_ascii=False)
    return plain[:-1] + f", {json.dumps(field)}: {json.dumps(good[field], ensure_ascii=False)}}}"


def kept(house: House) -> dict[str, int]:
    """Count what is kept."""
    with house.open_tx() as tx:
        return {
            table: int(tx.execute(text(f"SELECT count(*) FROM payments.{table}")).scalar_one())  # noqa: S608 (names of ours)
            for table in COUNTED
        }


def answer(client: TestClient, door: str, body: str) -> tuple[int, dict[str, Any]]:
    """Return status and document of one request; what is refused is told as it should be."""
    method, _, path = door.partition(" ")
    sent = body.encode("utf-8", "surrogatepass")
    named = path.replace("{number}", "NP-0").replace("{receipt}", "1")
    got = client.request(method, named, content=sent)
    assert got.status_code < 500, (door, body[:300], got.text)
    if got.status_code >= 400:
        assert got.headers["content-type"] == "application/problem+json", (door, body[:300])
        told = got.json()
        assert told["title"], told
        assert told["title_en"], told
        return got.status_code, told
    return got.status_code, got.json()


def test_every_door_that_takes_json_is_tried_here(client: TestClient) -> None:
    document = client.get("/v1/openapi.json").json()
    doors = {
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if "requestBody" in operation
    }
    assert doors - NO_FIELDS == set(GOOD)


@pytest.mark.parametrize("door", SINGLE)
def test_a_field_wrong_in_any_way_is_named_and_nothing_is_kept(
    client: TestClient, house: House, door: str
) -> None:
    for path in places(GOOD[door]):
        before = kept(house)
        statuses = [
            answer(client, door, with_raw(GOOD[door], path, raw)) for raw in HOSTILE.values()
        ]
        for status, told in statuses:
            if status == 422 and told["type"].endswith("input-refused"):
                assert told["errors"], (path, told)
        if all(status >= 400 for status, _ in statuses):
            assert kept(house) == before, path


@pytest.mark.parametrize("door", BULK)
def test_a_wrong_field_of_one_part_is_named_and_sinks_no_other(
    client: TestClient, house: House, door: str
) -> None:
    good: dict[str, Any] = GOOD[door]
    part: object = good[BULK[door]][0]
    wrong = [with_raw(part, path, raw) for path in places(part) for raw in HOSTILE.values()]
    before = kept(house)
    whole = good | {BULK[door]: "@@here@@"}
    body = json.dumps(whole, ensure_ascii=False).replace('"@@here@@"', f"[{', '.join(wrong)}]")
    status, told = answer(client, door, body)
    assert status == 200
    assert len(told["results"]) == len(wrong)
    for sent, result in zip(wrong, told["results"], strict=True):
        is_told = result["outcome"] in {"new", "same_again", "conflicts", "not_found"}
        assert is_told or (result["reason"] and result["reason_vi"]), (sent, result)
    after = kept(house)
    assert after["obligation"] - before["obligation"] == told["counts"].get("new", 0)


@pytest.mark.parametrize("door", GOOD)
def test_what_no_field_may_hold_is_refused_with_its_place(
    client: TestClient, house: House, door: str
) -> None:
    before = kept(house)
    *_, deepest = sorted(places(GOOD[door]), key=len)
    for path in {tuple(deepest), tuple(deepest[:1])}:
        for raw in UNREADABLE.values():
            status, told = answer(client, door, with_raw(GOOD[door], path, raw))
            assert status == 422
            assert str(deepest[0]) in told["errors"][0]["field"], told
    assert kept(house) == before


@pytest.mark.parametrize("door", GOOD)
def test_a_field_nobody_knows_is_refused_wherever_it_stands(
    client: TestClient, house: House, door: str
) -> None:
    before = kept(house)
    for path in ((), *places(GOOD[door])):
        body = with_unknown(GOOD[door], path)
        status, told = answer(client, door, body) if body else (0, {"": "nobody_knows"})
        assert "nobody_knows" in json.dumps(told), (path, status, told)
    assert kept(house) == before


@pytest.mark.parametrize("door", GOOD)
def test_a_field_twice_is_refused_by_name(client: TestClient, house: House, door: str) -> None:
    before = kept(house)
    for field in list(GOOD[door])[:2]:
        status, told = answer(client, door, twice(GOOD[door], field))
        assert status == 422
        assert told["errors"] == [{"field": field, "reason": "is there twice"}]
    assert kept(house) == before


@pytest.mark.parametrize("door", GOOD)
def test_what_is_no_object_is_refused(client: TestClient, door: str) -> None:
    for body in ("", "{", "[]", "null", '"a"', "\ud800", '{"a":' * 5_000):
        status, _ = answer(client, door, body)
        assert 400 <= status < 500, body[:20]


@pytest.mark.parametrize("door", GOOD)
def test_ten_megabytes_are_refused_before_they_are_read(client: TestClient, door: str) -> None:
    status, told = answer(client, door, '{"a": "' + "a" * 10_000_000 + '"}')
    assert status == 413, told
