"""Words read back as they came in."""

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.evidence import EvidenceKind
from reconciliation.postgres import proof_word_rows
from reconciliation.postgres.proof_rows import Found
from tests.payments.scene import AMOUNT, hear, heard, inside, notice, opened, owe, sent


def test_an_empty_book_has_no_words(recon_tx: Tx):
    assert list(proof_word_rows.words(recon_tx)) == []
    assert list(proof_word_rows.sums(recon_tx)) == []
    assert list(proof_word_rows.paid(recon_tx)) == []
    assert proof_word_rows.ghosts(recon_tx) == Found((), 0)
    assert proof_word_rows.numbers_twice(recon_tx) == Found((), 0)


def test_a_word_comes_back_to_the_byte_with_what_is_booked_on_it(tx: Tx):
    reference = sent(inside(tx), opened(tx, owe(tx)))
    word = heard(notice(reference))
    hear(tx, word)
    (back,) = proof_word_rows.words(tx)
    assert back.word.raw == word.raw
    assert back.word.kind is EvidenceKind.CALLBACK
    assert back.word.prepared is not None
    assert back.word.prepared.reference == back.reference == reference
    assert back.booked == {f"T{reference}": AMOUNT}
    assert (back.is_believed, back.is_held) == (True, False)


def test_a_word_of_another_amount_is_not_believed_and_held(tx: Tx):
    reference = sent(inside(tx), opened(tx, owe(tx)))
    hear(tx, heard(notice(reference, amount=Money(1))))
    (back,) = proof_word_rows.words(tx)
    assert (back.is_believed, back.is_held) == (False, True)


def test_a_sum_comes_with_its_word_and_a_payment_with_its_proof(tx: Tx):
    payment = opened(tx, owe(tx))
    reference = sent(inside(tx), payment)
    hear(tx, heard(notice(reference)))
    (taken,) = proof_word_rows.sums(tx)
    assert (taken.gateway_transaction, taken.reference) == (f"T{reference}", reference)
    assert taken.amount == AMOUNT
    assert taken.word is not None
    (paid,) = proof_word_rows.paid(tx)
    assert paid.number == payment.number
    assert paid.fulfilled is not None
    assert paid.fulfilled.amount == AMOUNT
    assert paid.signed is not None
    assert paid.signed.number == payment.number
