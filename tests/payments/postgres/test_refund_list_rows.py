"""Refunds as people and partners look through them."""

from datetime import timedelta

from ledger.money import ZERO
from ledger.postgres.transaction import Tx
from payments.postgres.refund_list_rows import (
    RefundsWanted,
    approved_since,
    newest_refunds,
    steps_of,
    targets_of,
)
from payments.refund_states import RefundState, RefundStep
from tests.payments.refunding import HOA, LAN, approved, paid_twice
from tests.payments.scene import AMOUNT, NOW, opened, owe


def numbers(tx: Tx, wanted: RefundsWanted, *, limit_max: int = 9) -> list[str]:
    return [each.number for each in newest_refunds(tx, wanted, limit_max=limit_max)]


def test_the_newest_comes_first_and_pages_follow_each_other(tx: Tx) -> None:
    old, new = paid_twice(tx), paid_twice(tx)
    assert numbers(tx, RefundsWanted()) == [new.number, old.number]
    assert numbers(tx, RefundsWanted(), limit_max=1) == [new.number]
    assert numbers(tx, RefundsWanted(before=new.refund_id)) == [old.number]


def test_each_filter_leaves_out_what_it_says(tx: Tx) -> None:
    old, new = paid_twice(tx), paid_twice(tx)
    approved(tx, new)
    later = NOW + timedelta(seconds=1)
    for wanted, expected in (
        (RefundsWanted(state=RefundState.PROPOSED), [old.number]),
        (RefundsWanted(payment_number=new.payment_number), [new.number]),
        (RefundsWanted(client="citizen"), [new.number, old.number]),
        (RefundsWanted(client="portal"), []),
        (RefundsWanted(since=later), []),
        (RefundsWanted(until=NOW), []),
        (RefundsWanted(since=NOW, until=later), [new.number, old.number]),
    ):
        assert numbers(tx, wanted) == expected, wanted


def test_what_happened_is_told_in_order(tx: Tx) -> None:
    refund = paid_twice(tx)
    assert steps_of(tx, refund.refund_id) == []
    approved(tx, refund)
    (only,) = steps_of(tx, refund.refund_id)
    assert (only.step, only.after, only.at, only.evidence) == (
        RefundStep.APPROVE,
        RefundState.APPROVED,
        NOW,
        None,
    )


def test_a_payment_counts_for_what_it_is_for(tx: Tx) -> None:
    wanted = owe(tx, many=2)
    payment = opened(tx, wanted)
    assert targets_of(tx, payment.payment_id) == sorted(wanted)


def test_what_a_person_approved_is_summed_from_an_instant_on(tx: Tx) -> None:
    approved(tx, paid_twice(tx), by=HOA)
    approved(tx, paid_twice(tx), by=HOA)
    assert approved_since(tx, HOA, since=NOW) == AMOUNT + AMOUNT
    assert approved_since(tx, HOA, since=NOW + timedelta(seconds=1)) == ZERO
    assert approved_since(tx, LAN, since=NOW) == ZERO
