"""Applying what partners said: one transaction, one verdict each, and money counted once."""

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import pytest
from sqlalchemy import event, text

from gateways.contract import Outcome, Verdict
from ledger.accounts import Account, AccountKind
from ledger.money import ZERO, Money
from ledger.postgres.balances import balance
from ledger.postgres.days import close_day
from ledger.postgres.transaction import OpenTx, Tx
from payments.acknowledgement import verify
from payments.apply_notices import NOTICES_MAX
from payments.evidence import Received
from payments.postgres import acknowledgement_rows
from payments.states import AttemptState, PaymentState
from tests.payments.scene import (
    AMOUNT,
    NOW,
    SIGNER,
    attempt_of,
    hear,
    heard,
    inside,
    notice,
    opened,
    owe,
    payment_of,
    sent,
    states,
)

ONE = Money(1)
RECEIVABLE = Account(AccountKind.RECEIVABLE, "paper")
PAYABLE = Account(AccountKind.PAYABLE, "kbnn-0011")
REFUND = Account(AccountKind.REFUND_PAYABLE, "paper")
SUSPENSE = Account(AccountKind.SUSPENSE_DIFFERENCE, "paper")


def begin(tx: Tx, ids: Sequence[int] | None = None) -> str:
    """Open a payment, send it, and return its reference at the gateway."""
    return sent(inside(tx), opened(tx, owe(tx) if ids is None else ids))


def net(tx: Tx, account: Account) -> Money:
    """Return what stands on an account, debit above zero."""
    return balance(tx, account).net


def count(tx: Tx, table: str) -> int:
    """Return how many rows a table of payments has."""
    tables = {
        "capture": text("SELECT count(*) FROM payments.capture"),
        "evidence": text("SELECT count(*) FROM payments.evidence"),
        "outbox": text("SELECT count(*) FROM payments.outbox"),
        "acknowledgement": text("SELECT count(*) FROM payments.acknowledgement"),
        "obligation_lock": text("SELECT count(*) FROM payments.obligation_lock"),
    }
    return int(tx.execute(tables[table]).scalar_one())


def test_a_paid_notice_pays_books_proves_and_tells(tx: Tx):
    ids = owe(tx)
    reference = begin(tx, ids)
    assert hear(tx, heard(notice(reference))) == [Verdict.RECORDED]
    assert states(tx, reference) == (PaymentState.PAID, AttemptState.CAPTURED)
    assert (net(tx, RECEIVABLE), net(tx, PAYABLE)) == (AMOUNT, -AMOUNT)
    status = tx.execute(
        text("SELECT status FROM payments.obligation WHERE obligation_id = :id"), {"id": ids[0]}
    )
    assert status.scalar_one() == "paid"
    assert count(tx, "obligation_lock") == 0
    told = tx.execute(text("SELECT type, sequence, payload FROM payments.outbox")).one()
    assert (told.type, told.sequence, told.payload["order"]) == ("payment.paid", 1, 1)
    assert told.payload["data"]["new_status"] == "paid"


def test_the_proof_is_signed_and_names_what_was_paid(tx: Tx):
    reference = begin(tx)
    hear(tx, heard(notice(reference)))
    proof = acknowledgement_rows.of_payment(tx, attempt_of(tx, reference).payment_id)
    assert proof is not None
    keys = {SIGNER.key_id: SIGNER.public_key}
    assert verify(proof.payload, signature=proof.signature, public_keys=keys)
    assert f'"gateway_transaction":"T{reference}"'.encode() in proof.payload


def test_the_same_bytes_again_change_nothing_and_add_no_row(tx: Tx):
    word = heard(notice(begin(tx)))
    hear(tx, word)
    before = {table: count(tx, table) for table in ("capture", "evidence", "outbox")}
    assert hear(tx, word, word) == [Verdict.ALREADY_RECORDED] * 2
    assert before == {table: count(tx, table) for table in before}


def test_f30_a_replay_the_next_day_at_another_door_adds_no_row(tx: Tx):
    word = heard(notice(begin(tx)))
    hear(tx, word)
    moved = replace(
        word,
        raw=replace(
            word.raw, method="POST", path="/callbacks/other", query=b"", body=word.raw.query
        ),
        received_at=NOW + timedelta(days=1),
    )
    assert hear(tx, moved) == [Verdict.ALREADY_RECORDED]
    assert count(tx, "evidence") == 1


