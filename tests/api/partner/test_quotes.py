"""The quote door: every kind explained without an obligation, each wrong field named."""

from collections.abc import Mapping
from typing import Final

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.application import application
from api.house import House
from ledger.postgres.transaction import OpenTx
from payments.obligations.registry import KINDS
from tests.api.conftest import PARTNER_KEY
from tests.payments.obligations.insured import household, social
from tests.payments.owed import DEMAND_FACTS, FINE_FACTS

HEADERS: Final = {"authorization": f"Bearer {PARTNER_KEY}", "host": "partner.test"}
SOCIAL: Final = social("2026-03", method="M6", months=6)
FACTS: Final[Mapping[str, tuple[Mapping[str, object], int]]] = {
    "traffic_fine": (FINE_FACTS, 3_013_500),
    "demand": (DEMAND_FACTS, 115_000),
    "social_insurance": (SOCIAL, 2_904_000),
    "health_insurance": (household({"order": 1, "months": 6}), 631_800),
    "fee": (
        {
            "title": "Chứng thực bản sao điện tử",
            "authority": "UBND phường",
            "lines": [{"code": "CHUNG_THUC_BAN_SAO", "pages": 6, "copies": 2}],
        },
        16_000,
    ),
    "land_notice": (
        {
            "title": "Chuyển nhượng quyền sử dụng đất",
            "authority": "Thuế cơ sở 3",
            "issued_on": "2026-03-02",
            "lines": [
                {
                    "title": "Lệ phí trước bạ nhà, đất",
                    "amount_vnd": 12_500_000,
                    "law": "Nghị định 10/2022/NĐ-CP, Điều 8",
                }
            ],
        },
        12_500_000,
    ),
}


@pytest.fixture
def client(house: House) -> TestClient:
    """Give a client of the partner host."""
    return TestClient(application(house), base_url="http://partner.test", headers=HEADERS)


def _ask(client: TestClient, kind: str, facts: Mapping[str, object], on: str) -> dict[str, object]:
    answer = client.post("/v1/quotes", json={"kind": kind, "facts": dict(facts), "on": on})
    return answer.json() | {"http": answer.status_code}


def test_every_kind_that_can_be_paid_is_quoted_and_nothing_is_kept(
    client: TestClient, open_tx: OpenTx
) -> None:
    assert FACTS.keys() == {code for code, kind in KINDS.items() if kind.is_payable}
    for kind, (facts, due) in FACTS.items():
        quote = _ask(client, kind, facts, "2026-03-30")
        assert (quote["http"], quote["kind"], quote["total_vnd"]) == (200, kind, due), quote
        assert quote["lines"]
    with open_tx() as tx:
        kept = tx.execute(text("SELECT count(*) FROM payments.obligation")).scalar_one()
    assert kept == 0


def test_a_quote_says_each_step_and_note_in_both_languages(client: TestClient) -> None:
    answer = client.post(
        "/v1/quotes", json={"kind": "social_insurance", "facts": dict(SOCIAL), "on": "2026-03-30"}
    ).json()
    (line,) = answer["lines"]
    assert [(step["amount_vnd"], step["is_no_part"]) for step in line["steps"]] == [
        (3_300_000, False),
        (330_000, True),
        (-396_000, False),
    ]
    assert line["steps"][0]["label_en"] == "Contribution of these months"
    notes = {note["code"]: note for note in answer["notes"]}
    assert notes["FLOOR_CHANGES"]["text"] == (
        "Từ 01/01/2027, mức thu nhập thấp nhất được chọn là 2.200.000\u00a0đ."
    )
    assert notes["FLOOR_CHANGES"]["text_en"].endswith("VND\u00a02,200,000.")
    assert answer["deadline"] == "2026-06-30"


def test_without_a_day_it_is_today(client: TestClient) -> None:
    body = {"kind": "health_insurance", "facts": household({"order": 1, "months": 6})}
    answer = client.post("/v1/quotes", json=body).json()
    assert (answer["priced_on"], answer["total_vnd"]) == ("2026-11-23", 683_100)


@pytest.mark.parametrize(
    ("kind", "facts", "on", "told"),
    [
        ("car_tax", {}, "2026-03-30", ("input-refused", "kind")),
        ("social_insurance", {}, "2026-03-30", ("input-refused", "facts.income_vnd")),
        (
            "social_insurance",
            {**SOCIAL, "months": 6.5},
            "2026-03-30",
            ("input-refused", "facts.months"),
        ),
        (
            "health_insurance",
            household({"order": 1, "months": 6}, {"order": 1, "months": 6}),
            "2026-03-30",
            ("input-refused", "facts.members[1].order"),
        ),
        ("social_insurance", SOCIAL, "2026-07-01", ("price-refused", "method")),
        (
            "social_insurance",
            {**SOCIAL, "method": "AHEAD", "months": 24},
            "2025-03-30",
            ("rate-missing", "social_insurance.fund_rate_monthly"),
        ),
        ("social_insurance", SOCIAL, "1999-12-31", ("input-refused", "on")),
        ("social_insurance", SOCIAL, "tomorrow", ("input-refused", "on")),
    ],
)
def test_what_is_wrong_is_named(
    client: TestClient,
    kind: str,
    facts: Mapping[str, object],
    on: str,
    told: tuple[str, str],
) -> None:
    problem = client.post("/v1/quotes", json={"kind": kind, "facts": dict(facts), "on": on})
    assert problem.status_code == 422
    document = problem.json()
    assert document["type"] == f"urn:clearing:problem:{told[0]}"
    assert document["errors"][0]["field"].endswith(told[1])


def test_a_violation_record_has_no_price(client: TestClient) -> None:
    facts = {"behaviour": "Chạy quá tốc độ", "authority": "Đội CSGT số 1"}
    assert _ask(client, "violation_record", facts, "2026-03-30")["http"] == 409


def test_fields_the_door_does_not_know_are_refused(client: TestClient) -> None:
    body = {"kind": "demand", "facts": dict(DEMAND_FACTS), "discount": 1}
    assert client.post("/v1/quotes", json=body).status_code == 422


def test_a_key_is_needed(client: TestClient) -> None:
    body = {"kind": "demand", "facts": dict(DEMAND_FACTS)}
    assert client.post("/v1/quotes", json=body, headers={"authorization": ""}).status_code == 401
