"""What authorities are to be told, in order."""

from datetime import timedelta

from sqlalchemy import text

from ledger.postgres.transaction import Tx
from payments.event import OVERPAID, PAID, Change, event_id_of
from payments.postgres import outbox_rows
from tests.payments.scene import AMOUNT, NOW, owe

LATER = NOW + timedelta(minutes=2)


def change(obligation_id: int, *, cause: str, type_: str = PAID) -> Change:
    return Change(
        type=type_,
        cause=cause,
        subscriber="csgt",
        obligation_id=obligation_id,
        kind="traffic_fine",
        obligation_number="D-1",
        payment_number="NP1",
        amount=AMOUNT,
        taken=AMOUNT,
        paid_at=NOW,
        gateway="paper",
        gateway_transaction="T1",
        old_status="pending",
        new_status="paid",
        happened_at=NOW,
    )


def test_events_are_numbered_per_obligation_within_and_across_calls(tx: Tx):
    one, two = owe(tx, many=2)
    outbox_rows.add_events(tx, [change(one, cause="a"), change(two, cause="b")], now=NOW)
    outbox_rows.add_events(
        tx, [change(one, cause="c"), change(one, cause="d", type_=OVERPAID)], now=NOW
    )
    outbox_rows.add_events(tx, [], now=NOW)
    rows = tx.execute(
        text(
            "SELECT obligation_id, sequence, payload->'order' AS place FROM payments.outbox"
            " ORDER BY obligation_id, sequence"
        )
    )
    # Ids are given in the order of keys, not of the call: which of both is smaller is chance.
    numbered = [(one, 1, 1), (one, 2, 2), (one, 3, 3), (two, 1, 1)]
    assert [tuple(row) for row in rows] == sorted(numbered)


def test_a_claimed_event_is_put_off_until_its_lease_ends(tx: Tx):
    (one,) = owe(tx)
    outbox_rows.add_events(tx, [change(one, cause="a")], now=NOW)
    claimed = outbox_rows.claim_due(tx, now=NOW, lease_until=LATER, events_max=9)
    assert [event.event_id for event in claimed] == [event_id_of(change(one, cause="a"))]
    assert outbox_rows.claim_due(tx, now=NOW, lease_until=LATER, events_max=9) == []
    assert len(outbox_rows.claim_due(tx, now=LATER, lease_until=LATER, events_max=9)) == 1


def test_an_event_waits_for_the_one_before_it(tx: Tx):
    (one,) = owe(tx)
    outbox_rows.add_events(tx, [change(one, cause="a"), change(one, cause="b")], now=NOW)
    first = outbox_rows.claim_due(tx, now=NOW, lease_until=LATER, events_max=9)
    assert [event.sequence for event in first] == [1]
    outbox_rows.keep_delivered(tx, first, now=NOW)
    second = outbox_rows.claim_due(tx, now=NOW, lease_until=LATER, events_max=9)
    assert [event.sequence for event in second] == [2]


def test_a_word_that_came_late_does_not_undo_a_delivery(tx: Tx):
    (one,) = owe(tx)
    outbox_rows.add_events(tx, [change(one, cause="a")], now=NOW)
    claimed = outbox_rows.claim_due(tx, now=NOW, lease_until=LATER, events_max=9)
    outbox_rows.keep_delivered(tx, claimed, now=NOW)
    outbox_rows.keep_refused(tx, [(claimed[0], "timeout", LATER)])
    outbox_rows.put_off(tx, claimed, until=LATER)
    assert outbox_rows.park(tx, [(claimed[0], "timeout")], now=LATER) == 0
    row = tx.execute(text("SELECT delivered_at, last_error FROM payments.outbox")).one()
    assert tuple(row) == (NOW, "")
