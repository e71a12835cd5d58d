"""The doors for authorities: what is good is kept, what is not is named, and B's is not A's."""

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from api.application import application
from api.house import House
from api.partner.obligation_examples import CHANGES, DEMAND, FACTS, FINE, PUSH
from ledger.postgres.transaction import OpenTx
from payments.authority import Authority, Family
from payments.obligation_change import ChangeAct
from payments.push_authorities import push_authorities
from tests.api.conftest import MINISTRY_KEY, NOON, PARTNER_KEY
from tests.payments.scene import TODAY

DOOR = "/v1/obligations"
HEADERS = {"authorization": f"Bearer {PARTNER_KEY}"}
OTHER_HEADERS = {"authorization": f"Bearer {MINISTRY_KEY}"}


def authority(code: str, *, pushed_by: str = "portal", items: int = 10_000) -> Authority:
    return Authority(
        code=code,
        family=Family.POLICE,
        name=f"Công an {code}",
        pushed_by=pushed_by,
        in_force_from=TODAY,
        items_per_minute_max=items,
    )


@pytest.fixture
def client(house: House) -> TestClient:
    """Give the portal's client; it speaks for `csgt`, and the ministry for `bhxh`."""
    with house.open_tx() as tx:
        push_authorities(tx, [authority("csgt"), authority("bhxh", pushed_by="ministry")])
    return TestClient(application(house), base_url="http://partner.test", headers=HEADERS)


def body(*items: object, code: str = "csgt") -> dict[str, object]:
    return {"authority": code, "obligations": list(items)}


def fine(**other: object) -> dict[str, object]:
    return {**FINE, **other}


def with_facts(**other: object) -> dict[str, object]:
    return fine(facts={**FACTS, **other})


def kept(house: House) -> int:
    with house.open_tx() as tx:
        return int(tx.scalar(text("SELECT count(*) FROM payments.obligation")) or 0)


def examples(client: TestClient, path: str) -> dict[str, dict[str, object]]:
    """Return what the documentation shows as bodies of a door."""
    document = client.get("/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    content = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
    return {name: each["value"] for name, each in content["examples"].items()}


@pytest.mark.parametrize("act", list(ChangeAct))
def test_the_examples_of_the_documentation_run(client: TestClient, act: str) -> None:
    for example in examples(client, DOOR).values():
        answer = client.post(DOOR, json=example | {"authority": "csgt"})
        assert answer.json()["counts"].keys() == {"new"}, answer.text
    answer = client.post(f"{DOOR}/changes", json=examples(client, f"{DOOR}/changes")[act])
    assert (answer.status_code, answer.json()["counts"]) == (200, {"changed": 1}), answer.text


def test_what_is_good_is_kept_and_what_is_not_is_named(client: TestClient, house: House) -> None:
    bad = with_facts(fine_vnd="3 triệu")
    answer = client.post(DOOR, json=body(FINE, bad, 7, DEMAND, fine(surprise=1))).json()
    assert answer["counts"] == {"new": 2, "refused": 3}
    assert [each["place"] for each in answer["results"]] == [0, 1, 2, 3, 4]
    assert [each["field"] for each in answer["results"]] == [
        "",
        "facts.fine_vnd",
        "",
        "",
        "surprise",
    ]
    assert answer["results"][1]["reason"] == "is a whole number, not str"
    assert answer["results"][1]["reason_vi"] == "phải là số nguyên, không phải str"
    assert kept(house) == 2


def test_the_same_again_changes_nothing_and_says_so(client: TestClient, house: House) -> None:
    outcomes = [client.post(DOOR, json=PUSH).json()["counts"] for _ in range(3)]
    assert outcomes == [{"new": 2}, {"same_again": 2}, {"same_again": 2}]
    assert kept(house) == 2


def test_other_content_under_a_known_number_is_told_to_be_a_change(client: TestClient) -> None:
    client.post(DOOR, json=PUSH)
    (result,) = client.post(DOOR, json=body(with_facts(fine_vnd=1))).json()["results"]
    assert result["outcome"] == "conflicts"
    assert "send a change" in result["reason"]
    assert result["reason_vi"]


WRONG: list[tuple[object, str]] = [
    (fine(number=""), "number"),
    (fine(number=None), "number"),
    (fine(number=12), "number"),
    (fine(number="1" * 101), "number"),
    (fine(number="12\u0410"), "number"),
    (fine(number="12\u202e34"), "number"),
    (fine(kind="parking"), "kind"),
    (fine(kind=["traffic_fine"]), "kind"),
    (fine(subject="30\u0410-123.45"), "subject"),
    (fine(subject="3" * 30), "subject"),
    (fine(decided_on="0001-01-01"), "decided_on"),
    (fine(decided_on="2026-02-30"), "decided_on"),
    (fine(decided_on="2026-11-10T00:00:00Z"), "decided_on"),
    (fine(decided_on=20261110), "decided_on"),
    (fine(personal="A"), "personal"),
    (fine(personal={"name": 5}), "personal.name"),
    (fine(personal={"nick": "A"}), "personal.nick"),
    (fine(personal={"name": "A\u200bB"}), "personal.name"),
    (fine(facts=[]), "facts"),
    (fine(facts=None), "facts"),
    (with_facts(fine_vnd=True), "facts.fine_vnd"),
    (with_facts(fine_vnd=0), "facts.fine_vnd"),
    (with_facts(issued_on="9999-12-31"), "facts.issued_on"),
    (with_facts(issued_on="2026-11-09"), "decided_on"),
    (with_facts(term_days=0), "facts.term_days"),
    (with_facts(behaviour="x\u200by"), "facts.behaviour"),
    (with_facts(budget={"chapter": "\uff23"}), "facts.budget.chapter"),
    (with_facts(more=1), "facts.more"),
    (fine(beneficiary="nobody"), "beneficiary"),
    (fine(beneficiary=1), "beneficiary"),
]


def test_every_field_that_cannot_be_right_is_named(client: TestClient, house: House) -> None:
    for item, field in WRONG:
        (result,) = client.post(DOOR, json=body(item)).json()["results"]
        assert (result["outcome"], result["field"]) == ("refused", field)
        assert result["reason"]
    assert kept(house) == 0


MISSHAPEN: list[tuple[object, str]] = [
    ([], ""),
    ({"obligations": [FINE]}, "authority"),
    ({"authority": "csgt"}, "obligations"),
    ({"authority": "csgt", "obligations": {}}, "obligations"),
    ({"authority": "csgt", "obligations": []}, "obligations"),
    ({"authority": "csgt", "obligations": [{}] * 1_001}, "obligations"),
    ({"authority": ["csgt"], "obligations": [FINE]}, "authority"),
    ({"authority": "csgt", "obligations": [FINE], "more": 1}, "more"),
]


def test_a_body_of_another_shape_is_refused_whole(client: TestClient, house: House) -> None:
    for sent, field in MISSHAPEN:
        answer = client.post(DOOR, json=sent)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == field
    assert client.get(f"{DOOR}/pushes").json() == {"pushes": [], "next": None}
    assert kept(house) == 0


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from([*FINE, *FACTS, "extra"]), value=anything)
def test_no_value_in_any_field_breaks_the_door(
    client: TestClient, name: str, value: object
) -> None:
    item = with_facts(**{name: value}) if name in FACTS else fine(**{name: value})
    raw = json.dumps(body(item)).encode("utf-8", "surrogatepass")
    answer = client.post(DOOR, content=raw, headers={"content-type": "application/json"})
    assert answer.status_code in {200, 422}, answer.text