def test_f24_the_second_money_for_one_fine_is_owed_back_and_proven_once(tx: Tx):
    ids = owe(tx)
    first = begin(tx, ids)
    hear(tx, heard(notice(first, Outcome.EXPIRED)))
    second = begin(tx, ids)
    assert hear(tx, heard(notice(second)), heard(notice(first))) == [Verdict.RECORDED] * 2
    assert states(tx, second)[0] is PaymentState.PAID
    assert states(tx, first) == (PaymentState.OVERPAID, AttemptState.CAPTURED)
    assert (net(tx, PAYABLE), net(tx, REFUND)) == (-AMOUNT, -AMOUNT)
    assert count(tx, "acknowledgement") == 1
    types = tx.execute(text("SELECT type FROM payments.outbox ORDER BY sequence")).scalars().all()
    assert types == ["payment.paid", "payment.overpaid"]


def test_a_second_transaction_under_one_order_is_owed_back(tx: Tx):
    reference = begin(tx)
    hear(tx, heard(notice(reference)))
    assert hear(tx, heard(notice(reference, transaction="T-2"))) == [Verdict.RECORDED]
    assert states(tx, reference) == (PaymentState.OVERPAID, AttemptState.CAPTURED)
    assert net(tx, REFUND) == -AMOUNT


def test_money_for_several_fines_of_which_one_is_paid_is_owed_back_whole(tx: Tx):
    ids = owe(tx, many=2)
    both = begin(tx, ids)
    hear(tx, heard(notice(both, Outcome.EXPIRED)))
    hear(tx, heard(notice(begin(tx, ids[:1]))))
    hear(tx, heard(notice(both, amount=AMOUNT + AMOUNT)))
    assert states(tx, both)[0] is PaymentState.OVERPAID
    assert (net(tx, PAYABLE), net(tx, REFUND)) == (-AMOUNT, -(AMOUNT + AMOUNT))


def test_f31_one_dong_short_or_over_is_held_and_never_paid(tx: Tx):
    for amount in (AMOUNT - ONE, AMOUNT + ONE):
        reference = begin(tx)
        before = net(tx, SUSPENSE)
        word = heard(notice(reference, amount=amount))
        assert hear(tx, word, word) == [Verdict.AMOUNT_DIFFERS] * 2
        assert states(tx, reference) == (PaymentState.HELD, AttemptState.HELD)
        assert net(tx, SUSPENSE) - before == -amount
    assert net(tx, PAYABLE) == ZERO
    assert count(tx, "acknowledgement") == 0


def test_f23_suspected_money_is_held_and_books_nothing_until_it_is_cleared(tx: Tx):
    reference = begin(tx)
    assert hear(tx, heard(notice(reference, Outcome.HELD))) == [Verdict.RECORDED]
    assert states(tx, reference) == (PaymentState.HELD, AttemptState.HELD)
    assert net(tx, RECEIVABLE) == ZERO
    assert count(tx, "obligation_lock") == 1
    hear(tx, heard(notice(reference)))
    assert states(tx, reference) == (PaymentState.PAID, AttemptState.CAPTURED)


def test_f33_a_word_before_our_own_commit_is_kept_and_counts_when_repeated(tx: Tx):
    payment = opened(tx, owe(tx))
    early = heard(notice("EARLY-1"))
    assert hear(tx, early) == [Verdict.UNKNOWN_REFERENCE]
    assert count(tx, "evidence") == 1
    reference = sent(inside(tx), payment, reference="EARLY-1")
    assert hear(tx, early) == [Verdict.RECORDED]
    assert states(tx, reference)[0] is PaymentState.PAID
    assert count(tx, "evidence") == 1


def test_f27_money_two_days_late_is_still_money(tx: Tx):
    reference = begin(tx)
    hear(tx, heard(notice(reference, Outcome.EXPIRED)))
    late = heard(notice(reference), received_at=NOW + timedelta(days=2))
    hear(tx, late, now=NOW + timedelta(days=2))
    assert states(tx, reference) == (PaymentState.PAID, AttemptState.CAPTURED)


