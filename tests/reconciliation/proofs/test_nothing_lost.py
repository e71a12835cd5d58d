"""I2 finds money that was heard of or taken, and is not in the book."""

from dataclasses import replace

import pytest

from ledger.postgres.transaction import Tx
from reconciliation.proofs.contract import FarSide, Holds, Means
from reconciliation.proofs.nothing_lost import nothing_lost
from tests.gateways.vnpay_samples import callback
from tests.reconciliation.proofs.book import named, tamper
from tests.reconciliation.samples import MERCHANT


def test_it_holds_of_a_clean_book(book_tx: Tx, means: Means):
    outcome = nothing_lost(book_tx, means)
    assert outcome == Holds("11 words of money taken, 11 paid orders at the far side")


def test_without_a_far_side_our_own_words_are_all_there_is(book_tx: Tx, means: Means):
    outcome = nothing_lost(book_tx, replace(means, far_side=None))
    assert outcome == Holds("11 words of money taken, no far side to ask")


def test_a_sum_without_its_entry_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.entry")
    planting_tx.exec_driver_sql(
        "DELETE FROM ledger.entry WHERE idempotency_key = 'captured:vnpay:15000001'"
    )
    assert named(nothing_lost(planting_tx, means)) == (
        "vnpay transaction 15000001, order PAID-1: 350000 dong taken,"
        " no entry captured:vnpay:15000001"
    )


def test_an_entry_of_another_amount_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.transfer")
    planting_tx.exec_driver_sql(
        "UPDATE ledger.transfer SET amount_vnd = amount_vnd - 1 FROM ledger.entry"
        " WHERE entry.entry_id = transfer.entry_id"
        " AND idempotency_key = 'captured:vnpay:15000001'"
    )
    assert named(nothing_lost(planting_tx, means)) == (
        "vnpay transaction 15000001, order PAID-1: 350000 dong taken, 349999 booked"
    )


def test_a_sum_that_vanished_is_missed_from_every_side(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.capture")
    planting_tx.exec_driver_sql("DELETE FROM payments.capture WHERE reference = 'PAID-1'")
    found = named(nothing_lost(planting_tx, means))
    assert "vnpay order PAID-1 is captured, but no sum is booked" in found
    assert "is settled, but no sum is booked" in found
    assert "vnpay order PAID-1, transaction 15000001, 350000 dong: heard, not booked" in found
    assert "order PAID-1, transaction 15000001, 350000 dong: not booked, no break" in found


@pytest.mark.parametrize("verdict", ["recorded", "already_recorded", "unknown_reference"])
def test_a_genuine_word_that_nobody_acted_on_is_named(planting_tx: Tx, means: Means, verdict: str):
    raw = callback(TmnCode=MERCHANT, TxnRef="WAITS-1", TransactionNo="15000099")
    _keep_word(planting_tx, raw.query, reference="WAITS-1", verdict=verdict)
    assert named(nothing_lost(planting_tx, means)) == (
        "vnpay order WAITS-1, transaction 15000099, 350000 dong: heard, not booked"
    )


def test_money_that_a_gateway_names_under_two_orders_is_not_lost(planting_tx: Tx, means: Means):
    raw = callback(TmnCode=MERCHANT, TxnRef="PAID-2", TransactionNo="15000001")
    _keep_word(planting_tx, raw.query, reference="PAID-2", verdict="recorded")
    assert isinstance(nothing_lost(planting_tx, means), Holds)


def test_a_forged_word_is_no_money(planting_tx: Tx, means: Means):
    raw = callback("another secret of thirty-two letters", TmnCode=MERCHANT, TxnRef="WAITS-1")
    _keep_word(planting_tx, raw.query, reference="WAITS-1", verdict="recorded")
    assert isinstance(nothing_lost(planting_tx, means), Holds)


def test_a_word_that_was_believed_with_another_amount_is_named(planting_tx: Tx, means: Means):
    raw = callback(TmnCode=MERCHANT, TxnRef="PAID-1", TransactionNo="15000001", Amount="35000100")
    _keep_word(planting_tx, raw.query, reference="PAID-1", verdict="already_recorded")
    assert named(nothing_lost(planting_tx, means)) == (
        "vnpay order PAID-1, transaction 15000001, 350001 dong: booked as 350000"
    )


def test_what_the_far_side_took_and_we_never_heard_of_is_named(book_tx: Tx, means: Means):
    left_out = nothing_lost(book_tx, _told(means, ("GONE-1", "15000077"), 120_000))
    assert named(left_out) == (
        "order GONE-1, transaction 15000077, 120000 dong: not booked, no break"
    )


def test_what_the_far_side_took_otherwise_is_named(book_tx: Tx, means: Means):
    otherwise = nothing_lost(book_tx, _told(means, ("PAID-1", "15000001"), 350_001))
    assert named(otherwise) == ("order PAID-1, transaction 15000001, 350001 dong: booked as 350000")


def test_an_open_break_about_the_line_or_the_sum_is_enough(planting_tx: Tx, means: Means):
    tamper(planting_tx, "reconciliation.item")
    planting_tx.exec_driver_sql(
        "WITH line AS (INSERT INTO reconciliation.item (file_id, amount_vnd, fee_vnd, line, kind,"
        " reference, transaction, party, payout) VALUES (1, 120000, 0, 99, 'payment', 'GONE-1',"
        " '15000077', 'kbnn-0011', 'VP11') RETURNING item_id) "
        "INSERT INTO reconciliation.break_case (kind, subject, opened_on, opened_at, gateway,"
        " beneficiary, payout, amount_vnd, item_id, text) SELECT 'ambiguous', 'item:99',"
        " '2026-03-11', now(), 'vnpay', 'kbnn-0011', 'VP11', 120000, item_id, '' FROM line"
    )
    planting_tx.exec_driver_sql(
        "INSERT INTO reconciliation.break_case (kind, subject, opened_on, opened_at, gateway,"
        " beneficiary, payout, amount_vnd, capture_id, text) SELECT 'amount_mismatch', 'item:98',"
        " '2026-03-11', now(), 'vnpay', 'kbnn-0011', 'VP11', 1, capture_id, ''"
        " FROM payments.capture WHERE reference = 'PAID-1'"
    )
    told = _told(_told(means, ("GONE-1", "15000077"), 120_000), ("PAID-1", "15000001"), 350_001)
    assert isinstance(nothing_lost(planting_tx, told), Holds)


def _told(means: Means, order: tuple[str, str], amount_vnd: int) -> Means:
    """Return means whose far side also says this."""
    assert means.far_side is not None
    paid = {**means.far_side.paid, order: amount_vnd}
    return replace(means, far_side=FarSide(paid, means.far_side.acknowledged))


def _keep_word(tx: Tx, query: bytes, *, reference: str, verdict: str) -> None:
    tx.exec_driver_sql(
        "INSERT INTO payments.evidence (gateway, kind, digest, received_at, method, path, query,"
        " headers, body, peer, reference, verdict) VALUES ('vnpay', 'callback', sha256(%(query)s),"
        " now(), 'GET', '/callbacks/vnpay', %(query)s, '[]', '', '', %(reference)s, %(verdict)s)",
        {"query": query, "reference": reference, "verdict": verdict},
    )
