"""What each address is still to be told."""

from datetime import timedelta

from ledger.postgres.transaction import Tx
from payments.postgres.endpoint_delivery_rows import (
    Backlog,
    backlogs,
    due_deliveries,
    keep_refused,
    keep_taken,
    park_old,
)
from tests.payments.clients import added, opened_by
from tests.payments.scene import NOW, inside, sent

HOUR = timedelta(hours=1)


def test_of_each_payment_the_oldest_event_is_due_and_the_next_one_after_it(tx: Tx):
    endpoint_id = added(tx).endpoint_id
    first, second = opened_by(tx), opened_by(tx)
    sent(inside(tx), first)
    due = due_deliveries(tx, endpoint_id, now=NOW, events_max=9)
    assert [(each.subject, each.sequence) for each in due] == [
        (first.number, 1),
        (second.number, 1),
    ]
    keep_taken(tx, due[0], at=NOW)
    due = due_deliveries(tx, endpoint_id, now=NOW, events_max=9)
    assert {(each.subject, each.sequence) for each in due} == {
        (first.number, 2),
        (second.number, 1),
    }


def test_what_waits_for_its_next_try_holds_up_what_comes_after(tx: Tx):
    endpoint_id = added(tx).endpoint_id
    sent(inside(tx), opened_by(tx))
    (due,) = due_deliveries(tx, endpoint_id, now=NOW, events_max=9)
    keep_refused(tx, due, error="HTTP 500", next_at=NOW + HOUR)
    assert due_deliveries(tx, endpoint_id, now=NOW, events_max=9) == []
    (again,) = due_deliveries(tx, endpoint_id, now=NOW + HOUR, events_max=9)
    assert (again.event_id, again.attempts) == (due.event_id, 1)


def test_what_is_old_is_parked_with_what_waits_behind_it_and_nothing_else(tx: Tx):
    endpoint_id = added(tx).endpoint_id
    old = opened_by(tx)
    sent(inside(tx), old, now=NOW + timedelta(minutes=5))
    opened_by(tx, now=NOW + HOUR)
    parked = park_old(tx, endpoint_id, since=NOW, error="HTTP 500", now=NOW + HOUR)
    assert parked == 2
    assert backlogs(tx, [endpoint_id]) == {endpoint_id: Backlog(waiting=1, parked=2)}
