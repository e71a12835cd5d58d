"""A partner's payments: filtered, a page at a time, and nobody else's."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.application import application
from api.house import House
from api.sandbox import fine
from api.start_payment import open_for
from payments.payment import Payment
from payments.push_obligations import push_obligations
from tests.api.conftest import MINISTRY_KEY, NOON, PARTNER_KEY


@pytest.fixture
def client(house: House) -> TestClient:
    return TestClient(
        application(house),
        base_url="http://partner.test",
        headers={"authorization": f"Bearer {PARTNER_KEY}"},
    )


@pytest.fixture
def made(house: House) -> list[Payment]:
    """Give three payments of the portal, oldest first, each with its own order number."""
    fines = [
        fine(
            number=f"000{each}/QĐ-XPHC",
            plate="29B1-678.90",
            fine_vnd=1_000_000,
            issued_on=house.today(),
            received_on=house.today(),
        )
        for each in (1, 2, 3)
    ]
    with house.open_tx() as tx:
        pushed = push_obligations(tx, fines, keys=house.personal_keys, now=NOON)
        return [
            open_for(
                tx,
                house,
                obligation_ids=[each.obligation_id or 0],
                shown=None,
                language="vi",
                client="portal",
                metadata={"order": str(place), "desk": "7"},
            )
            for place, each in enumerate(pushed)
        ]


def _page(client: TestClient, query: str = "") -> dict[str, Any]:
    answer = client.get(f"/v1/payments{query}")
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def _numbers(page: dict[str, Any]) -> list[str]:
    return [each["number"] for each in page["payments"]]


def test_pages_follow_each_other_to_the_end(client: TestClient, made: list[Payment]) -> None:
    first = _page(client, "?limit=2")
    rest = _page(client, f"?limit=2&cursor={first['next_cursor']}")
    assert _numbers(first) + _numbers(rest) == [each.number for each in reversed(made)]
    assert rest["next_cursor"] is None


def test_filters_go_together(client: TestClient, made: list[Payment]) -> None:
    assert len(_numbers(_page(client, "?metadata[desk]=7"))) == 3
    asked = "?metadata[order]=1&metadata[desk]=7&status=created&number=0002/QĐ-XPHC"
    assert _numbers(_page(client, asked)) == [made[1].number]
    assert _numbers(_page(client, "?status=paid")) == []
    later = (NOON + timedelta(minutes=1)).isoformat().replace("+", "%2B")
    assert _numbers(_page(client, f"?from={later}")) == []
    assert len(_numbers(_page(client, f"?to={later}"))) == 3


def test_t05_another_partner_sees_none_of_them(client: TestClient, made: list[Payment]) -> None:
    other = {"authorization": f"Bearer {MINISTRY_KEY}"}
    assert client.get("/v1/payments", headers=other).json()["payments"] == []
    cursor = client.get(f"/v1/payments?cursor={made[0].number}", headers=other)
    unknown = client.get("/v1/payments?cursor=NPAAAAAAAAAA", headers=other)
    assert cursor.status_code == unknown.status_code == 422
    assert cursor.json()["errors"] == unknown.json()["errors"]


@pytest.mark.parametrize(
    "query",
    [
        "?limit=0",
        "?limit=101",
        "?status=nothing",
        "?from=yesterday",
        "?from=2026-11-22T00:00:00+07:00",
        "?metadata=7",
        "?metadata[]=7",
        "?metadata[a b]=7",
        "?metadata[desk]=7&metadata[desk]=8",
        "?metadata[desk]=%00",
        f"?metadata[desk]={'x' * 501}",
        "?" + "&".join(f"metadata[k{each}]=1" for each in range(21)),
        "?order[desk]=7",
        "?cursor=%00",
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/v1/payments{query}").status_code == 422