@pytest.mark.parametrize("door", [DOOR, f"{DOOR}/changes"])
def test_t05_a_partner_cannot_speak_for_an_authority_of_another(
    client: TestClient, house: House, door: str
) -> None:
    items = "changes" if door.endswith("changes") else "obligations"
    example = CHANGES if door.endswith("changes") else PUSH
    answers = [
        client.post(door, json={"authority": code, items: example[items]})
        for code in ("bhxh", "nobody")
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert kept(house) == 0


def test_t05_a_partner_cannot_read_what_another_pushed(client: TestClient) -> None:
    push = client.post(DOOR, json=PUSH).json()["push"]
    question = {"kind": "traffic_fine", "number": "1234/QĐ-XPHC"}
    assert client.get(DOOR, params=question).status_code == 200
    for asked in (question, question | {"authority": "csgt"}):
        assert client.get(DOOR, params=asked, headers=OTHER_HEADERS).status_code == 404
    assert client.get(f"{DOOR}/pushes/{push}", headers=OTHER_HEADERS).status_code == 404
    assert client.get(f"{DOOR}/pushes", headers=OTHER_HEADERS).json()["pushes"] == []


def test_without_a_key_nobody_is_let_in(client: TestClient) -> None:
    stranger = {"authorization": "Bearer no"}
    assert client.post(DOOR, json=PUSH, headers=stranger).status_code == 401
    assert client.get(f"{DOOR}/pushes", headers=stranger).status_code == 401


def test_an_obligation_is_told_with_what_is_due_today(client: TestClient) -> None:
    client.post(DOOR, json=PUSH)
    told = client.get(DOOR, params={"kind": "traffic_fine", "number": "1234/qd-xphc"}).json()
    assert (told["status"], told["version"], told["authority"]) == ("open", 1, "csgt")
    assert told["due"]["total_vnd"] == 3_000_000
    assert (told["payments"], told["changes"], told["paid_vnd"]) == ([], [], 0)


def test_the_log_says_what_came_and_what_was_refused_of_it(client: TestClient) -> None:
    raw = json.dumps(body(FINE, fine(kind="x"), fine(number="9" * 5_000))).encode()
    push = client.post(DOOR, content=raw, headers={"content-type": "application/json"}).json()
    (listed,) = client.get(f"{DOOR}/pushes").json()["pushes"]
    assert (listed["push"], listed["channel"], listed["items"]) == (push["push"], "json", 3)
    assert listed["body_sha256"] == hashlib.sha256(raw).hexdigest()
    assert listed["counts"] == {"new": 1, "refused": 2}
    refusals = client.get(f"{DOOR}/pushes/{push['push']}").json()["refusals"]
    assert [(each["place"], each["field"]) for each in refusals] == [(1, "kind"), (2, "number")]
    assert len(refusals[1]["number"]) == 100


def test_the_log_has_pages(client: TestClient) -> None:
    for number in range(53):
        client.post(DOOR, json=body(fine(number=f"{number}/QĐ")))
    first = client.get(f"{DOOR}/pushes").json()
    rest = client.get(f"{DOOR}/pushes", params={"cursor": first["next"]}).json()
    seen = [each["push"] for each in first["pushes"] + rest["pushes"]]
    assert len(first["pushes"]) == 50
    assert (len(set(seen)), rest["next"]) == (53, None)


def test_the_share_of_a_minute_holds_and_nothing_of_the_rest_is_kept(
    client: TestClient, house: House
) -> None:
    with house.open_tx() as tx:
        push_authorities(tx, [authority("ward", items=3)])
    two = [fine(number="1/QĐ"), fine(number="2/QĐ")]
    assert client.post(DOOR, json=body(*two, code="ward")).status_code == 200
    answer = client.post(DOOR, json=body(*two, code="ward"))
    assert (answer.status_code, kept(house)) == (429, 2)
    assert 0 < int(answer.headers["retry-after"]) <= 61
    assert answer.json()["type"] == "urn:clearing:problem:quota-spent"
    later = replace(house, clock=lambda: NOON + timedelta(seconds=61))
    again = TestClient(application(later), base_url="http://partner.test", headers=HEADERS)
    assert again.post(DOOR, json=body(*two, code="ward")).status_code == 200


def test_bodies_at_once_cannot_both_be_the_last_allowed(client: TestClient, house: House) -> None:
    with house.open_tx() as tx:
        push_authorities(tx, [authority("ward", items=5)])
    bodies = [body(fine(number=f"{at}/QĐ"), code="ward") for at in range(12)]

    def post(sent: dict[str, object]) -> int:
        return client.post(DOOR, json=sent).status_code

    with ThreadPoolExecutor(max_workers=6) as pool:
        statuses = list(pool.map(post, bodies))
    assert sorted(statuses) == [200] * 5 + [429] * 7
    assert kept(house) == 5


def test_nothing_is_kept_half_when_the_result_cannot_be_written(
    client: TestClient, house: House, owner_open_tx: OpenTx
) -> None:
    with owner_open_tx() as tx:
        tx.execute(text("REVOKE INSERT ON payments.intake_result FROM clearing_app"))
    quiet = TestClient(
        application(house),
        base_url="http://partner.test",
        headers=HEADERS,
        raise_server_exceptions=False,
    )
    assert quiet.post(DOOR, json=PUSH).status_code == 500
    assert kept(house) == 0
    (listed,) = client.get(f"{DOOR}/pushes").json()["pushes"]
    assert (listed["finished_at"], listed["counts"]) == (None, {})
    with owner_open_tx() as tx:
        tx.execute(text("GRANT INSERT ON payments.intake_result TO clearing_app"))
    assert client.post(DOOR, json=PUSH).json()["counts"] == {"new": 2}


def test_t28_changes_are_read_field_by_field(client: TestClient) -> None:
    usual: Mapping[str, object] = {
        "kind": "traffic_fine",
        "number": "1234/QĐ-XPHC",
        "act": "cancel",
        "reason": "Sai thẩm quyền",
        "document": "56/QĐ",
    }
    wrong: list[tuple[Mapping[str, object], str]] = [
        ({"act": "erase"}, "act"),
        ({"act": None}, "act"),
        ({"reason": ""}, "reason"),
        ({"document": "x" * 101}, "document"),
        ({"version": 0}, "version"),
        ({"version": "1"}, "version"),
        ({"facts": []}, "facts"),
        ({"period": ["2026-12-01", "2026-12-31"]}, "period"),
        ({"period": {"first": "2026-12-31", "last": "2026-12-01"}}, "period.last"),
        ({"period": {"first": "2026-12-31"}}, "period.last"),
        ({"instalments": {}}, "instalments"),
        ({"instalments": [{"due_on": "2026-12-31"}]}, "instalments[0].amount_vnd"),
        ({"successor": {"kind": "traffic_fine"}}, "successor.number"),
        ({"successor": fine(more=1)}, "successor.more"),
        ({"more": 1}, "more"),
    ]
    sent = {"authority": "csgt", "changes": [{**usual, **other} for other, _ in wrong]}
    answer = client.post(f"{DOOR}/changes", json=sent)
    assert [each["field"] for each in answer.json()["results"]] == [field for _, field in wrong]
    assert {each["outcome"] for each in answer.json()["results"]} == {"refused"}
