"""What an authority changes at its door is what it reads back and what a citizen then finds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

import pytest
from fastapi.testclient import TestClient

from api.application import application
from api.house import House
from api.partner.obligation_examples import EACH_ACT, FACTS, FINE, PUSHES
from payments.authority import Authority, Family
from payments.obligation_change import ChangeAct
from payments.push_authorities import push_authorities
from tests.api.citizen.payer import Payer, forms_of
from tests.api.conftest import NOON, PARTNER_KEY, house

__all__ = ["house"]

DOOR: Final = "/v1/obligations"
USUAL: Final = "1234/QĐ-XPHC"
LARGE: Final = "1300/QĐ-XPHC"
CSGT: Final = Authority(
    code="csgt",
    family=Family.POLICE,
    name="Cục Cảnh sát giao thông",
    pushed_by="portal",
    in_force_from=date(2020, 1, 1),
)
IN_DECEMBER: Final = NOON + timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Effect:
    """What is read of an obligation after a change; no amount is due where it is None."""

    number: str
    status: str
    due: int | None
    shown: str
    replaced_by: str | None = None


EFFECTS: Final[Mapping[ChangeAct, Effect]] = {
    ChangeAct.CORRECT: Effect(USUAL, "open", 2_500_000, "2.500.000\u00a0đ"),
    ChangeAct.DEFER: Effect(USUAL, "open", 3_000_000, "3.000.000\u00a0đ"),
    ChangeAct.INSTALMENTS: Effect(LARGE, "open", 8_000_000, "8.000.000\u00a0đ"),
    ChangeAct.CANCEL: Effect(USUAL, "withdrawn", None, USUAL),
    ChangeAct.SUPERSEDE: Effect(USUAL, "superseded", None, "1.000.000\u00a0đ", "1401/QĐ-XPHC"),
}


def partner(house: House) -> TestClient:
    return TestClient(
        application(house),
        base_url="http://partner.test",
        headers={"authorization": f"Bearer {PARTNER_KEY}"},
    )


@pytest.fixture
def client(house: House) -> TestClient:
    """Give the client of a partner that has pushed a usual fine and a large one."""
    with house.open_tx() as tx:
        push_authorities(tx, [CSGT])
    client = partner(house)
    for body in PUSHES.values():
        assert client.post(DOOR, json=body).json()["counts"].keys() == {"new"}
    return client


def told(client: TestClient, number: str) -> dict[str, Any]:
    return client.get(DOOR, params={"kind": "traffic_fine", "number": number}).json()


def look_up(house: House, number: str) -> tuple[str, bool]:
    """Return the page a citizen finds, and whether it lets that citizen pay."""
    payer = Payer(house)
    day = {"number": number, "day": "10", "month": "11", "year": "2026", "plate": "30A-123.45"}
    assert payer.find(**day).headers["location"] == "/fine"
    page = payer.get("/fine")
    return page.text, any(form.action == "/pay" for form in forms_of(page))


@pytest.mark.parametrize("act", list(ChangeAct))
def test_every_act_is_read_back_and_found(client: TestClient, house: House, act: ChangeAct) -> None:
    effect = EFFECTS[act]
    answer = client.post(f"{DOOR}/changes", json=EACH_ACT[act]).json()
    assert [(each["outcome"], each["version"]) for each in answer["results"]] == [("changed", 2)]
    kept = told(client, effect.number)
    assert (kept["status"], kept["version"]) == (effect.status, 2)
    assert kept["replaced_by"] == effect.replaced_by
    assert (kept["due"] and kept["due"]["total_vnd"]) == effect.due
    assert [each["act"] for each in kept["changes"]] == [act]
    page, is_payable = look_up(house, effect.number)
    assert effect.shown in page
    assert is_payable == (act is not ChangeAct.CANCEL)


@pytest.mark.parametrize("act", list(ChangeAct))
def test_every_act_sent_twice_happens_once(client: TestClient, act: ChangeAct) -> None:
    counts = [client.post(f"{DOOR}/changes", json=EACH_ACT[act]).json()["counts"] for _ in range(2)]
    assert counts == [{"changed": 1}, {"same_again": 1}]
    assert told(client, EFFECTS[act].number)["version"] == 2


def test_what_is_deferred_costs_nothing_while_it_is(client: TestClient, house: House) -> None:
    later = replace(house, clock=lambda: IN_DECEMBER)
    late = told(partner(later), USUAL)["due"]["total_vnd"]
    client.post(f"{DOOR}/changes", json=EACH_ACT[ChangeAct.DEFER])
    assert told(partner(later), USUAL)["due"]["total_vnd"] < late
    page, _ = look_up(later, USUAL)
    assert "Đang được hoãn" in page


def test_the_new_decision_stands_under_its_own_number_too(client: TestClient, house: House) -> None:
    client.post(f"{DOOR}/changes", json=EACH_ACT[ChangeAct.SUPERSEDE])
    new = told(client, "1401/QĐ-XPHC")
    assert (new["status"], new["version"], new["due"]["total_vnd"]) == ("open", 1, 1_000_000)
    assert "1.000.000\u00a0đ" in look_up(house, "1401/QĐ-XPHC")[0]


BAD: Final[Mapping[ChangeAct, tuple[tuple[Mapping[str, object], str], ...]]] = {
    ChangeAct.CORRECT: (
        ({"facts": None}, "facts"),
        ({"facts": {**FACTS, "fine_vnd": 0}}, "facts.fine_vnd"),
        ({"facts": {**FACTS, "issued_on": "2026-11-09"}}, "decided_on"),
        ({"beneficiary": "nobody"}, "beneficiary"),
        ({"subject": "-"}, "subject"),
        ({"personal": {"nick": "A"}}, "personal.nick"),
        ({"period": {"first": "2026-11-20", "last": "2026-11-21"}}, "period"),
        ({"version": 7}, "version"),
    ),
    ChangeAct.DEFER: (
        ({"period": None}, "period"),
        ({"period": {"first": "2026-11-01", "last": "2026-11-21"}}, "period"),
        ({"period": {"first": "2026-11-20", "last": "2027-11-21"}}, "period"),
        ({"facts": FACTS}, "facts"),
    ),
    ChangeAct.INSTALMENTS: (
        ({"instalments": None}, "instalments"),
        ({"instalments": [{"due_on": "2026-12-10", "amount_vnd": 18_000_000}]}, "instalments"),
        (
            {
                "instalments": [
                    {"due_on": "2026-12-10", "amount_vnd": 8_000_000},
                    {"due_on": "2027-01-10", "amount_vnd": 1},
                ]
            },
            "facts.instalments",
        ),
        ({"number": USUAL}, "act"),
        ({"subject": "30A-123.45"}, "subject"),
    ),
    ChangeAct.CANCEL: (
        ({"facts": FACTS}, "facts"),
        ({"reason": "a\u0001b"}, "reason"),
        ({"document": None}, "document"),
        ({"kind": "parking"}, "kind"),
        ({"version": 2}, "version"),
    ),
    ChangeAct.SUPERSEDE: (
        ({"successor": None}, "successor"),
        ({"successor": FINE}, "successor.number"),
        ({"successor": {**FINE, "number": "1/QĐ", "kind": "demand"}}, "successor.kind"),
        ({"successor": {**FINE, "number": "1/QĐ", "beneficiary": "x"}}, "successor.beneficiary"),
        ({"successor": {**FINE, "number": "1/QĐ", "facts": {}}}, "successor.facts.fine_vnd"),
    ),
}


@pytest.mark.parametrize("act", list(ChangeAct))
def test_every_bad_one_is_named_in_both_languages_and_changes_nothing(
    client: TestClient, act: ChangeAct
) -> None:
    (usual,) = list_of(EACH_ACT[act]["changes"])
    items = [{**usual, "document": f"{at}/X", **other} for at, (other, _) in enumerate(BAD[act])]
    unknown = {**usual, "number": "9/QĐ"}
    answer = client.post(
        f"{DOOR}/changes", json={"authority": "csgt", "changes": [*items, unknown, usual]}
    )
    *refused, missing, good = answer.json()["results"]
    assert [each["field"] for each in refused] == [field for _, field in BAD[act]]
    assert {each["outcome"] for each in refused} <= {"refused", "stale"}
    assert [each["number"] for each in refused if not (each["reason"] and each["reason_vi"])] == []
    assert missing["outcome"] == "not_found"
    assert (good["outcome"], good["version"]) == ("changed", 2)


def list_of(value: object) -> list[dict[str, Any]]:
    assert isinstance(value, list)
    return value  # pyright: ignore[reportUnknownVariableType] (an example of plain JSON)
