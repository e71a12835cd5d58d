"""Obligations under whatever authorities, payers and gateways do, in any order and at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine

from gateways.contract import Outcome
from ledger.money import Money
from ledger.postgres.transaction import OpenTx, Tx
from payments.change_obligations import change_obligations
from payments.difference import difference
from payments.errors import PaymentsError
from payments.evidence import Received
from payments.obligation import NewObligation, Obligation, ObligationStatus
from payments.obligation_change import ChangeAct, ChangeOutcome, Instalment, ObligationChange
from payments.obligation_states import OBLIGATION_STEPS
from payments.payment import Payment
from payments.postgres import change_rows
from payments.postgres.obligation_rows import obligations_by_id
from payments.push_obligations import push_obligations
from payments.states import PaymentState
from reconciliation.postgres import proof_money_rows, proof_obligation_rows
from tests.invariants.test_payment_life import WITHOUT_ROWS, Life, Try, several
from tests.payments.changing import CANCEL, NUMBER, correct, kept, supersede
from tests.payments.owed import KEYS, NOW, RATES, fine, push
from tests.payments.scene import hear, heard, inside, notice, opened, payment_of, sent

FINE = 20_000_000
OF_ONE_LIFE = {
    sentence: query
    for sentence, query in WITHOUT_ROWS.items()
    if not sentence.startswith(("a fine is paid by one", "authorities are told of every"))
}
OF_FAMILIES = {
    "each payment taken is counted once, in the order it was taken": """
        SELECT newest.obligation_id FROM payments.capture
        JOIN payments.payment_line AS line USING (payment_id)
        JOIN payments.obligation USING (obligation_id)
        JOIN payments.obligation AS newest ON newest.obligation_id
            = coalesce(obligation.successor_id, obligation.obligation_id)
        WHERE capture.movement = 'captured'
        GROUP BY newest.obligation_id, newest.captures
        HAVING count(DISTINCT capture.payment_id) <> newest.captures
            OR count(DISTINCT line.captures_before) <> newest.captures
    """,
    "one payment at a time holds an obligation and all it took the place of": """
        SELECT coalesce(obligation.successor_id, obligation.obligation_id)
        FROM payments.obligation_lock JOIN payments.obligation USING (obligation_id)
        GROUP BY 1 HAVING count(DISTINCT payment_id) > 1
    """,
}
REPLACED_AND_DUE_BACK = """
    SELECT obligation_id FROM payments.obligation
    JOIN LATERAL (
        SELECT difference_vnd FROM payments.refund_due AS due
        WHERE due.obligation_id = obligation.obligation_id ORDER BY due.sequence DESC LIMIT 1
    ) AS newest ON newest.difference_vnd > 0
    WHERE status = 'superseded'
