"""The documented facts of every kind are those that are read, and the examples are taken."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from fastapi.testclient import TestClient

from api.application import application
from api.house import House
from api.partner.facts_schemas import SHOWN
from api.partner.obligation_examples import EACH_KIND
from api.sandbox import AUTHORITIES
from payments.errors import InputRefused
from payments.obligations.registry import KINDS
from payments.push_authorities import push_authorities
from tests.api.conftest import PARTNER_KEY

DOOR: Final = "/v1/obligations"
PUSHING: Final = Path(__file__).parents[3] / "docs" / "partners" / "pushing.md"
BUDGET: Final = {
    "chapter": "009",
    "sub_item": "4252",
    "late_sub_item": "4272",
    "collecting_office": "1054",
    "area": "01",
}
MORE: Final[dict[str, dict[str, Any]]] = {
    "traffic_fine": {
        "violations": [{"article": "Điều 6", "text": "Vượt đèn đỏ", "amount_vnd": 3_000_000}],
        "deadline_override": {"date": "2026-12-31", "reason": "Bão"},
        "suspended": [["2026-11-13", "2026-11-14"]],
        "part_payments": [{"on": "2026-11-15", "amount_vnd": 1_000_000}],
        "instalments": [{"due_on": "2026-12-15", "amount_vnd": 2_000_000}],
        "instalments_from": "2026-11-20",
        "budget": BUDGET,
    },
    "fee": {
        "due_on": "2026-12-01",
        "lines": [
            {
                "code": "GPLX_ISSUE",
                "title": "Lệ phí",
                "law": "Thông tư",
                "amount_vnd": 1,
                "channel": "online",
                "count": 1,
                "budget": {"area": "01"},
            },
            {"code": "CHUNG_THUC_BAN_SAO", "pages": 3, "copies": 2},
        ],
        "budget": BUDGET,
    },
    "land_notice": {"budget": BUDGET},
    "demand": {
        "due_on": "2026-12-01",
        "authority": "Sở Xây dựng",
        "lines": [{"title": "Lệ phí", "law": "Thông tư", "amount_vnd": 115_000}],
        "budget": BUDGET,
    },
    "social_insurance": {
        "support_mode": "face",
        "local_support_vnd": 1,
        "authority": "BHXH",
        "budget": BUDGET,
    },
    "health_insurance": {"budget": BUDGET},
}
"""What the examples leave out."""


class Asked(dict[str, object]):
    """An object that remembers what it was asked for."""

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__({name: seen(value) for name, value in values.items()})
        self.names: set[str] = set()

    def get(self, key: str, default: object = None) -> object:  # pyright: ignore[reportIncompatibleMethodOverride] (the readers ask in this one way)
        self.names.add(key)
        return super().get(key, default)


def seen(value: Any) -> Any:  # noqa: ANN401 (plain JSON)
    if isinstance(value, dict):
        return Asked(value)  # pyright: ignore[reportUnknownArgumentType] (plain JSON)
    return [seen(each) for each in value] if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType] (plain JSON)


def pairs(schema: dict[str, Any], value: object) -> Iterator[tuple[dict[str, Any], Asked]]:
    """Yield every object of a value with the schema it stands under."""
    if isinstance(value, Asked):
        yield schema, value
        for name, inner in value.items():
            yield from pairs(schema["properties"].get(name, {}), inner)
    elif isinstance(value, list):
        for inner in value:  # pyright: ignore[reportUnknownVariableType] (plain JSON)
            yield from pairs(schema["items"], inner)  # pyright: ignore[reportUnknownArgumentType] (plain JSON)


@pytest.fixture
def client(house: House) -> TestClient:
    with house.open_tx() as tx:
        push_authorities(tx, AUTHORITIES)
    headers = {"authorization": f"Bearer {PARTNER_KEY}"}
    return TestClient(application(house), base_url="http://partner.test", headers=headers)


def test_every_kind_is_shown() -> None:
    assert SHOWN.keys() == KINDS.keys()


def test_the_documented_example_of_every_kind_is_taken_as_it_stands(client: TestClient) -> None:
    document = client.get("/v1/openapi.json").json()
    told = document["paths"][DOOR]["post"]["requestBody"]["content"]["application/json"]
    for kind in KINDS:
        body = told["examples"][kind]["value"]
        assert body == EACH_KIND[kind]
        answer = client.post(DOOR, json=body)
        assert answer.json()["counts"] == {"new": 1}, answer.text
    shapes = told["schema"]["properties"]["obligations"]["items"]["oneOf"]
    assert [each["properties"]["kind"]["const"] for each in shapes] == [*SHOWN]
    for each in shapes:
        name = each["properties"]["facts"]["$ref"].removeprefix("#/components/schemas/")
        assert document["components"]["schemas"][name]["properties"]


@pytest.mark.parametrize("kind", SHOWN)
def test_every_field_that_is_read_is_documented_and_every_documented_one_is_read(kind: str) -> None:
    facts = {**SHOWN[kind].item["facts"], **MORE.get(kind, {})}
    asked = Asked(facts)
    KINDS[kind].read_facts(asked)
    assert facts.keys() == SHOWN[kind].facts["properties"].keys()
    read: dict[int, tuple[dict[str, Any], set[str]]] = {}
    for schema, value in pairs(SHOWN[kind].facts, asked):
        assert value.keys() <= schema["properties"].keys()
        read.setdefault(id(schema), (schema, set()))[1].update(value.names)
    for schema, names in read.values():
        assert names == schema["properties"].keys()


@pytest.mark.parametrize("kind", SHOWN)
def test_the_documented_fields_are_needed_or_not_as_they_say(kind: str) -> None:
    facts: dict[str, Any] = {**SHOWN[kind].item["facts"]}
    for name in SHOWN[kind].facts["required"]:
        with pytest.raises(InputRefused) as refused:
            KINDS[kind].read_facts({each: facts[each] for each in facts if each != name})
        assert refused.value.field == name
    needed = {name: facts[name] for name in SHOWN[kind].facts["required"]}
    assert KINDS[kind].read_facts(needed) is not None


@pytest.mark.parametrize("kind", SHOWN)
def test_limits_are_as_documented(kind: str) -> None:
    facts: dict[str, Any] = {**SHOWN[kind].item["facts"]}
    for name, schema in SHOWN[kind].facts["properties"].items():
        beyond: list[object] = []
        if schema.get("type") == "integer":
            beyond = [schema["minimum"] - 1, schema["maximum"] + 1]
        if "maxLength" in schema:
            beyond = ["x" * (schema["maxLength"] + 1), ""]
        if "enum" in schema:
            beyond = ["nobody's"]
            assert schema["enum"]
        for value in beyond:
            with pytest.raises(InputRefused) as refused:
                KINDS[kind].read_facts({**facts, name: value})
            assert refused.value.field == name


@pytest.mark.parametrize("kind", SHOWN)
def test_numbers_have_the_documented_shape(client: TestClient, kind: str) -> None:
    number, item = SHOWN[kind].number, SHOWN[kind].item
    assert number["examples"] == [item["number"]]
    assert re.fullmatch(number.get("pattern", ".+"), item["number"])
    if "pattern" not in number:
        return
    body = {**EACH_KIND[kind], "obligations": [{**item, "number": "12"}]}
    (result,) = client.post(DOOR, json=body).json()["results"]
    assert (result["outcome"], result["field"]) == ("refused", "number")


@pytest.mark.parametrize("kind", SHOWN)
def test_the_page_for_integrators_has_every_field_of_every_kind(kind: str) -> None:
    page = PUSHING.read_text(encoding="utf-8")
    section = page.partition(f"\n### {kind}\n")[2].partition("\n##")[0]
    assert f"`{SHOWN[kind].item['number']}`" in section
    for name in SHOWN[kind].facts["properties"]:
        assert f"`{name}`" in section, name
    for fact in KINDS[kind].second_facts:
        assert f"`{fact.value}`" in section
