"""The release before and this one at work together: each lives on what the other wrote.

`before_refunds.json` holds every statement release 45627f8 sent to the database while it opened six
payments at VNPAY and took them to six different states, and the events it told of them.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any, Final, cast

import psycopg
import pytest
from psycopg.types.json import Jsonb
from sqlalchemy import text

from gateways.contract import Outcome, Verdict
from ledger.postgres.transaction import OpenTx, Tx
from payments.acknowledgement import verify
from payments.event import Event
from payments.postgres import acknowledgement_rows, attempt_rows, idempotency_rows, payment_rows
from payments.postgres.idempotency_rows import Replay
from payments.settle_payments import settle_payments
from payments.states import PaymentState
from payments.tell_provider import Delivered, tell_provider
from tests.architecture.sources import PROJECT
from tests.gateways.canned_partner import canned_partner, http, transport
from tests.gateways.vnpay_samples import gateway, query_answer
from tests.payments.scene import (
    NOW,
    SIGNER,
    hear,
    heard,
    inside,
    notice,
    opened,
    owe,
    payment_of,
    sent,
)

RECORDED: Final[Mapping[str, Any]] = MappingProxyType(
    json.loads((PROJECT / "tests" / "golden" / "releases" / "before_refunds.json").read_text())
)
NUMBERS: Final[Mapping[str, str]] = MappingProxyType(RECORDED["numbers"])
READ_AS: Final[Mapping[str, Callable[[Any], object]]] = MappingProxyType(
    {
        "bytes": bytes.fromhex,
        "instant": datetime.fromisoformat,
        "date": date.fromisoformat,
        "jsonb": Jsonb,
        "list": lambda items: [value(each) for each in items],
    }
)


def value(written: Any) -> object:  # noqa: ANN401 (whatever JSON holds)
    """Return what a recorded parameter was."""
    if not isinstance(written, dict):
        return written
    tagged = cast("dict[str, Any]", written)
    ((kind, of),) = tagged.items()
    return READ_AS[kind](of)


def old_release_lives(dsn: str) -> None:
    """Say to the database, word for word, what the release before said to it."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        calls: list[tuple[int, Any]] = RECORDED["calls"]
        for place, given in calls:
            wanted = cast("list[Any] | dict[str, Any]", given)
            parameters = (
                [value(each) for each in wanted]
                if isinstance(wanted, list)
                else {name: value(each) for name, each in wanted.items()}
            )
            connection.execute(RECORDED["texts"][place].encode(), parameters)


@pytest.fixture
def after(dsn: str, open_tx: OpenTx) -> OpenTx:
    """Give transactions on a database of this release in which the one before was at work."""
    old_release_lives(dsn)
    return open_tx


def reference(state: str) -> str:
    return f"{NUMBERS[state]}-1"


def test_f07_the_release_before_still_works_on_todays_tables_and_functions(after: OpenTx):
    with after() as tx:
        found = {state: payment_of(tx, number).state.value for state, number in NUMBERS.items()}
    assert found == {state: state for state in NUMBERS}


def test_f07_what_it_left_under_way_is_finished_by_this_one(after: OpenTx):
    with after() as tx:
        for state in ("pending", "held"):
            word = heard(notice(reference(state), gateway="vnpay"))
            assert hear(tx, word) == [Verdict.RECORDED]
        again = heard(notice(reference("paid"), gateway="vnpay"))
        assert hear(tx, again) == [Verdict.ALREADY_RECORDED]
        paid = payment_of(tx, NUMBERS["paid"])
        settle_payments(tx, [paid.payment_id], now=NOW)
        states = {payment_of(tx, NUMBERS[each]).state for each in ("pending", "held")}
        assert states == {PaymentState.PAID}
        assert payment_of(tx, NUMBERS["paid"]).state is PaymentState.SETTLED
        assert sent(inside(tx), payment_of(tx, NUMBERS["created"]))


def test_f07_an_order_it_prepared_is_asked_about_by_this_one(after: OpenTx):
    with after() as tx:
        attempt = attempt_rows.by_reference(tx, gateway="vnpay", reference=reference("pending"))
    assert attempt is not None
    answer = json.dumps(query_answer(TxnRef=reference("pending"))).encode()
    with canned_partner(http(200, answer)) as partner, transport() as sender:
        asked = gateway(sender, api_url=partner.url).ask(attempt.prepared, now=NOW)
    assert asked.notice.outcome is Outcome.PAID


def test_f07_its_answers_and_its_proofs_are_good(after: OpenTx):
    with after() as tx:
        begun = idempotency_rows.begin(
            tx,
            client="portal",
            route="/v1/payments",
            key="old-release",
            body_digest=b"d" * 32,
            now=NOW,
        )
        proof = acknowledgement_rows.of_payment(tx, payment_of(tx, NUMBERS["paid"]).payment_id)
    assert begun == Replay(status=201, answer=f'{{"number":"{NUMBERS["created"]}"}}'.encode())
    assert proof is not None
    keys = {SIGNER.key_id: SIGNER.public_key}
    assert verify(proof.payload, signature=proof.signature, public_keys=keys)


def test_f07_its_events_are_told_by_this_one_as_they_were_written(after: OpenTx):
    told: list[Event] = []

    def deliver(event: Event) -> Delivered:
        told.append(event)
        return Delivered(is_taken=True, error="")

    tell_provider(after, deliver, now=NOW + timedelta(minutes=1), limit_max=100)
    written = [(each["type"], each["payload"]) for each in RECORDED["events"]]
    assert sorted(((each.type, dict(each.payload)) for each in told), key=str) == sorted(
        written, key=str
    )


def test_f07_this_ones_events_have_all_that_was_in_the_ones_before(tx: Tx):
    payment = opened(tx, owe(tx))
    word = partial(notice, sent(inside(tx), payment))
    hear(tx, heard(word()), heard(word(transaction="T-2")))
    settled = opened(tx, owe(tx))
    hear(tx, heard(notice(sent(inside(tx), settled))))
    settle_payments(tx, [settled.payment_id], now=NOW)
    rows = tx.execute(text("SELECT type, payload FROM payments.outbox"))
    today = {row.type: shape(row.payload) for row in rows}
    for event in RECORDED["events"]:
        assert shape(event["payload"]).items() <= today[event["type"]].items(), event["type"]


def test_f07_payments_of_both_read_alike(after: OpenTx):
    with after() as tx:
        newer = opened(tx, owe(tx))
        assert payment_rows.count_by_state(tx)[PaymentState.CREATED] == 2
        assert payment_of(tx, newer.number).metadata == payment_of(tx, NUMBERS["created"]).metadata


def shape(payload: Mapping[str, Any]) -> dict[str, str]:
    """Return which fields a payload has, and of what type."""
    data = {f"data.{name}": type(of).__name__ for name, of in payload["data"].items()}
    return data | {name: type(of).__name__ for name, of in payload.items()}
