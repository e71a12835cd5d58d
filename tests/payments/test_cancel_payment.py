"""Cancelling: at once where nobody heard of it, else when the gateway says; money still counts."""

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from gateways.contract import Answered, Outcome, Verdict
from gateways.errors import GatewayError, OutcomeUnknown, Untrusted
from ledger.accounts import Account, AccountKind
from ledger.errors import DayClosed
from ledger.postgres.balances import balance
from ledger.postgres.transaction import OpenTx, Tx
from payments.ask_gateway import ask_gateway
from payments.cancel_payment import cancel_payment
from payments.errors import AlreadyPaid, BeingPaid, Cancelled, NotFound, PaymentsError, StepRefused
from payments.expire_payments import expire_payments
from payments.payment import Payment
from payments.postgres import lock_rows
from payments.states import FULFILLED, LOCKING, PaymentState
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
    payment_of,
    sent,
    states,
)

LATER = NOW + timedelta(minutes=1)
OVER = NOW + LIFETIME + timedelta(minutes=6)


def cancel(
    open_tx: OpenTx, payment: Payment, gateway: PaperGateway, *, at: datetime = LATER
) -> Payment:
    return cancel_payment(
        open_tx,
        {"paper": gateway},
        payment_id=payment.payment_id,
        calendar=CALENDAR,
        signer=SIGNER,
        rates=RATES,
        now=at,
    )


def begun(tx: Tx, *said: Outcome | GatewayError) -> tuple[Payment, str, PaperGateway]:
    """Return a payment under way, and its gateway with what it says when it is asked."""
    gateway = PaperGateway()
    payment = opened(tx, owe(tx))
    reference = sent(inside(tx), payment, gateway=gateway)
    gateway.answers[reference] = [_answer(reference, each) for each in said]
    return payment, reference, gateway


def _answer(reference: str, said: Outcome | GatewayError) -> Answered | GatewayError:
    if isinstance(said, GatewayError):
        return said
    return Answered(f"{reference}{said}".encode(), notice(reference, said))


def test_what_no_gateway_heard_of_is_over_at_once_and_free_for_others(tx: Tx):
    fines = owe(tx)
    payment = opened(tx, fines)
    gateway = PaperGateway()
    after = cancel(inside(tx), payment, gateway)
    assert (after.state, after.cancel_asked_at) == (PaymentState.FAILED, LATER)
    assert gateway.asked == []
    assert opened(tx, fines, now=LATER).state is PaymentState.CREATED


def test_a_cancelled_payment_is_never_sent_again(tx: Tx):
    payment = opened(tx, owe(tx))
    gateway = PaperGateway()
    cancel(inside(tx), payment, gateway)
    with pytest.raises(Cancelled):
        sent(inside(tx), payment, gateway=gateway)
    assert gateway.started == []


@pytest.mark.parametrize("said", [Outcome.DECLINED, Outcome.CANCELLED, Outcome.EXPIRED])
def test_an_end_without_money_by_the_gateways_word_ends_it(tx: Tx, said: Outcome):
    payment, reference, gateway = begun(tx, said)
    after = cancel(inside(tx), payment, gateway)
    assert after.state in {PaymentState.FAILED, PaymentState.EXPIRED}
    assert gateway.asked == [reference]
    assert lock_rows.holders(tx, [line.obligation_id for line in payment.lines]) == {}


@pytest.mark.parametrize(
    "said", [Outcome.PENDING, Outcome.NOT_STARTED, OutcomeUnknown("timeout"), Untrusted("forged")]
)
def test_while_money_may_still_come_it_stays_and_holds_what_it_is_for(
    tx: Tx, said: Outcome | GatewayError
):
    payment, reference, gateway = begun(tx, said)
    after = cancel(inside(tx), payment, gateway)
    assert (after.state, after.cancel_asked_at) == (PaymentState.PENDING, LATER)
    with pytest.raises(BeingPaid):
        opened(tx, [payment.lines[0].obligation_id], now=LATER)
    with pytest.raises(Cancelled):
        sent(inside(tx), payment, gateway=gateway)
    hear(tx, heard(notice(reference, Outcome.CANCELLED)))
    assert payment_of(tx, payment.number).state is PaymentState.FAILED


