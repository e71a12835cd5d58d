"""Sending a payment to a gateway."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import text

from gateways.contract import Outcome, Redirect
from gateways.errors import (
    Declined,
    GatewayError,
    Misconfigured,
    OutcomeUnknown,
    Retryable,
    Untrusted,
)
from ledger.money import Money
from ledger.postgres.transaction import OpenTx, Tx
from payments.errors import BeingPaid, GatewayNotOffered, NotFound, NotPayable, NumberTaken
from payments.payment import Payment
from payments.postgres import attempt_rows
from payments.send_to_gateway import send_to_gateway
from payments.states import AttemptState, PaymentState
from tests.payments.scene import (
    LIFETIME,
    NOW,
    PaperGateway,
    attempt_of,
    hear,
    heard,
    inside,
    notice,
    opened,
    owe,
    sent,
    states,
)

SOON = NOW + timedelta(seconds=30)


def send(
    open_tx: OpenTx, gateway: PaperGateway, payment_id: int, reference: str, *, at: timedelta
) -> Redirect:
    return send_to_gateway(
        open_tx,
        gateway,
        payment_id=payment_id,
        reference=reference,
        payer_address="113.160.92.202",
        return_url="https://pay.example.vn/return",
        purpose="Nộp phạt",
        now=NOW + at,
    )


def begin(tx: Tx, reference: str, gateway: PaperGateway) -> Payment:
    payment = opened(tx, owe(tx))
    send(inside(tx), gateway, payment.payment_id, reference, at=timedelta(0))
    return payment


def test_the_attempt_is_written_down_and_the_payer_sent_on(tx: Tx):
    gateway = PaperGateway()
    payment = opened(tx, owe(tx))
    action = send(inside(tx), gateway, payment.payment_id, "R1", at=timedelta(0))
    assert action.url == "https://paper.example.vn/pay/R1"
    assert states(tx, "R1") == (PaymentState.PENDING, AttemptState.SENT)
    attempt = attempt_of(tx, "R1")
    assert attempt.prepared.fields == {"info": "Nộp phạt"}
    assert attempt.prepared.expires_at == payment.expires_at
    assert attempt.next_ask_at == NOW + timedelta(seconds=60)


def test_f01_nothing_is_sent_that_is_not_committed_before(open_tx: OpenTx):
    with open_tx() as tx:
        payment = opened(tx, owe(tx))
    gateway = PaperGateway()
    seen: list[AttemptState] = []

    def look(_: object) -> None:
        with open_tx() as other:
            seen.append(attempt_of(other, "R1").state)

    gateway.on_start = look
    send(open_tx, gateway, payment.payment_id, "R1", at=timedelta(0))
    assert seen == [AttemptState.PREPARED]


def test_f02_a_crash_before_the_answer_is_kept_is_continued_under_the_same_reference(
    open_tx: OpenTx,
):
    with open_tx() as tx:
        payment = opened(tx, owe(tx))
    gateway = PaperGateway()

    def crash(_: object) -> None:
        raise KeyboardInterrupt

    gateway.on_start = crash
    with pytest.raises(KeyboardInterrupt):
        send(open_tx, gateway, payment.payment_id, "R1", at=timedelta(0))
    gateway.on_start = None
    action = send(open_tx, gateway, payment.payment_id, "R2", at=timedelta(seconds=30))
    assert action.url.endswith("/R1")
    assert gateway.started == ["R1", "R1"]
    with open_tx() as tx:
        assert states(tx, "R1") == (PaymentState.PENDING, AttemptState.SENT)


def test_repeating_it_returns_the_same_attempts_action(tx: Tx):
    gateway = PaperGateway()
    payment = begin(tx, "R1", gateway)
    again = send(inside(tx), gateway, payment.payment_id, "R2", at=timedelta(seconds=9))
    assert again.url.endswith("/R1")
    assert len(attempt_rows.of_payment(tx, payment.payment_id)) == 1


def test_a_double_click_is_one_attempt(open_tx: OpenTx):
    with open_tx() as tx:
        payment = opened(tx, owe(tx))
    gateway = PaperGateway()

    def call(turn: int) -> str:
        at = timedelta(0)
        return send(open_tx, gateway, payment.payment_id, f"R{turn}", at=at).url

    with ThreadPoolExecutor(8) as callers:
        assert len(set(callers.map(call, range(8)))) == 1
    with open_tx() as tx:
        assert len(attempt_rows.of_payment(tx, payment.payment_id)) == 1


def test_another_gateway_has_to_wait_for_the_first(tx: Tx):
    payment = begin(tx, "R1", PaperGateway())
    with pytest.raises(BeingPaid):
        send(inside(tx), PaperGateway("other"), payment.payment_id, "R2", at=timedelta(0))


def test_a_no_from_the_gateway_frees_the_payer_to_try_again(tx: Tx):
    for number, error in enumerate((Declined("no"), Retryable("busy"), Misconfigured("key"))):
        reference = f"N{number}"
        payment = opened(tx, owe(tx))
        gateway = PaperGateway(start_error=error)
        with pytest.raises(type(error)):
            send(inside(tx), gateway, payment.payment_id, reference, at=timedelta(0))
        assert states(tx, reference) == (PaymentState.FAILED, AttemptState.FAILED)
        again = send(
            inside(tx), PaperGateway(), payment.payment_id, f"{reference}-2", at=timedelta(0)
        )
        assert again.url.endswith(f"/{reference}-2")
        assert states(tx, f"{reference}-2") == (PaymentState.PENDING, AttemptState.SENT)


def test_f19_silence_is_unknown_and_no_other_gateway_is_tried(tx: Tx):
    payment = opened(tx, owe(tx))
    with pytest.raises(OutcomeUnknown):
        send(
            inside(tx),
            PaperGateway(start_error=OutcomeUnknown("timeout")),
            payment.payment_id,
            "R1",
            at=timedelta(0),
        )
    assert states(tx, "R1") == (PaymentState.UNKNOWN, AttemptState.UNKNOWN)
    for gateway in (PaperGateway(), PaperGateway("other")):
        with pytest.raises(BeingPaid):
            send(inside(tx), gateway, payment.payment_id, "R2", at=timedelta(days=1))


def test_f21_an_answer_that_cannot_be_believed_is_kept_and_unknown(tx: Tx):
    payment = opened(tx, owe(tx))
    error = Untrusted("bad signature", raw=b'{"code":"00"')
    with pytest.raises(Untrusted):
        send(inside(tx), PaperGateway(start_error=error), payment.payment_id, "R1", at=timedelta(0))
    assert states(tx, "R1") == (PaymentState.UNKNOWN, AttemptState.UNKNOWN)
    kept = tx.execute(text("SELECT body, verdict FROM payments.evidence")).one()
    assert (bytes(kept.body), kept.verdict) == (error.raw, "malformed")


def test_a_callback_faster_than_our_own_pen_is_not_undone(tx: Tx):
    for number, error in enumerate((None, OutcomeUnknown("timeout"), Declined("no"))):
        reference = f"F{number}"
        gateway = PaperGateway(
            start_error=error, on_start=lambda prepared: _paid(tx, prepared.reference)
        )
        payment = opened(tx, owe(tx))
        with suppress(GatewayError):
            send(inside(tx), gateway, payment.payment_id, reference, at=timedelta(0))
        assert states(tx, reference) == (PaymentState.PAID, AttemptState.CAPTURED)


def _paid(tx: Tx, reference: str) -> None:
    hear(tx, heard(notice(reference)))


def test_a_payment_that_is_over_is_not_sent(tx: Tx):
    payment = opened(tx, owe(tx))
    with pytest.raises(NotPayable, match="time"):
        send(inside(tx), PaperGateway(), payment.payment_id, "R1", at=LIFETIME)
    reference = sent(inside(tx), payment)
    hear(tx, heard(notice(reference)))
    with pytest.raises(NotPayable, match="paid"):
        send(inside(tx), PaperGateway(), payment.payment_id, "R2", at=timedelta(0))


def test_an_unknown_payment_is_not_found(tx: Tx):
    with pytest.raises(NotFound):
        send(inside(tx), PaperGateway(), 999_999_999, "R1", at=timedelta(0))


def test_a_reference_is_given_once(tx: Tx):
    begin(tx, "R1", PaperGateway())
    payment = opened(tx, owe(tx))
    with pytest.raises(NumberTaken):
        send(inside(tx), PaperGateway(), payment.payment_id, "R1", at=timedelta(0))


def test_the_gateways_own_limits_are_kept(tx: Tx):
    payment = opened(tx, owe(tx, amount=Money(4_999)))
    with pytest.raises(GatewayNotOffered):
        send(inside(tx), PaperGateway(), payment.payment_id, "R1", at=timedelta(0))


def test_the_next_try_of_a_failed_payment_holds_its_obligations_again(tx: Tx):
    ids = owe(tx)
    payment = opened(tx, ids)
    hear(tx, heard(notice(sent(inside(tx), payment), Outcome.DECLINED)))
    sent(inside(tx), payment)
    with pytest.raises(BeingPaid):
        opened(tx, ids, now=SOON)


def test_a_failed_payment_gives_way_to_whoever_came_meanwhile(tx: Tx):
    ids = owe(tx)
    payment = opened(tx, ids)
    hear(tx, heard(notice(sent(inside(tx), payment), Outcome.DECLINED)))
    other = opened(tx, ids)
    with pytest.raises(BeingPaid):
        sent(inside(tx), payment, now=SOON)
    reference = sent(inside(tx), other)
    with pytest.raises(BeingPaid):
        sent(inside(tx), payment, now=SOON)
    hear(tx, heard(notice(reference)))
    with pytest.raises(NotPayable, match="paid"):
        sent(inside(tx), payment, now=SOON)


def test_a_failed_payment_is_not_sent_again_at_yesterdays_price(tx: Tx):
    at_night = NOW.replace(hour=16, minute=50)  # ten minutes to midnight in Vietnam
    payment = opened(tx, owe(tx), now=at_night)
    reference = sent(inside(tx), payment, now=at_night)
    hear(tx, heard(notice(reference, Outcome.DECLINED)))
    with pytest.raises(NotPayable, match="another day"):
        sent(inside(tx), payment, now=at_night + timedelta(minutes=11))
