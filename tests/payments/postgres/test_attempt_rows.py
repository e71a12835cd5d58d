"""Attempts in and out of the database."""

from datetime import timedelta

from ledger.postgres.transaction import OpenTx, Tx
from payments.postgres import attempt_rows
from payments.postgres.attempt_rows import NextQuestion
from tests.payments.scene import (
    NOW,
    attempt_of,
    hear,
    heard,
    inside,
    notice,
    opened,
    owe,
    sent,
)

MINUTE = timedelta(minutes=1)


def begin(tx: Tx) -> str:
    return sent(inside(tx), opened(tx, owe(tx)))


def test_an_attempt_is_found_by_gateway_and_reference_and_by_its_payment(tx: Tx):
    reference = begin(tx)
    attempt = attempt_of(tx, reference)
    assert attempt_rows.of_payment(tx, attempt.payment_id) == [attempt]
    assert attempt_rows.by_reference(tx, gateway="other", reference=reference) is None
    locked = attempt_rows.lock_of_payments(tx, [attempt.payment_id])
    assert locked == {attempt.attempt_id: attempt}


def test_a_claimed_attempt_is_put_off_until_its_lease_ends(tx: Tx):
    begin(tx)
    until = NOW + 3 * MINUTE
    due = attempt_rows.claim_due(
        tx, gateways=["paper"], now=NOW + MINUTE, lease_until=until, attempts_max=9
    )
    assert [attempt.next_ask_at for attempt in due] == [until]
    assert (
        attempt_rows.claim_due(
            tx, gateways=["paper"], now=NOW + MINUTE, lease_until=until, attempts_max=9
        )
        == []
    )
    again = attempt_rows.claim_due(
        tx, gateways=["paper"], now=until, lease_until=until + MINUTE, attempts_max=9
    )
    assert [attempt.attempt_id for attempt in again] == [due[0].attempt_id]


def test_what_another_transaction_works_on_is_not_waited_for(open_tx: OpenTx):
    with open_tx() as tx:
        references = [begin(tx), begin(tx)]
    with open_tx() as busy, open_tx() as tx:
        attempt_rows.lock_of_payments(busy, [attempt_of(busy, references[0]).payment_id])
        due = attempt_rows.claim_due(
            tx, gateways=["paper"], now=NOW + MINUTE, lease_until=NOW, attempts_max=9
        )
        assert [attempt.prepared.reference for attempt in due] == references[1:]


def test_questions_are_counted_when_they_were_asked(tx: Tx):
    attempt = attempt_of(tx, begin(tx))
    for is_asked, count in ((True, 1), (False, 1), (True, 2)):
        attempt_rows.ask_at(tx, [NextQuestion(attempt.attempt_id, NOW, is_asked)])
        kept = attempt_of(tx, attempt.prepared.reference)
        assert (kept.asked_count, kept.next_ask_at) == (count, NOW)


def test_an_attempt_at_its_end_is_never_asked_about_again(tx: Tx):
    reference = begin(tx)
    hear(tx, heard(notice(reference)))
    attempt = attempt_of(tx, reference)
    attempt_rows.ask_at(tx, [NextQuestion(attempt.attempt_id, NOW, is_asked=True)])
    assert attempt_of(tx, reference).next_ask_at is None
    attempt_rows.ask_at(tx, [])