def test_f27_money_for_a_closed_day_is_booked_in_the_next_open_one(
    open_tx: OpenTx, open_recon_tx: OpenTx
):
    with open_tx() as tx:
        first, second = begin(tx), begin(tx)
        hear(tx, heard(notice(first)))
    with open_recon_tx() as tx:
        assert close_day(tx, date(2026, 3, 11), now=NOW + timedelta(days=1))
    with open_tx() as tx:
        word = heard(notice(second), received_at=NOW + timedelta(days=2))
        assert hear(tx, word) == [Verdict.RECORDED]
        dates = tx.execute(text("SELECT business_date, paid_at FROM payments.capture ORDER BY 1"))
        assert [(row.business_date.day, row.paid_at) for row in dates] == [(11, NOW), (12, NOW)]


def test_a_failure_frees_the_payer_and_never_undoes_money(tx: Tx):
    declined = begin(tx)
    assert hear(tx, heard(notice(declined, Outcome.DECLINED))) == [Verdict.RECORDED]
    assert states(tx, declined) == (PaymentState.FAILED, AttemptState.FAILED)
    assert count(tx, "obligation_lock") == 0
    paid = begin(tx)
    hear(tx, heard(notice(paid)))
    assert hear(tx, heard(notice(paid, Outcome.DECLINED))) == [Verdict.ALREADY_RECORDED]
    assert states(tx, paid) == (PaymentState.PAID, AttemptState.CAPTURED)


def test_f26_every_order_of_the_same_words_ends_the_same(tx: Tx):
    outcomes = (Outcome.PENDING, Outcome.HELD, Outcome.DECLINED, Outcome.EXPIRED, Outcome.PAID)
    for place, order in enumerate(permutations(outcomes)):
        reference = begin(tx)
        words = [heard(notice(reference, outcome)) for outcome in order]
        for batch in [[word] for word in words] if place % 6 == 0 else [words]:
            hear(tx, *batch)
        assert states(tx, reference) == (PaymentState.PAID, AttemptState.CAPTURED), order


def test_a_late_hold_does_not_end_with_the_next_trys_failure(tx: Tx):
    payment = opened(tx, owe(tx))
    first = sent(inside(tx), payment)
    hear(tx, heard(notice(first, Outcome.DECLINED)))
    second = sent(inside(tx), payment)
    hear(tx, heard(notice(first, Outcome.HELD)))
    hear(tx, heard(notice(second, Outcome.DECLINED)))
    assert states(tx, first) == (PaymentState.HELD, AttemptState.HELD)
    assert states(tx, second) == (PaymentState.HELD, AttemptState.FAILED)
    assert count(tx, "obligation_lock") == 1


def test_a_late_hold_takes_back_what_was_free(tx: Tx):
    reference = begin(tx)
    hear(tx, heard(notice(reference, Outcome.EXPIRED)))
    assert count(tx, "obligation_lock") == 0
    hear(tx, heard(notice(reference, Outcome.HELD)))
    assert count(tx, "obligation_lock") == 1


def test_a_batch_is_ruled_on_in_order_and_answered_in_order(tx: Tx):
    references = [begin(tx) for _ in range(3)]
    words: list[Received] = [
        heard(notice(references[2])),
        heard(notice("nobody's")),
        heard(notice(references[0], Outcome.DECLINED)),
        heard(notice(references[2]), salt="again"),
        heard(notice(references[0])),
        heard(notice(references[1], amount=AMOUNT + ONE)),
    ]
    assert hear(tx, *words) == [
        Verdict.RECORDED,
        Verdict.UNKNOWN_REFERENCE,
        Verdict.RECORDED,
        Verdict.ALREADY_RECORDED,
        Verdict.RECORDED,
        Verdict.AMOUNT_DIFFERS,
    ]
    assert [states(tx, reference)[0] for reference in references] == [
        PaymentState.PAID,
        PaymentState.HELD,
        PaymentState.PAID,
    ]


