"""Refunds as partners propose and read them: their own payments only, and once per key."""

from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.access.scope import Scope
from api.application import application
from api.house import House
from api.partner.refunds import chosen
from ledger.money import Money
from payments.approve_refund import approve_refund
from payments.errors import NotRefundable
from payments.open_payment import open_payment
from payments.payment_number import refund_number
from payments.refund import Refund, RefundCause, digest_of
from payments.reject_refund import reject_refund
from payments.returnable import Choice, Returnable
from reconciliation.postgres.proof_history_rows import badly_answered
from tests.api.conftest import NOON, PARTNER_KEY
from tests.payments.refunding import only_refund, paid_twice
from tests.payments.scene import (
    NOW,
    RATES,
    TODAY,
    hear,
    heard,
    inside,
    notice,
    order_of,
    owe,
    sent,
)

HEADERS = {"authorization": f"Bearer {PARTNER_KEY}"}


@pytest.fixture
def client(house: House) -> TestClient:
    """Give a client of the partner host."""
    return TestClient(application(house), base_url="http://partner.test", headers=HEADERS)


@pytest.fixture
def refund(house: House) -> Refund:
    """Give a refund of a payment that the partner opened, proposed by itself."""
    return paid_twice_by_a_partner(house)


def paid_twice_by_a_partner(house: House) -> Refund:
    """Return what is proposed by itself when the partner's payer paid twice."""
    with house.open_tx() as tx:
        order = replace(order_of(owe(tx)), client="portal")
        payment = open_payment(tx, order, rates=RATES, now=NOW, today=TODAY)
        reference = sent(inside(tx), payment)
        hear(tx, heard(notice(reference)))
        hear(tx, heard(notice(reference, transaction=f"{reference}-again")))
        return only_refund(tx, payment.payment_id)


def reject(house: House, refund: Refund) -> None:
    with house.open_tx() as tx:
        reject_refund(tx, refund.number, by="staff:ketoan2", now=NOON)


def wanted(refund: Refund, **other: object) -> dict[str, object]:
    return {
        "payment": refund.payment_number,
        "amount_vnd": refund.amount.vnd,
        "expected_refundable_vnd": refund.amount.vnd,
        "reason": "Người nộp gọi điện",
    } | other


def post(client: TestClient, body: dict[str, object], *, key: str = "once-0001") -> Any:  # noqa: ANN401 (an answer of any shape)
    return client.post("/v1/refunds", json=body, headers={"idempotency-key": f'"{key}"'})


def test_what_was_proposed_by_itself_is_read_without_names(
    client: TestClient, house: House, refund: Refund
) -> None:
    with house.open_tx() as tx:
        approve_refund(tx, refund.number, digest=digest_of(refund), by="staff:ketoan1", now=NOON)
    told = client.get(f"/v1/refunds/{refund.number}").json()
    assert told["status"] == "approved"
    assert told["proposed_by"] == "system"
    assert told["approved_at"] == "2026-11-23T12:00:00+07:00"
    assert (told["cause"], told["route"], told["amount_vnd"]) == (
        "duplicate",
        "gateway",
        refund.amount.vnd,
    )
    assert "ketoan1" not in str(told)


def test_a_proposal_waits_for_one_of_our_people(
    client: TestClient, house: House, refund: Refund
) -> None:
    reject(house, refund)
    answer = post(client, wanted(refund))
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["status"], told["proposed_by"]) == ("proposed", "partner")
    assert client.get(f"/v1/refunds/{told['number']}").json() == told
    again = post(client, wanted(refund))
    assert again.json() == told
    assert again.headers["idempotency-replayed"] == "true"
    assert len(client.get("/v1/refunds").json()["refunds"]) == 2
    with house.open_recon_tx() as tx:
        assert badly_answered(tx).names == ()


