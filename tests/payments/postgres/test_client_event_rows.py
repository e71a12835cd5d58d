"""What clients are told, as it is kept."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event as listening
from sqlalchemy import text

from gateways.contract import Outcome
from ledger.postgres.transaction import OpenTx, Tx
from payments.client_event import ClientNews, EventType, news_of_opening
from payments.payment import Payment
from payments.postgres.client_event_rows import (
    Order,
    WantedEvents,
    add_client_events,
    event_of,
    list_events,
)
from payments.settle_payments import settle_payments
from tests.conftest import OpenAs
from tests.payments.clients import PORTAL, added, events_of, opened_by
from tests.payments.scene import NOW, hear, heard, inside, notice, opened, owe, sent


@pytest.fixture
def statements(tx: Tx) -> Iterator[Callable[[], list[str]]]:
    """Give what was asked of the database since the last time this was asked."""
    seen: list[str] = []

    def note(_c: object, _k: object, statement: str, _p: object, _x: object, _m: object) -> None:
        seen.append(statement)

    def taken() -> list[str]:
        found = [each for each in seen if "client_event" in each]
        seen.clear()
        return found

    listening.listen(tx, "before_cursor_execute", note)
    yield taken
    listening.remove(tx, "before_cursor_execute", note)


def test_every_step_of_a_clients_payment_is_told_in_order(tx: Tx):
    payment = opened_by(tx)
    reference = sent(inside(tx), payment)
    hear(tx, heard(notice(reference)))
    settle_payments(tx, [payment.payment_id], now=NOW)
    told = events_of(tx)
    assert [each.type for each in told] == [
        "payment.created",
        "payment.pending",
        "payment.paid",
        "payment.settled",
    ]
    assert [each.sequence for each in told] == [1, 2, 3, 4]
    assert [each.payload["order"] for each in told] == [1, 2, 3, 4]
    assert {each.subject for each in told} == {payment.number}


def test_a_late_success_is_told_and_corrected(tx: Tx):
    payment = opened_by(tx)
    reference = sent(inside(tx), payment)
    hear(tx, heard(notice(reference, Outcome.DECLINED)))
    hear(tx, heard(notice(reference)))
    types = [each.type for each in events_of(tx)]
    assert types[-3:] == ["payment.failed", "payment.paid", "payment.corrected"]


def test_citizens_payments_cost_no_statement(tx: Tx, statements: Callable[[], list[str]]):
    reference = sent(inside(tx), opened(tx, owe(tx)))
    hear(tx, heard(notice(reference)))
    assert statements() == []
    assert tx.scalar(text("SELECT count(*) FROM payments.client_event")) == 0


def test_a_batch_of_notices_costs_one_statement(tx: Tx, statements: Callable[[], list[str]]):
    references = [sent(inside(tx), opened_by(tx)) for _ in range(4)]
    statements()
    hear(tx, *(heard(notice(reference)) for reference in references))
    assert len(statements()) == 1


def test_the_same_news_is_never_kept_twice(tx: Tx):
    payment = opened_by(tx)
    with pytest.raises(Exception, match="client_event_event_id_key"):
        add_client_events(tx, [news_of_opening(payment)])


def test_other_news_of_a_payment_comes_with_its_own_words(tx: Tx):
    payment = opened_by(tx)
    words = {"refund": {"number": "R-1", "amount_vnd": 1_000}}
    add_client_events(tx, [ClientNews(EventType.REFUND_PROPOSED, payment, "R-1/0", NOW, words)])
    told = events_of(tx)[-1]
    assert told.type == EventType.REFUND_PROPOSED
    data = told.payload["data"]
    assert isinstance(data, dict)
    assert data["refund"] == words["refund"]
    assert data["payment"]["metadata"] == {"order": "A-17"}


def test_another_client_sees_none_of_them(tx: Tx):
    opened_by(tx)
    (event,) = events_of(tx)
    assert events_of(tx, "ministry") == []
    assert event_of(tx, event.event_id, client="ministry") is None
    assert event_of(tx, event.event_id, client=PORTAL) == event


def test_t14_the_database_refuses_to_tell_one_clients_event_at_anothers_address(tx: Tx):
    opened_by(tx)
    (event,) = events_of(tx)
    strange = added(tx, client="ministry")
    for client in ("ministry", PORTAL):
        with pytest.raises(Exception, match=r"webhook_delivery_(of|to)_client"), tx.begin_nested():
            tx.execute(
                text(
                    "INSERT INTO payments.webhook_delivery (endpoint_id, client_event_id, client,"
                    " subject, sequence, due_since) VALUES (:endpoint, :event, :client, 'x', 1,"
                    " now())"
                ),
                {
                    "endpoint": strange.endpoint_id,
                    "event": event.client_event_id,
                    "client": client,
                },
            )


def test_lists_are_filtered_and_paged_both_ways(open_tx: OpenTx):
    with open_tx() as tx:
        first = opened_by(tx)
        second = opened_by(tx, now=NOW + timedelta(hours=1))
        sent(inside(tx), first)
    with open_tx() as tx:
        wanted = WantedEvents(PORTAL, order=Order.ASC)
        all_ = list_events(tx, wanted, limit_max=10)
        assert list_events(tx, replace(wanted, order=Order.DESC), limit_max=10) == all_[::-1]
        assert list_events(tx, replace(wanted, past=all_[0]), limit_max=1) == all_[1:2]
        before = replace(wanted, order=Order.DESC, past=all_[-1])
        assert list_events(tx, before, limit_max=10) == all_[-2::-1]
        subject = replace(wanted, subject=second.number)
        assert [each.subject for each in list_events(tx, subject, limit_max=9)] == [second.number]
        late = replace(wanted, since=NOW + timedelta(minutes=1))
        assert len(list_events(tx, late, limit_max=9)) == 1
        early = replace(wanted, until=NOW + timedelta(minutes=1))
        assert len(list_events(tx, early, limit_max=9)) == 2
        pending = replace(wanted, types=[EventType.PAYMENT_PENDING])
        assert [each.subject for each in list_events(tx, pending, limit_max=9)] == [first.number]


def test_who_reads_on_misses_nothing_that_was_kept_by_a_transaction_still_at_work(
    open_tx: OpenTx,
):
    with open_tx() as tx:
        opened_by(tx, "ministry")
    with ExitStack() as late:
        slow = late.enter_context(open_tx())
        early: Payment = opened_by(slow)
        with open_tx() as quick:
            second = opened_by(quick)
        with open_tx() as tx:
            assert list_events(tx, WantedEvents(PORTAL, order=Order.ASC), limit_max=9) == []
            newest = list_events(tx, WantedEvents(PORTAL), limit_max=9)
            assert [each.subject for each in newest] == [second.number]
    with open_tx() as tx:
        found = list_events(tx, WantedEvents(PORTAL, order=Order.ASC), limit_max=9)
        assert [each.subject for each in found] == [early.number, second.number]


def test_who_closes_days_tells_clients_as_well(open_tx: OpenTx, open_as: OpenAs):
    with open_tx() as tx:
        added(tx)
        payment = opened_by(tx)
        reference = sent(inside(tx), payment)
        hear(tx, heard(notice(reference)))
    with open_as("clearing_recon")() as tx:
        settle_payments(tx, [payment.payment_id], now=NOW)
    with open_tx() as tx:
        assert events_of(tx)[-1].type == EventType.PAYMENT_SETTLED
        assert tx.scalar(text("SELECT count(*) FROM payments.webhook_delivery")) == 4
