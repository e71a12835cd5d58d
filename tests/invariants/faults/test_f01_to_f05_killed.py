"""Processes killed between every two steps of a payment: nothing lost, nothing doubled."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import anyio
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from starlette.types import Message

from api.application import application
from api.house import House
from api.sandbox import fine
from gateways.contract import Answered, NextAction, Outcome, Prepared, Verdict
from ledger.accounts import Account, AccountKind
from ledger.postgres.balances import balance
from ledger.postgres.transaction import OpenTx
from payments.ask_gateway import Asked, ask_gateway
from payments.ask_plan import USUAL
from payments.event import Event
from payments.postgres import lock_rows
from payments.push_obligations import push_obligations
from payments.states import AttemptState, PaymentState
from payments.tell_plan import TellPlan
from payments.tell_provider import Delivered, tell_provider
from tests.api.conftest import PARTNER_KEY
from tests.invariants.faults.killing import die, killed
from tests.payments.scene import (
    AMOUNT,
    CALENDAR,
    LIFETIME,
    NOW,
    RATES,
    SIGNER,
    PaperGateway,
    hear,
    heard,
    inside,
    notice,
    opened,
    owe,
    sent,
    states,
)

SOON = NOW + timedelta(minutes=2)
RECEIVABLE = Account(AccountKind.RECEIVABLE, "paper")


def stay() -> None:
    """Live on."""


@dataclass
class Remembering(PaperGateway):
    """A gateway whose memory outlives our processes; some die as they talk to it."""

    memory: Path = field(default_factory=Path)
    before: Callable[[], None] = stay
    after: Callable[[], None] = stay

    def start(self, prepared: Prepared) -> NextAction:
        """Remember the order, if the news of it arrives."""
        self.before()
        with self.memory.open("a") as memory:
            memory.write(f"{prepared.reference}\n")
        self.after()
        return PaperGateway.start(self, prepared)

    def heard_of(self) -> list[str]:
        """Return every order it was ever told of."""
        return self.memory.read_text().split() if self.memory.exists() else []


def ask(open_tx: OpenTx, gateway: PaperGateway, *, after: timedelta) -> Asked:
    return ask_gateway(
        open_tx,
        {gateway.code: gateway},
        calendar=CALENDAR,
        signer=SIGNER,
        rates=RATES,
        now=NOW + after,
        limit_max=10,
    )


def says(reference: str, outcome: Outcome) -> Answered:
    return Answered(f"{reference} {outcome}".encode(), notice(reference, outcome))


def begin(open_tx: OpenTx) -> str:
    with open_tx() as tx:
        return sent(inside(tx), opened(tx, owe(tx)))


def booked_once(open_tx: OpenTx, reference: str) -> None:
    with open_tx() as tx:
        assert states(tx, reference) == (PaymentState.PAID, AttemptState.CAPTURED)
        assert balance(tx, RECEIVABLE).net == AMOUNT
        told = tx.execute(text("SELECT count(*) FROM payments.outbox")).scalar_one()
        proven = tx.execute(text("SELECT count(*) FROM payments.acknowledgement")).scalar_one()
        assert (told, proven) == (1, 1)


def test_f01_killed_before_the_gateway_heard_the_payer_tries_again_under_the_same_reference(
    open_tx: OpenTx, tmp_path: Path
):
    with open_tx() as tx:
        payment = opened(tx, owe(tx))
    gateway = Remembering(memory=tmp_path / "heard", before=die)
    killed(lambda: sent(open_tx, payment, gateway=gateway, reference="R1"))
    with open_tx() as tx:
        assert states(tx, "R1") == (PaymentState.PENDING, AttemptState.PREPARED)
    gateway.before = stay
    sent(open_tx, payment, gateway=gateway, reference="R2", now=SOON)
    assert gateway.heard_of() == ["R1"]


def test_f01_killed_before_the_gateway_heard_and_nobody_comes_back_the_fine_is_free_again(
    open_tx: OpenTx, tmp_path: Path
):
    with open_tx() as tx:
        ids = owe(tx)
        payment = opened(tx, ids)
    gateway = Remembering(memory=tmp_path / "heard", before=die)
    killed(lambda: sent(open_tx, payment, gateway=gateway, reference="R1"))
    ask(open_tx, gateway, after=LIFETIME + USUAL.not_started_margin)
    assert (gateway.asked, gateway.heard_of()) == (["R1"], [])
    with open_tx() as tx:
        assert states(tx, "R1") == (PaymentState.EXPIRED, AttemptState.EXPIRED)
        assert lock_rows.holders(tx, ids) == {}


def test_f02_killed_after_the_gateway_heard_the_sweeper_asks_and_orders_nothing_twice(
    open_tx: OpenTx, tmp_path: Path
):
    with open_tx() as tx:
        payment = opened(tx, owe(tx))
    gateway = Remembering(memory=tmp_path / "heard", after=die)
    killed(lambda: sent(open_tx, payment, gateway=gateway, reference="R1"))
    gateway.answers["R1"] = [says("R1", Outcome.PAID)]
    assert ask(open_tx, gateway, after=timedelta(minutes=1)) == Asked(answered=1)
    assert (gateway.asked, gateway.heard_of()) == (["R1"], ["R1"])
    booked_once(open_tx, "R1")


@pytest.mark.parametrize("by_callback", [True, False], ids=["repeated", "asked"])
def test_f03_killed_between_the_charge_and_the_commit_it_is_booked_by_the_next_word(
    open_tx: OpenTx, *, by_callback: bool
):
    reference = begin(open_tx)
    word = heard(notice(reference))

    def take_in() -> None:
        with open_tx() as tx:
            assert hear(tx, word) == [Verdict.RECORDED]
            die()

    killed(take_in)
    with open_tx() as tx:
        assert states(tx, reference)[0] is PaymentState.PENDING
        if by_callback:
            assert hear(tx, word) == [Verdict.RECORDED]
    if not by_callback:
        gateway = PaperGateway(answers={reference: [says(reference, Outcome.PAID)]})
        assert ask(open_tx, gateway, after=timedelta(minutes=1)) == Asked(answered=1)
    booked_once(open_tx, reference)


def test_f04_killed_between_the_commit_and_the_answer_a_repeated_callback_is_confirmed(
    open_tx: OpenTx,
):
    reference = begin(open_tx)
    word = heard(notice(reference))

    def take_in() -> None:
        with open_tx() as tx:
            hear(tx, word)
        die()

    killed(take_in)
    with open_tx() as tx:
        assert hear(tx, word) == [Verdict.ALREADY_RECORDED]
    booked_once(open_tx, reference)


def test_f04_killed_before_the_client_is_answered_its_retry_gets_the_stored_answer(house: House):
    late = fine(
        number="0002/QĐ-XPHC",
        plate="29B1-678.90",
        fine_vnd=3_000_000,
        issued_on=house.today().replace(month=10, day=29),
        received_on=house.today().replace(month=11, day=3),
    )
    with house.open_tx() as tx:
        push_obligations(tx, [late], keys=house.personal_keys, now=house.clock())
    headers = {"authorization": f"Bearer {PARTNER_KEY}", "idempotency-key": '"fault-0004"'}
    program = application(house)
    client = TestClient(program, base_url="http://partner.test", headers=headers)
    asked = {"number": "0002/QĐ-XPHC", "decided_on": "2026-10-29", "subject": "29B1-678.90"}
    found = client.post("/v1/look-ups", json=asked).json()
    body = {"obligations": [found["obligation"]], "shown_total_vnd": found["total_vnd"]}
    request = client.build_request("POST", "/v1/payments", json=body)
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/payments",
        "raw_path": b"/v1/payments",
        "query_string": b"",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 1),
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": request.content}

    async def answer(_message: Message) -> None:
        die()

    killed(lambda: anyio.run(program, scope, receive, answer))
    with house.open_tx() as tx:
        stored = tx.execute(text("SELECT answer FROM payments.idempotency")).scalar_one()
    again = client.post("/v1/payments", json=body)
    assert (again.status_code, again.content) == (201, bytes(stored))
    with house.open_tx() as tx:
        assert tx.execute(text("SELECT count(*) FROM payments.payment")).scalar_one() == 1


def test_f05_killed_between_the_commit_and_the_sending_an_event_is_delivered_under_one_id(
    open_tx: OpenTx, tmp_path: Path
):
    with open_tx() as tx:
        hear(tx, heard(notice(sent(inside(tx), opened(tx, owe(tx))))))
    received = tmp_path / "received"

    def deliver(event: Event) -> Delivered:
        with received.open("a") as kept:
            kept.write(f"{event.event_id}\n")
        return Delivered(is_taken=True, error="")

    def deliver_and_die(event: Event) -> Delivered:
        deliver(event)
        die()
        raise AssertionError

    killed(lambda: tell_provider(open_tx, deliver_and_die, now=NOW, limit_max=10))
    later = NOW + TellPlan().lease
    tell_provider(open_tx, deliver, now=later, limit_max=10)
    tell_provider(open_tx, deliver, now=later + timedelta(days=3), limit_max=10)
    ids = received.read_text().split()
    assert (len(ids), len(set(ids))) == (2, 1)