def test_statements_do_not_grow_with_the_batch(tx: Tx):
    small = [heard(notice(begin(tx)))]
    large = [heard(notice(begin(tx))) for _ in range(40)]
    counted: Counter[int] = Counter()
    for batch in (small, large):

        def count_one(*_: object, size: int = len(batch)) -> None:
            counted[size] += 1

        event.listen(tx, "before_cursor_execute", count_one)
        hear(tx, *batch)
        event.remove(tx, "before_cursor_execute", count_one)
    assert counted[1] == counted[40] <= 12


def test_nothing_heard_is_nothing_done(tx: Tx):
    assert hear(tx) == []
    with pytest.raises(ValueError, match="more than"):
        hear(tx, *[heard(notice("R1"))] * (NOTICES_MAX + 1))


def test_f25_the_same_callback_fifty_times_at_once_is_booked_once(open_tx: OpenTx):
    with open_tx() as tx:
        reference = begin(tx)
    word = heard(notice(reference))
    gate = threading.Barrier(50)

    def call(_: int) -> Verdict:
        gate.wait(timeout=30)
        with open_tx() as tx:
            return hear(tx, word)[0]

    with ThreadPoolExecutor(50) as callers:
        verdicts = Counter(callers.map(call, range(50)))
    assert verdicts == {Verdict.RECORDED: 1, Verdict.ALREADY_RECORDED: 49}
    with open_tx() as tx:
        assert net(tx, RECEIVABLE) == AMOUNT
        assert (count(tx, "capture"), count(tx, "evidence"), count(tx, "outbox")) == (1, 1, 1)


def test_f09_batches_over_the_same_fines_in_any_order_never_deadlock(open_tx: OpenTx):
    with open_tx() as tx:
        references = [begin(tx) for _ in range(5)]
    words = [heard(notice(reference)) for reference in references]

    def call(turn: int) -> list[Verdict]:
        order = words[turn % 5 :] + words[: turn % 5]
        with open_tx() as tx:
            return hear(tx, *(order if turn % 2 else order[::-1]))

    with ThreadPoolExecutor(16) as callers:
        verdicts = Counter(verdict for found in callers.map(call, range(50)) for verdict in found)
    assert verdicts == {Verdict.RECORDED: 5, Verdict.ALREADY_RECORDED: 245}


def test_f09_batches_of_words_nobody_asked_for_never_deadlock(open_tx: OpenTx):
    rounds = [[heard(notice(f"nobody's-{turn}-{n}")) for n in range(400)] for turn in range(6)]
    gate = threading.Barrier(2)

    def call(step: int) -> None:
        for words in rounds:
            gate.wait(timeout=30)
            with open_tx() as tx:
                hear(tx, *words[::step])

    with ThreadPoolExecutor(2) as callers:
        list(callers.map(call, (1, -1)))
    with open_tx() as tx:
        assert count(tx, "evidence") == sum(map(len, rounds))


def test_f24_two_payments_of_one_fine_at_the_same_instant_pay_it_once(open_tx: OpenTx):
    with open_tx() as tx:
        ids = owe(tx)
        first = begin(tx, ids)
        hear(tx, heard(notice(first, Outcome.EXPIRED)))
        second = begin(tx, ids)

    def call() -> list[Verdict]:
        with open_tx() as tx:
            return hear(tx, heard(notice(second)))

    with ThreadPoolExecutor(1) as caller:
        with open_tx() as tx:
            hear(tx, heard(notice(first)))
            waiting = caller.submit(call)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.3)
        assert waiting.result(timeout=10) == [Verdict.RECORDED]
    with open_tx() as tx:
        assert states(tx, first)[0] is PaymentState.PAID
        assert states(tx, second)[0] is PaymentState.OVERPAID
        assert (net(tx, PAYABLE), net(tx, REFUND)) == (-AMOUNT, -AMOUNT)


def test_a_payment_paid_by_an_earlier_try_leaves_the_later_one_harmless(tx: Tx):
    payment = opened(tx, owe(tx))
    first = sent(inside(tx), payment)
    hear(tx, heard(notice(first, Outcome.DECLINED)))
    second = sent(inside(tx), payment)
    hear(tx, heard(notice(first)))
    assert payment_of(tx, payment.number).state is PaymentState.PAID
    hear(tx, heard(notice(second, Outcome.DECLINED)))
    assert states(tx, second) == (PaymentState.PAID, AttemptState.FAILED)