def test_a_stale_amount_is_a_precondition_that_failed(
    client: TestClient, house: House, refund: Refund
) -> None:
    stale = post(client, wanted(refund))
    assert stale.status_code == 412
    assert stale.json()["type"] == "urn:clearing:problem:refundable-changed"
    assert stale.json()["errors"] == [{"field": "expected_refundable_vnd", "reason": "is 0 by now"}]
    assert post(client, wanted(refund, expected_refundable_vnd=0)).status_code == 409
    reject(house, refund)
    part = post(client, wanted(refund, amount_vnd=refund.amount.vnd - 1))
    assert (part.status_code, part.json()["errors"][0]["reason"]) == (409, "only_whole")
    more = post(client, wanted(refund, amount_vnd=refund.amount.vnd + 1))
    assert (more.status_code, more.json()["errors"][0]["reason"]) == (409, "more_than_left")


def test_what_is_not_ones_own_is_not_there(client: TestClient, house: House) -> None:
    with house.open_tx() as tx:
        other = paid_twice(tx)
    reject(house, other)
    not_there = client.get(f"/v1/refunds/{refund_number(9)}").json()
    for answer in (
        client.get(f"/v1/refunds/{other.number}"),
        client.get("/v1/refunds/NP23456789AB"),
        post(client, wanted(other)),
        post(client, wanted(other, payment="NP0")),
    ):
        assert answer.status_code == 404
        assert {**answer.json(), "instance": "", "support_code": ""} == {
            **not_there,
            "instance": "",
            "support_code": "",
        }
    assert client.get("/v1/refunds").json() == {"refunds": [], "next_cursor": None}
    assert client.get(f"/v1/refunds?cursor={other.number}").status_code == 422


def test_the_list_is_filtered_and_paged(client: TestClient, house: House, refund: Refund) -> None:
    newer = paid_twice_by_a_partner(house)
    first = client.get("/v1/refunds?limit=1").json()
    assert [each["number"] for each in first["refunds"]] == [newer.number]
    second = client.get(f"/v1/refunds?limit=1&cursor={first['next_cursor']}").json()
    assert [each["number"] for each in second["refunds"]] == [refund.number]
    assert second["next_cursor"] is None
    for query, many in (
        (f"payment={refund.payment_number}", 1),
        ("payment=nothing", 0),
        ("status=proposed", 2),
        ("status=done", 0),
        ("from=2030-01-01T00:00:00Z", 0),
        ("to=2020-01-01T00:00:00Z", 0),
    ):
        assert len(client.get(f"/v1/refunds?{query}").json()["refunds"]) == many, query


def test_each_door_asks_for_its_scope(client: TestClient) -> None:
    document = client.get("/v1/openapi.json").json()
    for path, method, scope in (
        ("/v1/refunds", "post", Scope.REFUNDS_WRITE),
        ("/v1/refunds", "get", Scope.REFUNDS_READ),
        ("/v1/refunds/{number}", "get", Scope.REFUNDS_READ),
    ):
        assert document["paths"][path][method]["security"] == [{"partner_key": [scope]}]


def test_a_payment_says_what_may_go_back_and_what_went(
    client: TestClient, house: House, refund: Refund
) -> None:
    path = f"/v1/payments/{refund.payment_number}"
    before = client.get(path).json()
    assert (before["refundable_vnd"], before["refunded_vnd"]) == (0, 0)
    reject(house, refund)
    assert client.get(path).json()["refundable_vnd"] == refund.amount.vnd


def choice(vnd: int, cause: RefundCause) -> Choice:
    return Choice(vnd, None, cause, Money(vnd), "T", NOON)


def test_the_sum_meant_is_the_one_so_large_or_a_due_one_in_part() -> None:
    surplus, due = choice(5_000, RefundCause.DUPLICATE), choice(9_000, RefundCause.REFUND_DUE)
    both = Returnable((surplus, due))
    assert chosen(both, Money(5_000)) is surplus
    assert chosen(both, Money(9_000)) is due
    assert chosen(both, Money(4_000)) is due
    for returnable, vnd, reason in (
        (both, 9_001, "more_than_left"),
        (Returnable((surplus,)), 4_000, "only_whole"),
        (Returnable(), 1, "nothing_left"),
    ):
        with pytest.raises(NotRefundable) as caught:
            chosen(returnable, Money(vnd))
        assert caught.value.reason == reason