def test_paid_by_the_gateways_word_wins_over_cancelling(tx: Tx):
    payment, reference, gateway = begun(tx, Outcome.PAID)
    with pytest.raises(AlreadyPaid) as refused:
        cancel(inside(tx), payment, gateway)
    assert refused.value.state == "paid"
    assert states(tx, reference)[0] is PaymentState.PAID


def test_a_day_that_closes_in_that_very_moment_costs_nobody_the_answer(tx: Tx):
    payment, _, gateway = begun(tx, Outcome.PAID)
    opened_before = 0

    @contextmanager
    def closing() -> Generator[Tx]:
        nonlocal opened_before
        opened_before += 1
        with inside(tx)() as inner:
            yield inner
            if opened_before == 2:
                raise DayClosed(NOW.date())

    with pytest.raises(AlreadyPaid):
        cancel(closing, payment, gateway)
    assert opened_before == 3


def test_money_after_the_cancelling_counts(tx: Tx):
    payment, reference, gateway = begun(tx)
    cancel(inside(tx), payment, gateway)
    assert hear(tx, heard(notice(reference))) == [Verdict.RECORDED]
    assert payment_of(tx, payment.number).state is PaymentState.PAID


def test_money_for_what_was_cancelled_before_and_is_paid_by_another_goes_back(tx: Tx):
    payment, reference, gateway = begun(tx, Outcome.CANCELLED)
    cancel(inside(tx), payment, gateway)
    other = opened(tx, [payment.lines[0].obligation_id], now=LATER)
    second = sent(inside(tx), other, now=LATER)
    hear(tx, heard(notice(second)), heard(notice(reference)))
    assert payment_of(tx, other.number).state is PaymentState.PAID
    assert payment_of(tx, payment.number).state is PaymentState.OVERPAID


def test_money_people_look_at_is_not_cancelled(tx: Tx):
    payment, reference, gateway = begun(tx)
    hear(tx, heard(notice(reference, Outcome.HELD)))
    with pytest.raises(StepRefused):
        cancel(inside(tx), payment, gateway)
    assert payment_of(tx, payment.number).cancel_asked_at is None


def test_cancelling_twice_is_cancelling_once(tx: Tx):
    payment, reference, gateway = begun(tx)
    first = cancel(inside(tx), payment, gateway)
    again = cancel(inside(tx), payment, gateway, at=LATER + timedelta(minutes=1))
    assert again == first
    assert gateway.asked == [reference, reference]


def test_a_failed_payment_is_cancelled_where_it_stands(tx: Tx):
    payment, reference, gateway = begun(tx)
    hear(tx, heard(notice(reference, Outcome.DECLINED)))
    after = cancel(inside(tx), payment, gateway)
    assert (after.state, after.cancel_asked_at) == (PaymentState.FAILED, LATER)
    assert cancel(inside(tx), payment, gateway) == after


def test_what_ran_out_of_time_stays_so(tx: Tx):
    payment = opened(tx, owe(tx))
    expire_payments(inside(tx), now=NOW + LIFETIME, limit_max=10)
    after = cancel(inside(tx), payment, PaperGateway(), at=OVER)
    assert (after.state, after.cancel_asked_at) == (PaymentState.EXPIRED, None)


def test_after_its_time_a_payer_who_never_came_ends_it(tx: Tx):
    payment, _, gateway = begun(tx, Outcome.NOT_STARTED)
    assert cancel(inside(tx), payment, gateway, at=OVER).state is PaymentState.EXPIRED


def test_a_gateway_that_is_not_set_up_any_more_is_not_asked(tx: Tx):
    payment, reference, _ = begun(tx)
    other = PaperGateway(code="other")
    after = cancel_payment(
        inside(tx),
        {"other": other},
        payment_id=payment.payment_id,
        calendar=CALENDAR,
        signer=SIGNER,
        rates=RATES,
        now=LATER,
    )
    assert (after.state, other.asked) == (PaymentState.PENDING, [])
    assert states(tx, reference)[0] is PaymentState.PENDING


