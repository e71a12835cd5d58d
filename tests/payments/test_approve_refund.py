"""A refund is approved by somebody else than its proposer, and as it was shown."""

from threading import Barrier, Thread

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from ledger.money import Money
from ledger.postgres.transaction import OpenTx, Tx, alone
from payments.approve_refund import approve_refund
from payments.errors import NotFound, NotRefundable
from payments.payment import Payment
from payments.postgres import lock_rows, payment_rows, refund_rows
from payments.refund import Obstacle, RefundRoute, Wanted, digest_of
from payments.refund_states import RefundState
from payments.reject_refund import reject_refund
from payments.request_refund import request_refund
from payments.settle_payments import settle_payments
from payments.states import PaymentState
from tests.payments.changing import changed as changed_by_authority
from tests.payments.changing import correct, pay
from tests.payments.owed import fine, push
from tests.payments.refunding import (
    HOA,
    LAN,
    approved,
    changed,
    paid_otherwise,
    paid_twice,
    payment_state,
)
from tests.payments.scene import NOW


def lowered(tx: Tx) -> Payment:
    """Lower a fine once it was paid."""
    (one,) = push(tx, fine())
    payment = pay(tx, one)
    changed_by_authority(tx, correct(2_000_000))
    return payment


def test_an_approved_surplus_is_under_way_and_so_is_its_payment(tx: Tx):
    refund = approved(tx, paid_twice(tx))
    assert (refund.state, refund.approved_by, refund.approved_at) == (
        RefundState.APPROVED,
        HOA,
        NOW,
    )
    assert payment_state(tx, refund) is PaymentState.REFUNDING


def test_f51_approving_twice_is_approving_once(tx: Tx):
    refund = paid_twice(tx)
    assert approved(tx, refund) == approved(tx, refund)


def test_f51_of_two_approvers_one_approves(tx: Tx):
    refund = approved(tx, paid_twice(tx))
    with pytest.raises(NotRefundable) as problem:
        approved(tx, refund, by="staff:minh")
    assert problem.value.reason == Obstacle.ALREADY


@pytest.mark.parametrize(
    ("by", "why"), [("system:x", Obstacle.NOT_A_PERSON), ("staff:", Obstacle.NOT_A_PERSON)]
)
def test_no_program_approves(tx: Tx, by: str, why: Obstacle):
    refund = paid_twice(tx)
    with pytest.raises(NotRefundable) as problem:
        approved(tx, refund, by=by)
    assert problem.value.reason == why


def test_what_is_approved_is_what_was_shown(tx: Tx):
    refund = paid_twice(tx)
    shown = digest_of(changed(refund, amount=Money(1)))
    with pytest.raises(NotRefundable) as problem:
        approve_refund(tx, refund.number, digest=shown, by=HOA, now=NOW)
    assert problem.value.reason == Obstacle.CHANGED


def test_the_database_lets_nobody_approve_what_they_proposed(tx: Tx):
    surplus = reject_refund(tx, paid_twice(tx).number, by=HOA, now=NOW)
    refund = request_refund(tx, Wanted(surplus.capture_id, "Thu hai lần"), by=LAN, now=NOW)
    for by, rule in ((LAN, "approved_by_another"), ("system:other", "approved_by_a_person")):
        with pytest.raises(IntegrityError, match=rule), alone(tx):
            tx.exec_driver_sql(
                "UPDATE payments.refund SET approved_by = %(by)s, approved_at = now(),"
                " digest = decode(repeat('00', 32), 'hex') WHERE number = %(number)s",
                {"by": by, "number": refund.number},
            )


def test_the_database_keeps_what_was_asked_and_approved(owner_tx: Tx):
    approved(owner_tx, paid_twice(owner_tx))
    for change in (
        "amount_vnd = 1",
        "proposed_by = 'staff:minh'",
        "approved_by = 'staff:minh'",
        "state = 'done'",
    ):
        with pytest.raises(DBAPIError), alone(owner_tx):
            owner_tx.exec_driver_sql(f"UPDATE payments.refund SET {change}")  # noqa: S608 (a test's own words)


def test_a_held_payment_that_goes_back_holds_its_obligation_no_more(tx: Tx):
    refund = paid_otherwise(tx, amount=Money(400_000))
    payment = payment_rows.by_id(tx, refund.payment_id)
    assert payment is not None
    owed = payment.lines[0].obligation_id
    assert lock_rows.holders(tx, [owed]) == {owed: payment.payment_id}
    approved(tx, refund)
    assert lock_rows.holders(tx, [owed]) == {}
    assert payment_state(tx, refund) is PaymentState.REFUNDING


def test_what_is_no_longer_due_is_withdrawn_and_proposed_as_it_is_due(tx: Tx):
    payment = lowered(tx)
    (before,) = refund_rows.of_payments(tx, [payment.payment_id])
    changed_by_authority(tx, correct(2_500_000, document="18/QĐ-ĐC"))
    withdrawn, after = refund_rows.of_payments(tx, [payment.payment_id])
    assert (withdrawn.number, withdrawn.state) == (before.number, RefundState.REJECTED)
    assert (after.amount, after.document) == (Money(500_000), "correct:18/QĐ-ĐC")
    with pytest.raises(NotRefundable) as problem:
        approved(tx, withdrawn)
    assert problem.value.reason == Obstacle.ALREADY


def test_once_the_beneficiary_has_it_the_states_procedure_is_proposed(tx: Tx):
    payment = lowered(tx)
    settle_payments(tx, [payment.payment_id], now=NOW)
    before, after = refund_rows.of_payments(tx, [payment.payment_id])
    assert (before.state, before.outcome) == (RefundState.REJECTED, "beneficiary_has_it")
    assert (after.route, after.state) == (RefundRoute.STATE_PROCEDURE, RefundState.PROPOSED)


def test_what_is_not_there_is_not_found(tx: Tx):
    with pytest.raises(NotFound):
        approve_refund(tx, "RF2222222222", digest=b"", by=HOA, now=NOW)


def test_f51_ten_approvers_at_once_approve_once(open_tx: OpenTx):
    with open_tx() as tx:
        refund = paid_twice(tx)
    start, said = Barrier(10), list[str]()

    def approve(name: str) -> None:
        start.wait()
        try:
            with open_tx() as tx:
                said.append(approved(tx, refund, by=f"staff:{name}").approved_by)
        except NotRefundable as problem:
            said.append(problem.reason)

    threads = [Thread(target=approve, args=(f"p{each}",)) for each in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said)[:9] == [Obstacle.ALREADY] * 9
    assert len(said) == 10
