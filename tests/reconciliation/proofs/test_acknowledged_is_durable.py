"""I4 finds what we told a partner we have, and do not have."""

from dataclasses import replace

from ledger.postgres.transaction import Tx
from reconciliation.proofs.acknowledged_is_durable import acknowledged_is_durable
from reconciliation.proofs.contract import FarSide, Holds, Means
from tests.reconciliation.proofs.book import named, tamper


def test_it_holds_of_a_clean_book(book_tx: Tx, means: Means):
    assert acknowledged_is_durable(book_tx, means) == Holds(
        "12 words taken in, 9 acknowledgements at the far side"
    )


def test_without_a_far_side_our_own_words_are_looked_at(book_tx: Tx, means: Means):
    outcome = acknowledged_is_durable(book_tx, replace(means, far_side=None))
    assert outcome == Holds("12 words taken in, no far side to ask")


def test_an_acknowledged_order_that_nobody_knows_is_named(book_tx: Tx, means: Means):
    assert means.far_side is not None
    told = FarSide(means.far_side.paid, means.far_side.acknowledged | {"GONE-1"})
    found = named(acknowledged_is_durable(book_tx, replace(means, far_side=told)))
    assert found == "order GONE-1 was acknowledged, but nobody here knows it"


def test_an_acknowledged_callback_that_is_gone_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.evidence")
    planting_tx.exec_driver_sql("DELETE FROM payments.evidence WHERE reference = 'NO-1'")
    found = named(acknowledged_is_durable(planting_tx, means))
    assert found == "order NO-1 was acknowledged, but its callback is not kept"


def test_acknowledged_money_that_is_gone_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.capture")
    planting_tx.exec_driver_sql("DELETE FROM payments.capture WHERE reference = 'PAID-2'")
    found = named(acknowledged_is_durable(planting_tx, means))
    assert found == "order PAID-2 was acknowledged, but its money is not booked"


def test_a_word_that_was_taken_in_for_another_order_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.evidence")
    planting_tx.exec_driver_sql(
        "UPDATE payments.evidence SET attempt_id ="
        " (SELECT attempt_id FROM payments.attempt WHERE reference = 'PAID-1')"
        " WHERE reference = 'NO-1'"
    )
    found = named(acknowledged_is_durable(planting_tx, means))
    assert "about vnpay order NO-1 is recorded, but hangs on no attempt of it" in found
