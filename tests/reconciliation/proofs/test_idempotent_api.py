"""I8 finds creating calls without one answer of their own."""

import pytest

from ledger.postgres.transaction import Tx
from reconciliation.proofs.contract import Holds, Means
from reconciliation.proofs.idempotent_api import idempotent_api
from tests.reconciliation.proofs.book import named

CALL = "citizen /v1/payments order-0001"
ENDPOINTS = "/v1/webhook-endpoints"
ENDPOINT = "we_0123456789abcdef01234567"
EVENT = f"evt_{'0' * 32}"
DOORS = {
    "/v1/refunds": "refund",
    "/refund-proposal": "refund",
    ENDPOINTS: "endpoint",
    f"{ENDPOINTS}/{ENDPOINT}/rotate-secret": "secret of endpoint",
    f"{ENDPOINTS}/{ENDPOINT}/test": "ping",
}


def test_it_holds_of_a_clean_book(book_tx: Tx, means: Means):
    assert idempotent_api(book_tx, means) == Holds("3 kept answers")


def test_a_call_that_was_never_answered_is_named(planting_tx: Tx, means: Means):
    _change(planting_tx, "status = NULL, answer = NULL")
    assert named(idempotent_api(planting_tx, means)) == f"{CALL} was never answered"


def test_a_call_that_is_bound_to_no_body_is_named(planting_tx: Tx, means: Means):
    _change(planting_tx, "body_digest = '\\x00'")
    assert named(idempotent_api(planting_tx, means)) == f"{CALL} is bound to no body"


def test_an_answer_that_names_no_payment_is_named(planting_tx: Tx, means: Means):
    _change(planting_tx, """answer = '{"number":"NPNOTHERE"}'""")
    assert named(idempotent_api(planting_tx, means)) == (
        f"{CALL} was answered with payment NPNOTHERE, which citizen does not have"
    )


def test_an_answer_that_names_somebody_elses_payment_is_named(planting_tx: Tx, means: Means):
    _change(planting_tx, "client = 'another'")
    found = named(idempotent_api(planting_tx, means))
    assert found.startswith("another /v1/payments order-0001 was answered with payment NP")


def test_two_keys_answered_with_one_payment_are_named(planting_tx: Tx, means: Means):
    _change(
        planting_tx,
        "answer = (SELECT answer FROM payments.idempotency AS other WHERE key = 'order-0002')",
    )
    found = named(idempotent_api(planting_tx, means))
    assert found.startswith("payment NP")
    assert found.endswith(" is the answer to 2 keys")


def test_a_key_that_is_there_twice_is_named(planting_tx: Tx, means: Means):
    planting_tx.exec_driver_sql("ALTER TABLE payments.idempotency DROP CONSTRAINT idempotency_pkey")
    planting_tx.exec_driver_sql(
        "INSERT INTO payments.idempotency SELECT client, route, key, body_digest, status, '{}',"
        " created_at FROM payments.idempotency WHERE key = 'order-0001'"
    )
    assert named(idempotent_api(planting_tx, means)).splitlines() == [
        f"{CALL} is there 2 times",
        f"{CALL} was answered with no payment",
    ]


def test_each_door_is_held_against_what_it_makes(planting_tx: Tx, means: Means):
    refund = _own_things(planting_tx)
    _answered(planting_tx, "citizen", "/v1/refunds", f'{{"number":"{refund}"}}')
    _answered(planting_tx, "system:refunds", "/refund-proposal", refund)
    assert named(idempotent_api(planting_tx, means)) == f"refund {refund} is the answer to 2 keys"
    planting_tx.exec_driver_sql("DELETE FROM payments.idempotency WHERE route = '/refund-proposal'")
    _answered(planting_tx, "citizen", ENDPOINTS, f'{{"id":"{ENDPOINT}","url":"https://a.example"}}')
    for key in ("once", "once more"):
        route = f"{ENDPOINTS}/{ENDPOINT}/rotate-secret"
        _answered(planting_tx, "citizen", route, f'{{"id":"{ENDPOINT}"}}', key=key)
    _answered(planting_tx, "citizen", f"{ENDPOINTS}/{ENDPOINT}/test", f'{{"event":"{EVENT}"}}')
    assert idempotent_api(planting_tx, means) == Holds("8 kept answers")


