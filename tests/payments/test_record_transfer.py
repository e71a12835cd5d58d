"""A transfer is kept once, with the bank's reference, by whoever held the money."""

from typing import Final

import pytest

from ledger.accounts import Account, AccountKind
from ledger.money import ZERO
from ledger.postgres.balances import balance, uncleared
from ledger.postgres.transaction import Tx
from payments.errors import NotRefundable
from payments.record_transfer import record_transfer
from payments.refund import Holder, Obstacle, Refund, RefundRoute, Wanted
from payments.refund_states import RefundState
from payments.reject_refund import reject_refund
from payments.request_refund import request_refund
from payments.states import PaymentState
from tests.payments.refunding import HOA, LAN, approved, paid_twice, payment_state
from tests.payments.scene import CALENDAR, NOW, SIGNER, TODAY

BANK: Final = "FT26001"


def transfer(tx: Tx) -> Refund:
    """Propose to transfer a surplus back."""
    surplus = reject_refund(tx, paid_twice(tx).number, by=HOA, now=NOW)
    wanted = Wanted(surplus.capture_id, "Hết hạn hoàn", route=RefundRoute.TRANSFER)
    return request_refund(tx, wanted, by=LAN, now=NOW)


def recorded(tx: Tx, refund: Refund, *, bank_reference: str = BANK) -> Refund:
    return record_transfer(
        tx,
        refund.number,
        bank_reference=bank_reference,
        paid_on=TODAY,
        holder=Holder.GATEWAY,
        calendar=CALENDAR,
        signer=SIGNER,
        now=NOW,
    )


def test_a_transfer_of_the_gateway_ends_its_debt_and_ours(tx: Tx):
    done = recorded(tx, approved(tx, transfer(tx)))
    assert (done.state, done.bank_reference, done.paid_back_on) == (RefundState.DONE, BANK, TODAY)
    assert payment_state(tx, done) is PaymentState.PAID
    assert balance(tx, Account(AccountKind.REFUND_PAYABLE, "paper")).net == ZERO
    assert balance(tx, Account(AccountKind.CLAIM, "paper")).net == ZERO
    assert {one.batch.rpartition("/")[2] for one in uncleared(tx, until=TODAY)} == {"kbnn-0011"}


def test_f51_a_transfer_recorded_twice_counts_once(tx: Tx):
    refund = approved(tx, transfer(tx))
    first = recorded(tx, refund)
    assert recorded(tx, refund).state is first.state
    with pytest.raises(NotRefundable) as problem:
        recorded(tx, refund, bank_reference="FT26002")
    assert problem.value.reason == Obstacle.NOT_APPROVED


def test_only_an_approved_transfer_is_recorded(tx: Tx):
    with pytest.raises(NotRefundable) as problem:
        recorded(tx, transfer(tx))
    assert problem.value.reason == Obstacle.NOT_APPROVED
    with pytest.raises(NotRefundable) as problem:
        recorded(tx, approved(tx, paid_twice(tx)))
    assert problem.value.reason == Obstacle.WRONG_ROUTE
