"""The list of events and their tries, as authorities and staff ask for it."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from ledger.postgres.transaction import Tx
from payments.obligation import normalised_number
from payments.postgres.delivery_rows import (
    ERROR_MAX,
    DeliveryState,
    ToldEvent,
    Wanted,
    newest_told,
    one_told,
    tries_of,
)
from tests.payments.scene import NOW
from tests.payments.test_tell_provider import HASTY, Authority, pay, tell

HOUR = timedelta(hours=1)


@pytest.fixture
def told(tx: Tx) -> list[ToldEvent]:
    """Give one event delivered, two parked, one waiting; newest first."""
    pay(tx)
    tell(tx, Authority())
    pay(tx, is_settled=True)
    tell(tx, Authority("HTTP 410"), plan=HASTY)
    pay(tx)
    return newest_told(tx, Wanted(), limit_max=9)


def test_events_are_found_by_state(tx: Tx, told: list[ToldEvent]):
    many = {
        state: len(newest_told(tx, Wanted(state=state), limit_max=9)) for state in DeliveryState
    }
    assert many == {
        DeliveryState.DELIVERED: 1,
        DeliveryState.WAITING: 1,
        DeliveryState.PARKED: 2,
    }
    assert len(told) == 4
    for each in told:
        assert each in newest_told(tx, Wanted(state=each.state), limit_max=9)


def test_events_are_found_by_number_time_and_subscriber(tx: Tx, told: list[ToldEvent]):
    number = told[0].number
    found = newest_told(tx, Wanted(number=normalised_number(number)), limit_max=9)
    assert [each.number for each in found] == [number]
    assert newest_told(tx, Wanted(since=NOW + HOUR), limit_max=9) == []
    assert newest_told(tx, Wanted(until=NOW), limit_max=9) == []
    assert len(newest_told(tx, Wanted(since=NOW, until=NOW + HOUR), limit_max=9)) == 4
    assert newest_told(tx, Wanted(subscribers=["another"]), limit_max=9) == []
    assert newest_told(tx, Wanted(subscribers=[]), limit_max=9) == []


def test_pages_follow_each_other_without_a_gap(tx: Tx, told: list[ToldEvent]):
    pages: list[ToldEvent] = []
    before = None
    for _ in told:
        (each,) = newest_told(tx, Wanted(before=before), limit_max=1)
        pages.append(each)
        before = (each.created_at, each.outbox_id)
    assert pages == told
    assert newest_told(tx, Wanted(before=before), limit_max=1) == []


def test_one_event_is_there_for_its_subscriber_alone(tx: Tx, told: list[ToldEvent]):
    event_id = told[0].event_id
    assert one_told(tx, event_id=event_id, subscribers=None) == told[0]
    assert one_told(tx, event_id=event_id, subscribers=["csgt"]) == told[0]
    assert one_told(tx, event_id=event_id, subscribers=["another"]) is None
    assert one_told(tx, event_id="evt_nothing", subscribers=None) is None


def test_a_long_reason_is_cut(tx: Tx):
    pay(tx)
    tell(tx, Authority("x" * 9_000))
    (event,) = newest_told(tx, Wanted(), limit_max=9)
    (kept,) = tries_of(tx, event.outbox_id, limit_max=9)
    assert kept.error == "x" * ERROR_MAX


def test_a_try_is_one_to_tell_who_the_event_is_for(tx: Tx, told: list[ToldEvent]):
    assert told
    forged = (
        "INSERT INTO payments.delivery (outbox_id, subscriber, at, is_taken, error, duration_ms)"
        " SELECT outbox_id, 'another', now(), true, '', 0 FROM payments.outbox"
    )
    with pytest.raises(DBAPIError, match="is not for another"):
        tx.exec_driver_sql(forged)