@pytest.mark.parametrize(("route", "sort"), DOORS.items())
def test_an_answer_of_any_door_that_names_nothing_of_its_client_is_named(
    planting_tx: Tx, means: Means, route: str, sort: str
):
    refund = _own_things(planting_tx)
    theirs = {"refund": refund, "ping": EVENT}.get(sort, ENDPOINT)
    member = {"refund": "number", "ping": "event"}.get(sort, "id")
    for client, made in (("another", theirs), ("citizen", "x_1"), ("citizen", "")):
        answer = made if route == "/refund-proposal" else f'{{"{member}":"{made}"}}'
        _answered(planting_tx, client, route, answer, key=f"key of {made}")
    told = named(idempotent_api(planting_tx, means)).splitlines()
    assert f"another {route} key of {theirs} was answered with {sort} {theirs}, which another" in (
        line.removesuffix(" does not have") for line in told
    )
    assert f"citizen {route} key of x_1 was answered with {sort} x_1, which citizen" in (
        line.removesuffix(" does not have") for line in told
    )
    assert len(told) == 3


@pytest.mark.parametrize("act", ["rotate-secret", "test"])
def test_an_answer_about_another_endpoint_of_the_client_is_named(
    planting_tx: Tx, means: Means, act: str
):
    _own_things(planting_tx)
    answer = f'{{"event":"{EVENT}"}}' if act == "test" else f'{{"id":"{ENDPOINT}"}}'
    _answered(planting_tx, "citizen", f"{ENDPOINTS}/we_2/{act}", answer)
    assert "which citizen does not have" in named(idempotent_api(planting_tx, means))


def test_a_payment_is_read_where_the_door_writes_it(planting_tx: Tx, means: Means):
    _change(planting_tx, """answer = '{"metadata":{"number":"NP"},"number":"NPNOTHERE"}'""")
    assert named(idempotent_api(planting_tx, means)) == f"{CALL} was answered with no payment"


def test_an_answer_of_a_door_that_keeps_none_is_named(planting_tx: Tx, means: Means):
    _change(planting_tx, "route = '/v1/else'")
    assert named(idempotent_api(planting_tx, means)) == (
        "citizen /v1/else order-0001 was answered by a door that keeps no answers"
    )


def _own_things(tx: Tx) -> str:
    """Give the citizen an endpoint that was pinged, and return the number of a refund of theirs."""
    tx.exec_driver_sql(
        "INSERT INTO payments.webhook_endpoint"
        " (endpoint_id, client, slot, url, types, description, is_enabled, created_at, changed_at)"
        " VALUES (%(id)s, 'citizen', 1, 'https://a.example', '{}', '', true, now(), now())",
        {"id": ENDPOINT},
    )
    tx.exec_driver_sql(
        "INSERT INTO payments.client_event"
        " (client, event_id, subject, sequence, type, payload, created_at)"
        " VALUES ('citizen', %(event)s, %(id)s, 1, 'ping', '{}', now())",
        {"event": EVENT, "id": ENDPOINT},
    )
    found = tx.exec_driver_sql("SELECT number FROM payments.refund ORDER BY refund_id LIMIT 1")
    return str(found.scalar_one())


def _answered(tx: Tx, client: str, route: str, answer: str, *, key: str = "key") -> None:
    tx.exec_driver_sql(
        "INSERT INTO payments.idempotency"
        " (client, route, key, body_digest, status, answer, created_at)"
        " VALUES (%(client)s, %(route)s, %(key)s, sha256(''), 201,"
        " convert_to(%(answer)s, 'UTF8'), now())",
        {"client": client, "route": route, "key": key, "answer": answer},
    )


def _change(tx: Tx, change: str) -> None:
    changed = tx.exec_driver_sql(
        f"UPDATE payments.idempotency SET {change} WHERE key = 'order-0001'"  # noqa: S608 - our own constants
    )
    assert changed.rowcount == 1
