"""Whose turn it is: each refund is claimed by one process at a time."""

from datetime import timedelta

from ledger.postgres.transaction import Tx
from payments.postgres import refund_claim_rows
from tests.payments.refunding import RefundingGateway, approved, ordered, paid_twice
from tests.payments.scene import NOW

LEASE = NOW + timedelta(minutes=2)


def test_what_is_claimed_to_be_sent_waits_until_its_lease_is_over(tx: Tx):
    refund = approved(tx, paid_twice(tx))
    paid_twice(tx)
    claimed = refund_claim_rows.claim_to_send(tx, now=NOW, lease_until=LEASE, refunds_max=9)
    assert [each.number for each in claimed] == [refund.number]
    assert refund_claim_rows.claim_to_send(tx, now=NOW, lease_until=LEASE, refunds_max=9) == []
    assert refund_claim_rows.claim_to_send(tx, now=LEASE, lease_until=LEASE, refunds_max=9)


def test_what_is_claimed_to_be_asked_is_counted(tx: Tx):
    refund = approved(tx, paid_twice(tx))
    ordered(tx, RefundingGateway())
    (claimed,) = refund_claim_rows.claim_to_ask(tx, now=LEASE, lease_until=LEASE, refunds_max=9)
    assert (claimed.number, claimed.asked_count) == (refund.number, 1)


def test_a_refund_is_mistaken_for_none_where_there_is_no_other(tx: Tx):
    assert not refund_claim_rows.is_mistakable(tx, approved(tx, paid_twice(tx)))
