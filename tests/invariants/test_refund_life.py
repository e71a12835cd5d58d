"""Refunds under whatever people, gateways and authorities do: no dong goes back twice or alone."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine

from gateways.contract import RefundOutcome
from gateways.errors import Declined, OutcomeUnknown, Retryable, Untrusted
from ledger.accounts import Account, AccountKind
from ledger.money import ZERO, Money, total
from ledger.postgres.balances import balance
from payments.approve_refund import approve_refund
from payments.change_obligations import change_obligations
from payments.difference import difference
from payments.errors import AlreadyPaid, NotPayable, NotRefundable
from payments.obligation import ObligationStatus
from payments.postgres import refund_rows, taken_rows
from payments.record_state_decision import record_state_decision
from payments.record_transfer import record_transfer
from payments.refund import Holder, Refund, RefundCause, RefundRoute, Settlement, Wanted, digest_of
from payments.refund_states import RefundState
from payments.reject_refund import reject_refund
from payments.request_refund import request_refund
from payments.settle_payments import settle_payments
from reconciliation.postgres import (
    proof_history_rows,
    proof_obligation_rows,
    proof_refund_rows,
)
from reconciliation.proofs.legal_histories import ALLOWED
from tests.payments.changing import CANCEL, correct, kept, pay
from tests.payments.owed import KEYS, fine, push
from tests.payments.refunding import RefundingGateway, asked, ordered
from tests.payments.scene import (
    CALENDAR,
    NOW,
    RATES,
    SIGNER,
    TODAY,
    hear,
    heard,
    inside,
    notice,
    opened,
    sent,
)

PEOPLE = st.sampled_from(["staff:lan", "staff:hoa", "system:refunds"])
WORDS = st.sampled_from(
    [
        *RefundOutcome,
        Declined("no", partner_code="16"),
        OutcomeUnknown("time-out"),
        Retryable("maintenance"),
        Untrusted("forged", raw=b"forged"),
    ]
)
WHICH = st.integers(0, 20)


class RefundLife(RuleBasedStateMachine):
    """One fine that is paid, changed and paid again, and all money that goes back of it."""

    def __init__(self, engine: Engine) -> None:
        """Begin with a fine that was paid once."""
        super().__init__()
        self.connection = engine.connect()
        self.undone = self.connection.begin()
        self.tx = self.connection
        self.now, self.changes = NOW, 0
        (self.fine,) = push(self.tx, fine())
        self.payment = pay(self.tx, self.fine)

    def teardown(self) -> None:
        """Undo all of it."""
        self.undone.rollback()
        self.connection.close()

    def refund(self, which: int) -> Refund | None:
        """Return one of the refunds there are."""
        refunds = refund_rows.of_payments(self.tx, [self.payment.payment_id])
        return refunds[which % len(refunds)] if refunds else None

    @rule(salt=st.integers(1, 3), amount=st.sampled_from([3_000_000, 2_999_999]))
    def pay_again(self, salt: int, amount: int) -> None:
        """The gateway says that it took money once more under the same order."""
        (taken, *_) = taken_rows.sums_of_payment(self.tx, self.payment.payment_id)
        word = notice(taken.reference, amount=Money(amount), transaction=f"AGAIN-{salt}")
        hear(self.tx, heard(word), now=self.now)

    @rule(vnd=st.sampled_from([1_000_000, 2_000_000, 3_000_000, 4_000_000, 0]))
    def change(self, vnd: int) -> None:
        """The authority says that another amount is due, or none."""
        self.changes += 1
        document = f"{self.changes}/QĐ"
        wanted = replace(CANCEL, document=document) if vnd == 0 else correct(vnd, document=document)
        change_obligations(self.tx, [wanted], keys=KEYS, rates=RATES, now=self.now)

    @rule(which=WHICH, amount=st.sampled_from([None, Money(1), Money(600_000)]), by=PEOPLE)
    def ask_for(self, which: int, amount: Money | None, by: str) -> None:
        """Somebody wants some of a sum back."""
        sums = taken_rows.sums_of_payment(self.tx, self.payment.payment_id)
        taken = sums[which % len(sums)]
        is_due = taken.movement.value == "captured"
        wanted = Wanted(
            taken.capture_id,
            "Xin hoàn",
            amount=amount,
            obligation_id=self.fine if is_due else None,
        )
        with suppress(NotRefundable):
            request_refund(self.tx, wanted, by=by, now=self.now)

    @rule(which=WHICH, by=PEOPLE, is_as_shown=st.booleans())
    def approve(self, *, which: int, by: str, is_as_shown: bool) -> None:
        """Somebody approves what was shown, or something else."""
        refund = self.refund(which)
        if refund is not None:
            digest = digest_of(refund) if is_as_shown else b"x" * 32
            with suppress(NotRefundable):
                approve_refund(self.tx, refund.number, digest=digest, by=by, now=self.now)

    @rule(which=WHICH, by=PEOPLE)
    def reject(self, which: int, by: str) -> None:
        """Somebody rejects a proposal."""
        refund = self.refund(which)
        if refund is not None:
            with suppress(NotRefundable):
                reject_refund(self.tx, refund.number, by=by, now=self.now)

    @rule(words=st.lists(WORDS, min_size=2, max_size=2), hours=st.integers(0, 40))
    def send_and_ask(self, words: list[RefundOutcome | Exception], hours: int) -> None:
        """The schedule orders and asks, and the gateway says whatever it says."""
        self.now += timedelta(hours=hours)
        gateway = RefundingGateway(said=list(words))
        ordered(self.tx, gateway, now=self.now)
        asked(self.tx, gateway, now=self.now + timedelta(minutes=3))
        assert len({each.reference for each in gateway.ordered}) == len(gateway.ordered)

    @rule()
    def settle(self) -> None:
        """The beneficiary has the money."""
        settle_payments(self.tx, [self.payment.payment_id], now=self.now)

    @rule(which=WHICH, settlement=st.sampled_from(Settlement), holder=st.sampled_from(Holder))
    def pay_back(self, which: int, settlement: Settlement, holder: Holder) -> None:
        """People pay back what goes without the gateway."""
        refund = self.refund(which)
        if refund is None:
            return
        with suppress(NotRefundable):
            record_transfer(
                self.tx,
                refund.number,
                bank_reference="FT1",
                paid_on=TODAY,
                holder=holder,
                calendar=CALENDAR,
                signer=SIGNER,
                now=self.now,
            )
        with suppress(NotRefundable):
            record_state_decision(
                self.tx,
                refund.number,
                decision="20/QĐ-HT",
                settlement=settlement,
                bank_reference="KB-7",
                paid_on=TODAY,
                calendar=CALENDAR,
                signer=SIGNER,
                now=self.now,
            )

    @rule()
    def pay_the_rest(self) -> None:
        """Somebody pays what a change or money that went back made due."""
        with suppress(NotPayable, AlreadyPaid):
            payment = opened(self.tx, [self.fine], now=self.now)
            hear(
                self.tx,
                heard(notice(sent(inside(self.tx), payment, now=self.now), amount=payment.amount)),
                now=self.now,
            )

    @invariant()
    def what_is_kept_is_due_or_the_rest_is_asked_for(self) -> None:
        """Kept less due is still to go back or still to pay, never both."""
        one = kept(self.tx, self.fine)
        found = difference(one, rates=RATES)
        assert found is not None
        assert found.kept == total(part.amount for part in one.paid)
        due_back = taken_rows.due_for(self.tx, self.fine) - found.given_back
        assert due_back == (found.kept - found.due if found.is_covered else ZERO)
        is_open = one.status is ObligationStatus.OPEN
        assert is_open == (not found.is_covered)
        assert is_open == (found.kept < found.due)

    @invariant()
    def nothing_is_inconsistent(self) -> None:
        """The proofs find nothing, and the book owes payers what is still to go back."""
        for find in (
            proof_refund_rows.not_as_booked,
            proof_refund_rows.beyond_taken,
            proof_refund_rows.alone,
            proof_refund_rows.payments_astray,
            proof_obligation_rows.taken_for_nothing,
            proof_obligation_rows.miscounted,
            proof_obligation_rows.due_back_otherwise,
            proof_obligation_rows.given_back_otherwise,
        ):
            assert find(self.tx).names == ()
        histories = proof_history_rows.illegal_steps(
            self.tx, ALLOWED, payment_first="created", attempt_first="prepared"
        )
        assert histories.names == ()
        sums = taken_rows.sums_of_payment(self.tx, self.payment.payment_id)
        twice = total(each.kept for each in sums if each.movement.value == "captured_twice")
        assert -balance(self.tx, Account(AccountKind.REFUND_PAYABLE, "paper")).net == twice
        done = [
            each
            for each in refund_rows.of_payments(self.tx, [self.payment.payment_id])
            if each.state is RefundState.DONE
        ]
        assert all(
            each.cause is RefundCause.REFUND_DUE or each.route is not RefundRoute.STATE_PROCEDURE
            for each in done
        )


def test_refunds_live_through_anything(shared_engine: Engine):
    class ThisLife(RefundLife):
        def __init__(self) -> None:
            super().__init__(shared_engine)

    run_state_machine_as_test(
        ThisLife,
        settings=settings(
            max_examples=max(6, settings().max_examples // 15),
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
