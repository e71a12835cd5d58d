"""Payments nobody can call finished, by state."""

from datetime import timedelta

from gateways.contract import Outcome
from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.postgres.unresolved_rows import unresolved
from payments.states import PaymentState
from tests.payments.scene import AMOUNT, NOW, hear, heard, inside, notice, opened, owe, sent


def test_nothing_waits_where_nothing_was_begun(tx: Tx) -> None:
    opened(tx, owe(tx))
    assert unresolved(tx) == []


def test_what_waits_is_counted_with_its_sum_and_its_oldest(tx: Tx) -> None:
    for minutes in (3, 1, 2):
        at = NOW + timedelta(minutes=minutes)
        sent(inside(tx), opened(tx, owe(tx), now=at), now=at)
    held = sent(inside(tx), opened(tx, owe(tx)))
    hear(tx, heard(notice(held, Outcome.HELD)))
    rows = {row.state: row for row in unresolved(tx)}
    assert set(rows) == {PaymentState.HELD, PaymentState.PENDING}
    pending = rows[PaymentState.PENDING]
    assert (pending.count, pending.amount) == (3, Money(3 * AMOUNT.vnd))
    assert pending.oldest == NOW + timedelta(minutes=1)


def test_what_is_decided_waits_no_more(tx: Tx) -> None:
    paid = sent(inside(tx), opened(tx, owe(tx)))
    failed = sent(inside(tx), opened(tx, owe(tx)))
    hear(tx, heard(notice(paid)), heard(notice(failed, Outcome.DECLINED)))
    assert unresolved(tx) == []