def test_no_such_payment(tx: Tx):
    with pytest.raises(NotFound):
        cancel_payment(
            inside(tx),
            {},
            payment_id=0,
            calendar=CALENDAR,
            signer=SIGNER,
            rates=RATES,
            now=LATER,
        )


def test_whatever_comes_first_money_counts_and_nothing_is_held_for_nobody(tx: Tx):
    for money in (True, False):
        for order in permutations(("cancel", "hear", "send", "ask")):
            savepoint = tx.begin_nested()
            payment, reference, gateway = begun(tx)
            outcome = Outcome.PAID if money else Outcome.DECLINED
            _one_after_the_other(tx, order, payment, reference, gateway, outcome=outcome)
            after = payment_of(tx, payment.number)
            assert (after.state in FULFILLED) == money, order
            held = lock_rows.holders(tx, [line.obligation_id for line in payment.lines])
            assert bool(held) == (after.state in LOCKING), order
            savepoint.rollback()


def _one_after_the_other(
    tx: Tx,
    order: tuple[str, ...],
    payment: Payment,
    reference: str,
    gateway: PaperGateway,
    *,
    outcome: Outcome,
) -> None:
    acts: dict[str, Callable[[], object]] = {
        "cancel": lambda: cancel(inside(tx), payment, gateway, at=OVER),
        "hear": lambda: hear(tx, heard(notice(reference, outcome)), now=OVER),
        "send": lambda: sent(inside(tx), payment, gateway=gateway, now=OVER),
        "ask": lambda: ask_gateway(
            inside(tx),
            {"paper": gateway},
            calendar=CALENDAR,
            signer=SIGNER,
            rates=RATES,
            now=OVER,
            limit_max=10,
        ),
    }
    for name in order:
        with suppress(PaymentsError):
            acts[name]()


def test_cancel_callback_and_a_second_start_at_the_same_moment_keep_one_truth(open_tx: OpenTx):
    for _ in range(5):
        with open_tx() as tx:
            payment = opened(tx, owe(tx))
        gateway = PaperGateway()
        reference = sent(open_tx, payment, gateway=gateway)

        def callback(reference: str = reference) -> None:
            with open_tx() as tx:
                hear(tx, heard(notice(reference)))

        acts: list[Callable[[], object]] = [
            lambda payment=payment, gateway=gateway: cancel(open_tx, payment, gateway),
            callback,
            lambda payment=payment, gateway=gateway: sent(open_tx, payment, gateway=gateway),
            lambda: expire_payments(open_tx, now=OVER, limit_max=10),
        ]
        with ThreadPoolExecutor(len(acts)) as threads:
            running = [threads.submit(act) for act in acts]
        for each in running:
            assert isinstance(each.exception(), PaymentsError | None)
        with open_tx() as tx:
            assert payment_of(tx, payment.number).state is PaymentState.PAID
    with open_tx() as tx:
        assert balance(tx, Account(AccountKind.RECEIVABLE, "paper")).net == AMOUNT.share(
            parts=5, of=1
        )


def test_of_cancelling_and_sending_at_the_same_moment_one_comes_first(open_tx: OpenTx):
    for _ in range(5):
        with open_tx() as tx:
            payment = opened(tx, owe(tx))
        gateway = PaperGateway()
        with ThreadPoolExecutor(2) as threads:
            cancelling = threads.submit(cancel, open_tx, payment, gateway)
            sending = threads.submit(sent, open_tx, payment, gateway=gateway)
        error = sending.exception()
        with open_tx() as tx:
            after = payment_of(tx, payment.number)
        assert cancelling.exception() is None
        if gateway.started:
            assert (error, after.state) == (None, PaymentState.PENDING)
        else:
            assert isinstance(error, Cancelled)
            assert after.state is PaymentState.FAILED