"""
ALLOWED = [(status.value, after.value) for (status, _), after in OBLIGATION_STEPS.items()]


class ObligationLife(Life):
    """Authorities changing their minds about three fines while payers and gateways go on."""

    def __init__(self, engine: Engine) -> None:
        """Begin with three fines in a transaction that is undone at the end."""
        super().__init__(engine)
        self.documents = 0
        self.numbers = [f"{each}/QĐ-XPHC" for each in range(1, 4)]
        verdicts = push_obligations(
            self.tx, [self._fine(number) for number in self.numbers], keys=KEYS, now=NOW
        )
        self.fines = tuple(each.obligation_id or 0 for each in verdicts)

    def teardown(self) -> None:
        """See that what the night proves holds, and undo everything."""
        found = (
            proof_obligation_rows.illegal_steps(self.tx, ALLOWED),
            proof_obligation_rows.untold_versions(self.tx),
            proof_obligation_rows.taken_for_nothing(self.tx),
            proof_money_rows.kept_beyond_due(self.tx),
        )
        super().teardown()
        assert [each.names for each in found if each.total] == []

    def _fine(self, number: str, vnd: int = FINE) -> NewObligation:
        return fine(number, fine_vnd=vnd)

    def _change(self, which: int, act: ChangeAct, **content: object) -> int | None:
        """Send a change in; return the id of a new obligation."""
        self.documents += 1
        document = f"{self.documents}/QĐ"
        change = replace(CANCEL, number=self.numbers[which], act=act, document=document, **content)
        (verdict,) = change_obligations(self.tx, [change], keys=KEYS, rates=RATES, now=self.now)
        self.tx.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        assert verdict.outcome in {ChangeOutcome.CHANGED, ChangeOutcome.REFUSED}, verdict
        return verdict.successor_id

    @rule(which=st.integers(0, 2), vnd=st.sampled_from([16_000_000, FINE, 25_000_000]))
    def correct(self, which: int, vnd: int) -> None:
        """Another amount is due."""
        self._change(which, ChangeAct.CORRECT, facts=self._fine("", vnd).facts)

    @rule(which=st.integers(0, 2))
    def defer(self, which: int) -> None:
        """Some days do not count."""
        period = (date(2026, 3, 21), date(2026, 4, 20))
        self._change(which, ChangeAct.DEFER, period=period)

    @rule(which=st.integers(0, 2))
    def split(self, which: int) -> None:
        """It may be paid in two parts."""
        self._split(which)

    def _split(self, which: int) -> None:
        parts = (
            Instalment(date(2026, 4, 30), Money(FINE // 2)),
            Instalment(date(2026, 6, 30), Money(FINE // 2)),
        )
        self._change(which, ChangeAct.INSTALMENTS, instalments=parts)

    @rule(which=st.integers(0, 2), is_meant=st.sampled_from([True, False, False]))
    def cancel(self, which: int, *, is_meant: bool) -> None:
        """Nothing is owed, now and then."""
        if is_meant:
            self._change(which, ChangeAct.CANCEL)

    @rule(which=st.integers(0, 2), vnd=st.sampled_from([16_000_000, FINE, 25_000_000]))
    def supersede(self, which: int, vnd: int) -> None:
        """Another decision takes its place."""
        number = f"{self.documents}-{which}/QĐ-XPHC"
        new = self._change(which, ChangeAct.SUPERSEDE, successor=self._fine(number, vnd))
        if new is not None:
            self.numbers[which] = number
            self.fines = (*self.fines[:which], new, *self.fines[which + 1 :])

    @rule(target=Life.tries, which=st.integers(0, 2), is_left=st.booleans())
    def pay(self, which: int, *, is_left: bool) -> object:
        """A payer pays at once, or leaves the gateway again and may yet be found to have paid."""
        return several(*self._pay(which, is_left=is_left))

    @rule(which=st.integers(0, 2), is_batch=st.booleans())
    def pay_twice(self, which: int, *, is_batch: bool) -> None:
        """Two payers leave the gateway one after the other, and both turn out to have paid."""
        tries = [each for _ in range(2) for each in self._pay(which, is_left=True)]
        words = [self._paid(each) for each in tries]
        for batch in [words] if is_batch else [[word] for word in words]:
            self.hear_all(batch)

    @rule(target=Life.tries, is_left=st.booleans())
    def pay_all(self, *, is_left: bool) -> object:
        """A payer pays, or leaves, all that is open at once."""
        return several(*self._pay(0, 1, 2, is_left=is_left))

    @initialize(target=Life.tries)
    def begin(self) -> object:
        """The first fine may be paid in two parts; three payers have left the gateway."""
        self._split(0)
        return several(*(each for which in range(3) for each in self._pay(which, is_left=True)))

    def _pay(self, *which: int, is_left: bool | None) -> list[Try]:
        """Send a payer off who pays or leaves, or of whom nothing is heard yet."""
        try:
            with self.tx.begin_nested():
                payment = opened(self.tx, [self.fines[each] for each in which], now=self.now)
                reference = sent(inside(self.tx), payment, now=self.now)
        except PaymentsError:
            return []
        if is_left is None:
            return [Try(reference, payment.amount)]
        outcome = Outcome.CANCELLED if is_left else Outcome.PAID
        word = notice(reference, outcome, amount=payment.amount, at=self.now)
        self.hear_all([heard(word, received_at=self.now)])
        return [Try(reference, payment.amount)]

    @rule(
        which=st.integers(0, 2),
        act=st.sampled_from([ChangeAct.CANCEL, ChangeAct.CORRECT]),
        vnd=st.sampled_from([16_000_000, 25_000_000]),
        is_begun=st.booleans(),
    )
    def pay_all_while_one_changes(
        self, which: int, act: ChangeAct, vnd: int, *, is_begun: bool
    ) -> None:
        """A payer is at the gateway with all that is open, and one of it, paid in part, changes."""
        facts = self._fine("", vnd).facts
        if is_begun:
            self._pay(which, is_left=False)
            self._change(which, ChangeAct.CORRECT, facts={**facts, "fine_vnd": 2 * FINE})
        found = obligations_by_id(self.tx, self.fines)
        is_open = [found[each].status is ObligationStatus.OPEN for each in self.fines]
        tries = self._pay(*(each for each in range(3) if is_open[each]), is_left=None)
        self._change(which, act, **({"facts": facts} if act is ChangeAct.CORRECT else {}))
        for each in tries:
            self.hear_all([self._paid(each)])

    @rule(about=Life.tries)
    def turn_out_paid(self, about: Try) -> None:
        """Whatever was said before: the gateway has the money."""
        self.hear_all([self._paid(about)])

    def _paid(self, about: Try) -> Received:
        word = notice(about.reference, amount=about.asked, at=self.now)
        return heard(word, received_at=self.now)

    @invariant()
    def nothing_is_inconsistent(self) -> None:
        """None of the sentences above is untrue of any row."""
        for sentence, query in {**OF_ONE_LIFE, **OF_FAMILIES}.items():
            assert not self.tx.exec_driver_sql(query).all(), sentence

    @invariant()
    def what_was_paid_is_due_or_due_back(self) -> None:
        """A less B is zero, or written down, or what is still open; and it is told once."""
        assert not self.tx.exec_driver_sql(REPLACED_AND_DUE_BACK).all()
        for obligation in obligations_by_id(self.tx, self.fines).values():
            assert_explained(self.tx, obligation)


def assert_explained(tx: Tx, obligation: Obligation) -> None:
    """See that status and refund follow from what was paid and what is due."""
    found = difference(obligation, rates=RATES)
    if found is None:
        assert obligation.status in {ObligationStatus.OPEN, ObligationStatus.WITHDRAWN}
        return
    assert found.is_covered == (obligation.status is not ObligationStatus.OPEN), obligation
    assert due_back(tx, obligation.obligation_id) == found.beyond


def due_back(tx: Tx, obligation_id: int) -> Money:
    """Return what the newest row says."""
    rows = change_rows.refunds_due(tx, obligation_id)
    return rows[-1].difference if rows else Money(0)


def test_obligations_live_through_anything(shared_engine: Engine):
    class ThisLife(ObligationLife):
        def __init__(self) -> None:
            super().__init__(shared_engine)

    run_state_machine_as_test(
        ThisLife,
        settings=settings(
            max_examples=max(10, settings().max_examples // 10),
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


ROUNDS = 5


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do acts in the same moment, and return what each returned or raised of ours."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return act()
        except PaymentsError as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def sent_off(open_tx: OpenTx, number: str) -> tuple[int, Payment, str]:
    """Push a fine and send a payer off with it."""
    with open_tx() as tx:
        (one,) = push(tx, fine(number))
        payment = opened(tx, [one])
    return one, payment, sent(open_tx, payment)


def changing(open_tx: OpenTx, change: ObligationChange) -> Callable[[], object]:
    def act() -> object:
        with open_tx() as tx:
            return change_obligations(tx, [change], keys=KEYS, rates=RATES, now=NOW)

    return act


def hearing(open_tx: OpenTx, reference: str, payment: Payment) -> Callable[[], object]:
    def act() -> object:
        with open_tx() as tx:
            return hear(tx, heard(notice(reference, Outcome.PAID, amount=payment.amount)))

    return act


def test_a_fine_cancelled_in_the_moment_it_is_paid_owes_the_money_back_once(open_tx: OpenTx):
    for each in range(ROUNDS):
        number = f"{each}/QĐ-XPHC"
        one, payment, reference = sent_off(open_tx, number)
        at_once(
            hearing(open_tx, reference, payment),
            changing(open_tx, replace(CANCEL, number=number)),
            hearing(open_tx, reference, payment),
        )
        with open_tx() as tx:
            assert kept(tx, one).status is ObligationStatus.WITHDRAWN
            is_surplus = payment_of(tx, payment.number).state is PaymentState.OVERPAID
            assert is_surplus == (due_back(tx, one) == Money(0))
            assert_explained(tx, kept(tx, one))


def test_a_fine_replaced_in_the_moment_it_is_paid_is_paid(open_tx: OpenTx):
    for each in range(ROUNDS):
        number = f"{each}/QĐ-XPHC"
        one, payment, reference = sent_off(open_tx, number)
        at_once(
            hearing(open_tx, reference, payment),
            changing(open_tx, supersede(fine(f"{each}-2/QĐ-XPHC"), number=number)),
        )
        with open_tx() as tx:
            newest = kept(tx, one).successor_id
            assert newest is not None
            assert kept(tx, newest).status is ObligationStatus.PAID
            assert payment_of(tx, payment.number).state is PaymentState.PAID


def test_a_fine_replaced_in_the_moment_somebody_opens_it_is_not_held_by_it(open_tx: OpenTx):
    for each in range(ROUNDS):
        number = f"{each}/QĐ-XPHC"
        with open_tx() as tx:
            (one,) = push(tx, fine(number))

        def opening(one: int = one) -> object:
            with open_tx() as tx:
                return opened(tx, [one])

        at_once(opening, changing(open_tx, supersede(fine(f"{each}-2/QĐ-XPHC"), number=number)))
        with open_tx() as tx:
            newest = kept(tx, one).successor_id
            assert newest is not None
            assert opened(tx, [newest]).state is PaymentState.CREATED


def test_two_changes_of_one_fine_at_once_are_two_versions(open_tx: OpenTx):
    with open_tx() as tx:
        (one,) = push(tx, fine())
    at_once(
        *(
            changing(open_tx, correct(vnd, document=f"{vnd}", number=NUMBER))
            for vnd in (1_000_000, 2_000_000, 3_500_000)
        )
    )
    with open_tx() as tx:
        assert kept(tx, one).version == 4
        assert proof_obligation_rows.untold_versions(tx).total == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payments.obligation SET facts = facts || '{}', version = version + 2",
        "UPDATE payments.obligation SET facts = '{}'",
        "UPDATE payments.obligation SET changed_at = now()",
        "UPDATE payments.obligation SET status = 'superseded'",
        "UPDATE payments.obligation SET status = 'paid', captures = captures - 1",
        "UPDATE payments.obligation SET version = version + 1, changed_at = now()",
    ],
)
def test_the_database_keeps_no_change_without_its_reason(open_tx: OpenTx, statement: str):
    with open_tx() as tx:
        push(tx, fine())
    with pytest.raises(Exception, match=r"constraint|version|step"), open_tx() as tx:
        tx.exec_driver_sql(statement)
