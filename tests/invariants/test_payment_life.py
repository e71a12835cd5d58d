"""Payments under whatever partners, payers and clocks do: money counts once, and nothing hangs."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine

from gateways.contract import Answered, Outcome
from gateways.errors import Declined, GatewayError, OutcomeUnknown, Retryable
from ledger.accounts import Account, AccountKind
from ledger.money import Money
from ledger.postgres.balances import balance
from ledger.postgres.transaction import Tx
from payments.ask_gateway import ask_gateway
from payments.cancel_payment import cancel_payment
from payments.errors import PaymentsError
from payments.evidence import Received
from payments.expire_payments import expire_payments
from payments.payment import Payment
from payments.settle_payments import settle_payments
from tests.payments.scene import (
    CALENDAR,
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
)

WITHOUT_ROWS = {
    "a lock is held by a payment that is alive": """
        SELECT lock.* FROM payments.obligation_lock AS lock
        JOIN payments.payment USING (payment_id)
        WHERE payment.state NOT IN ('created', 'pending', 'unknown', 'held')
    """,
    "a payment under way holds all it is for": """
        SELECT line.* FROM payments.payment JOIN payments.payment_line AS line USING (payment_id)
        LEFT JOIN payments.obligation_lock AS lock
            ON lock.obligation_id = line.obligation_id AND lock.payment_id = line.payment_id
        WHERE payment.state IN ('created', 'pending', 'unknown') AND lock.payment_id IS NULL
    """,
    "a payment is under way while an attempt is, or money is held": """
        SELECT payment.* FROM payments.payment
        WHERE (state IN ('pending', 'unknown', 'held')) <> (
            EXISTS (
                SELECT FROM payments.attempt WHERE attempt.payment_id = payment.payment_id
                    AND attempt.state IN ('prepared', 'sent', 'unknown', 'held')
            ) AND state NOT IN ('paid', 'settled', 'overpaid')
        )
    """,
    "what was cancelled is not sent any more": """
        SELECT sent.* FROM payments.step AS sent
        JOIN payments.step AS cancelled USING (machine, subject_id)
        WHERE machine = 'payment' AND sent.step = 'send' AND cancelled.step = 'cancel'
            AND cancelled.version < sent.version
    """,
    "histories have no gap and end where their rows stand": """
        SELECT subject.* FROM (
            SELECT 'payment' AS machine, payment_id AS id, version, state, 'created' AS first
            FROM payments.payment
            UNION ALL
            SELECT 'attempt', attempt_id, version, state, 'prepared' FROM payments.attempt
        ) AS subject
        LEFT JOIN LATERAL (
            SELECT count(*) AS steps, max(step.version) AS last,
                COALESCE(bool_and(step.from_state = step.before), true) AS is_chain,
                COALESCE((array_agg(step.to_state ORDER BY step.version DESC))[1], subject.first)
                    AS reached
            FROM (
                SELECT step.*, lag(step.to_state, 1, subject.first)
                    OVER (ORDER BY step.version) AS before
                FROM payments.step
                WHERE step.machine = subject.machine AND step.subject_id = subject.id
            ) AS step
        ) AS history ON true
        WHERE history.steps <> subject.version OR COALESCE(history.last, 0) <> subject.version
            OR NOT history.is_chain OR history.reached <> subject.state
    """,
    "a fine is paid by one payment, and by one that says so": """
        SELECT obligation.obligation_id FROM payments.obligation
        LEFT JOIN payments.payment_line AS line USING (obligation_id)
        LEFT JOIN payments.capture
            ON capture.payment_id = line.payment_id AND capture.movement = 'captured'
        GROUP BY obligation.obligation_id
        HAVING count(capture.capture_id) <> (obligation.status = 'paid')::integer
    """,
    "proof is given for payments that were fulfilled, and for no other": """
        SELECT capture.payment_id, acknowledgement.payment_id
        FROM (SELECT * FROM payments.capture WHERE movement = 'captured') AS capture
        FULL JOIN payments.acknowledgement USING (payment_id)
        WHERE capture.payment_id IS NULL OR acknowledgement.payment_id IS NULL
    """,
    "each sum is in the book under its key and amount": """
        SELECT capture.entry_key FROM payments.capture
        LEFT JOIN ledger.entry ON entry.idempotency_key = capture.entry_key
        LEFT JOIN ledger.transfer USING (entry_id)
        GROUP BY capture.capture_id
        HAVING COALESCE(sum(transfer.amount_vnd), 0) <> capture.amount_vnd
    """,
    "authorities are told of every payment of their fines, in order": """
        SELECT obligation_id FROM payments.outbox
        GROUP BY subscriber, obligation_id
        HAVING max(sequence) <> count(*) OR count(*) FILTER (WHERE type = 'payment.paid') <> 1
    """,
    "nobody is asked about what has ended, everybody about what has not": """
        SELECT attempt.* FROM payments.attempt
        WHERE (next_ask_at IS NULL) <> (state IN ('captured', 'failed', 'expired'))
            AND state <> 'held'
    """,
}

BREAKS = {
    "a lock is held by a payment that is alive": [
        """INSERT INTO payments.obligation_lock SELECT obligation_id, payment_id, now()
        FROM payments.payment_line JOIN payments.payment USING (payment_id) WHERE state = 'paid'""",
    ],
    "a payment under way holds all it is for": ["DELETE FROM payments.obligation_lock"],
    "a payment is under way while an attempt is, or money is held": [
        "ALTER TABLE payments.payment DISABLE TRIGGER ALL",
        "UPDATE payments.payment SET state = 'pending' WHERE state = 'created'",
    ],
    "what was cancelled is not sent any more": [
        "ALTER TABLE payments.step DISABLE TRIGGER ALL",
        """INSERT INTO payments.step
            (machine, subject_id, version, step, from_state, to_state, at, evidence_id)
        SELECT machine, subject_id, later.version, later.step, from_state, to_state, at, NULL
        FROM payments.step, (VALUES (98, 'cancel'), (99, 'send')) AS later (version, step)
        WHERE machine = 'payment' AND step.step = 'send'""",
    ],
    "histories have no gap and end where their rows stand": [
        "ALTER TABLE payments.step DISABLE TRIGGER ALL",
        "DELETE FROM payments.step WHERE machine = 'payment' AND version = 1",
    ],
    "a fine is paid by one payment, and by one that says so": [
        "UPDATE payments.obligation SET status = 'paid'",
    ],
    "proof is given for payments that were fulfilled, and for no other": [
        "ALTER TABLE payments.acknowledgement DISABLE TRIGGER ALL",
        "DELETE FROM payments.acknowledgement",
    ],
    "each sum is in the book under its key and amount": [
        "ALTER TABLE payments.capture DISABLE TRIGGER ALL",
        "UPDATE payments.capture SET amount_vnd = amount_vnd - 1",
    ],
    "authorities are told of every payment of their fines, in order": [
        "UPDATE payments.outbox SET sequence = 2",
    ],
    "nobody is asked about what has ended, everybody about what has not": [
        "UPDATE payments.attempt SET next_ask_at = now()",
    ],
}


@dataclass(frozen=True)
class Try:
    """One reference a gateway may speak of, and what was asked for under it."""

    reference: str
    asked: Money


class Life(RuleBasedStateMachine):
    """Three fines, and what gateways took for them; what happens is up to others."""

    tries = Bundle("tries")

    def __init__(self, engine: Engine) -> None:
        """Begin in a transaction that is undone at the end."""
        super().__init__()
        self.connection = engine.connect()
        self.transaction = self.connection.begin()
        self.tx = self.connection
        self.now: datetime = NOW
        self.fines = owe(self.tx, many=3)
        self.taken: dict[str, Money] = {}
        self.told = 0

    def teardown(self) -> None:
        """Undo everything."""
        self.transaction.rollback()
        self.connection.close()

    def hear_all(self, batch: Sequence[Received]) -> None:
        """Apply words, and keep what the gateway took by them."""
        hear(self.tx, *batch, now=self.now)
        self.count(batch)

    @invariant()
    def every_dong_a_gateway_took_is_in_the_book_once(self) -> None:
        """What was heard of as taken, in dong, is what the gateway owes."""
        receivable = balance(self.tx, Account(AccountKind.RECEIVABLE, "paper")).net
        assert receivable == sum(self.taken.values(), start=Money(0))

    def count(self, words: Sequence[Received]) -> None:
        """Keep what the gateway really took: each transaction once, by its first word in dong."""
        for word in words:
            said = word.notice
            if said.outcome is Outcome.PAID and said.currency != "USD" and said.amount:
                self.taken.setdefault(said.gateway_transaction, said.amount)


class PaymentLife(Life):
    """Payers, gateways and clocks doing what they like to a few fines."""

    payments = Bundle("payments")
    words = Bundle("words")

    @rule(target=payments, chosen=st.sets(st.integers(0, 2), min_size=1))
    def open(self, chosen: set[int]) -> object:
        """A payer wants to pay some of the fines."""
        try:
            with self.tx.begin_nested():
                return opened(self.tx, [self.fines[each] for each in sorted(chosen)], now=self.now)
        except PaymentsError:
            return several()

    @rule(
        target=Life.tries,
        payment=payments,
        error=st.sampled_from(
            [None, None, Declined("no"), Retryable("busy"), OutcomeUnknown("timeout")]
        ),
    )
    def send(self, payment: Payment, error: GatewayError | None) -> object:
        """A payer goes to the gateway, which may refuse or be silent."""
        gateway = PaperGateway(start_error=error)
        try:
            with suppress(GatewayError):
                sent(inside(self.tx), payment, gateway=gateway, now=self.now)
        except PaymentsError:
            return several()
        return several(*(Try(each, payment.amount) for each in gateway.started))

    @rule(
        target=words,
        about=Life.tries,
        outcome=st.sampled_from([*Outcome, Outcome.PAID, Outcome.PAID]),
        over=st.sampled_from([0, 0, 0, 0, 1, -1]),
        transaction=st.sampled_from(["", "", "a", "b"]),
        currency=st.sampled_from(["VND", "VND", "VND", "", "USD"]),
    )
    def say(
        self, about: Try, outcome: Outcome, over: int, transaction: str, currency: str
    ) -> Received:
        """A gateway makes up a word; it is heard later, once or more, in any order."""
        self.told += 1
        word = notice(
            about.reference,
            outcome,
            amount=about.asked + Money(over),
            currency=currency,
            transaction=f"T{transaction}{about.reference}",
            at=self.now,
        )
        return heard(word, salt=str(self.told), received_at=self.now)

    @rule(batch=st.lists(words, min_size=1, max_size=5))
    def hear(self, batch: list[Received]) -> None:
        """Words arrive together."""
        self.hear_all(batch)

    @rule(
        minutes=st.integers(0, 90),
        outcome=st.sampled_from([Outcome.NOT_STARTED, Outcome.PENDING, Outcome.PAID, None]),
    )
    def wait_and_ask(self, minutes: int, outcome: Outcome | None) -> None:
        """Time passes, and gateways are asked about what is due; None is a gateway in trouble."""
        self.now += timedelta(minutes=minutes)
        said: list[Received] = []
        gateway = PaperGateway()

        def lay_ready(reference: str, asked: Money) -> None:
            if outcome is None:
                gateway.answers[reference] = [OutcomeUnknown("timeout")]
                return
            word = notice(reference, outcome, amount=asked, at=self.now)
            gateway.answers[reference] = [Answered(f"{reference}{self.now}".encode(), word)]
            said.append(heard(word))

        gateway.on_ask = lambda prepared: lay_ready(prepared.reference, prepared.amount)
        ask_gateway(
            inside(self.tx),
            {"paper": gateway},
            calendar=CALENDAR,
            signer=SIGNER,
            rates=RATES,
            now=self.now,
            limit_max=50,
        )
        self.count(said)

    @rule(payment=payments, error=st.sampled_from([None, OutcomeUnknown("timeout")]))
    def cancel(self, payment: Payment, error: GatewayError | None) -> None:
        """A payer wants it no more; the gateway, asked, says "never came", or is silent."""
        gateway = PaperGateway()
        if error is not None:
            gateway.on_ask = lambda prepared: gateway.answers.update({prepared.reference: [error]})
        with suppress(PaymentsError):
            cancel_payment(
                inside(self.tx),
                {"paper": gateway},
                payment_id=payment.payment_id,
                calendar=CALENDAR,
                signer=SIGNER,
                rates=RATES,
                now=self.now,
            )

    @rule()
    def expire(self) -> None:
        """The clock ends what nobody could still pay."""
        expire_payments(inside(self.tx), now=self.now, limit_max=50)

    @rule(payment=payments)
    def settle(self, payment: Payment) -> None:
        """The beneficiary has the money, it is said."""
        settle_payments(self.tx, [payment.payment_id], now=self.now)

    @invariant()
    def nothing_is_inconsistent(self) -> None:
        """None of the sentences above is untrue of any row."""
        for sentence, query in WITHOUT_ROWS.items():
            assert not self.tx.exec_driver_sql(query).all(), sentence


def test_payments_live_through_anything(shared_engine: Engine):
    class ThisLife(PaymentLife):
        def __init__(self) -> None:
            super().__init__(shared_engine)

    run_state_machine_as_test(
        ThisLife,
        settings=settings(
            max_examples=max(12, settings().max_examples // 4),
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


@pytest.mark.parametrize("sentence", WITHOUT_ROWS)
def test_each_sentence_can_be_broken(owner_tx: Tx, sentence: str):
    payment = opened(owner_tx, owe(owner_tx))
    hear(owner_tx, heard(notice(sent(inside(owner_tx), payment))))
    opened(owner_tx, owe(owner_tx))
    assert not owner_tx.exec_driver_sql(WITHOUT_ROWS[sentence]).all()
    for statement in BREAKS[sentence]:
        owner_tx.exec_driver_sql(statement)
    assert owner_tx.exec_driver_sql(WITHOUT_ROWS[sentence]).all()


def several(*found: object) -> object:
    """Return what a rule adds to its bundle: any number, none too."""
    return multiple(*found)
