"""Many wishes to open payments, answered as if each came alone."""

from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from api.access.obligation_token import seal_obligation
from api.house import House
from api.partner.idempotent import Once
from api.partner.opening import Answer, Asked, open_all
from api.partner.payment_in import PaymentIn
from api.sandbox import fine
from payments.errors import (
    BeingPaid,
    GatewayNotOffered,
    InputRefused,
    KeyReused,
    NotFound,
    PaymentsError,
)
from payments.postgres import attempt_rows, payment_rows
from payments.push_obligations import push_obligations
from tests.payments.scene import PaperGateway

START = {"gateway": "vnpay", "payer_address": "203.0.113.7"}
ROUTE = "/v1/payments"


def owed(house: House, many: int, *, fine_vnd: int = 3_000_000) -> list[int]:
    issued_on = house.today() - timedelta(days=5)
    fines = [
        fine(
            number=f"9{place:03d}/QĐ-XPHC",
            plate="30A-123.45",
            fine_vnd=fine_vnd,
            issued_on=issued_on,
            received_on=issued_on,
        )
        for place in range(many)
    ]
    with house.open_tx() as tx:
        pushed = push_obligations(tx, fines, keys=house.personal_keys, now=house.clock())
    return [each.obligation_id for each in pushed if each.obligation_id is not None]


def wish(house: House, *ids: int, key: str = "", client: str = "portal", **said: object) -> Asked:
    tokens = [seal_obligation(house, each, bound_to=client) for each in ids]
    body = PaymentIn.model_validate({"obligations": tokens, **said})
    return Asked(client, Once(ROUTE, key or f"key-{ids}-{client}"), body)


def read(answer: Answer | PaymentsError) -> dict[str, object]:
    assert isinstance(answer, Answer), answer
    assert answer.status == 201
    kept: dict[str, object] = orjson.loads(answer.body)
    return kept


def counted(house: House) -> int:
    with house.open_tx() as tx:
        return sum(payment_rows.count_by_state(tx).values())


def test_a_payment_is_opened_and_started_in_one_request(house: House):
    (one,) = owed(house, 1)
    (answer,) = open_all(house, [wish(house, one, start=START)])
    opened = read(answer)
    assert opened["status"] == "pending"
    action = opened["next_action"]
    assert isinstance(action, dict)
    assert action["type"] == "redirect"
    assert "vnp_SecureHash=" in action["url"]
    with house.open_tx() as tx:
        payment = payment_rows.by_number(tx, str(opened["number"]))
        assert payment is not None
        (attempt,) = attempt_rows.of_payment(tx, payment.payment_id)
    assert attempt.prepared.reference in action["url"]


def test_each_of_many_is_answered_as_if_alone(house: House):
    one, two, three = owed(house, 3)
    first = wish(house, one, start=START)
    answers = open_all(
        house,
        [
            first,
            wish(house, one, key="another-key"),
            wish(house, two),
            wish(house, three, client="ministry"),
            replace(wish(house, three), client="ministry"),
            wish(house, two, three, key="third-key"),
        ],
    )
    kinds = [type(each) for each in answers]
    assert kinds == [Answer, BeingPaid, Answer, Answer, NotFound, BeingPaid]
    assert counted(house) == 3


def test_twins_in_one_batch_are_one_payment_and_one_answer(house: House):
    one, two = owed(house, 2)
    wishes = [wish(house, one), wish(house, two), wish(house, one), wish(house, one)]
    answers = open_all(house, wishes)
    assert answers[2] == answers[3] == replace(answers[0], is_replayed=True)  # pyright: ignore[reportArgumentType] (an answer, or this fails)
    assert open_all(house, wishes[:1]) == [answers[2]]
    assert counted(house) == 2


def test_a_key_with_another_body_is_refused_and_opens_nothing(house: House):
    one, two = owed(house, 2)
    answers = open_all(house, [wish(house, one, key="same-key"), wish(house, two, key="same-key")])
    assert [type(each) for each in answers] == [Answer, KeyReused]
    assert counted(house) == 1


def test_what_is_refused_leaves_its_key_free(house: House):
    (one,) = owed(house, 1)
    dear = wish(house, one, key="a-key-of-mine", shown_total_vnd=1)
    assert isinstance(open_all(house, [dear])[0], PaymentsError)
    assert isinstance(open_all(house, [wish(house, one, key="a-key-of-mine")])[0], Answer)


def test_a_gateway_nobody_knows_opens_nothing(house: House):
    (one,) = owed(house, 1)
    (answer,) = open_all(house, [wish(house, one, start={**START, "gateway": "nobody"})])
    assert isinstance(answer, GatewayNotOffered)
    assert counted(house) == 0


def test_a_gateway_that_must_be_told_is_started_by_an_attempt(house: House):
    (one,) = owed(house, 1)
    here = replace(house, gateways={"paper": PaperGateway()})
    (answer,) = open_all(here, [wish(house, one, start={**START, "gateway": "paper"})])
    assert isinstance(answer, InputRefused)
    assert answer.field == "body.start.gateway"
    assert counted(house) == 0


def test_a_gateway_that_does_not_take_the_amount_leaves_the_payment_open(house: House):
    (one,) = owed(house, 1, fine_vnd=1_500_000_000)
    opened = read(open_all(house, [wish(house, one, start=START)])[0])
    action = opened["next_action"]
    assert isinstance(action, dict)
    assert (opened["status"], action["type"]) == ("created", "choose_gateway")


@pytest.mark.parametrize("many", [0, 1])
def test_nobody_or_one_is_a_batch_too(house: House, many: int):
    wishes = [wish(house, each) for each in owed(house, many)]
    assert [type(each) for each in open_all(house, wishes)] == [Answer] * many
