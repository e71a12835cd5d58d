"""Proofs of payment that ended, as the nightly proof reads them."""

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.replace_acknowledgement import replace_acknowledgement
from reconciliation.postgres.proof_ended_rows import ended_astray, successors
from tests.payments.scene import NOW, SIGNER, hear, heard, inside, notice, opened, owe, sent


def test_a_proof_in_the_place_of_another_is_given_with_what_it_is_for(tx: Tx):
    payment = opened(tx, owe(tx))
    hear(tx, heard(notice(sent(inside(tx), payment))))
    assert list(successors(tx)) == []
    ended = replace_acknowledgement(
        tx, payment.payment_id, refund_number="RF1", kept=Money(1), signer=SIGNER, now=NOW
    )
    assert ended is not None
    (found,) = successors(tx)
    assert (found.signed, found.replaces, found.kept) == (ended.successor, payment.number, Money(1))
    assert ended_astray(tx).total == 0
