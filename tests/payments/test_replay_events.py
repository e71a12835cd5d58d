"""Telling again what was given up on."""

from datetime import datetime, timedelta

from ledger.postgres.transaction import Tx
from payments.postgres.delivery_rows import DeliveryState, Wanted, newest_told
from payments.replay_events import PARKED, Replay, replay_events
from payments.settle_payments import settle_payments
from payments.tell_provider import Told
from tests.payments.scene import NOW, hear, heard, inside, notice, opened, owe, sent
from tests.payments.test_tell_provider import HASTY, Authority, pay, tell


def test_f47_a_replay_gives_everything_in_order(tx: Tx):
    for _ in range(3):
        pay(tx, is_settled=True)
    later = NOW + timedelta(days=4)
    for _ in range(3):
        tell(tx, Authority("HTTP 410"), now=later, plan=HASTY)
        later += timedelta(minutes=1)
    assert replay_events(tx, PARKED, subscriber="csgt", now=later) == 6
    authority = Authority()
    assert tell(tx, authority, now=later) == Told(delivered=6)
    for obligation_id in {event.obligation_id for event in authority.heard}:
        told = [each for each in authority.heard if each.obligation_id == obligation_id]
        assert [event.sequence for event in told] == [1, 2]


def test_a_replay_touches_no_other_authority_and_nothing_that_was_taken_in(tx: Tx):
    pay(tx)
    tell(tx, Authority())
    pay(tx)
    tell(tx, Authority("HTTP 410"), plan=HASTY)
    assert replay_events(tx, PARKED, subscriber="another", now=NOW) == 0
    assert replay_events(tx, PARKED, subscriber="csgt", now=NOW) == 1


def numbered(tx: Tx) -> list[tuple[str, datetime | None, str]]:
    told = newest_told(tx, Wanted(), limit_max=100)
    return [(each.event_id, each.delivered_at, each.state) for each in reversed(told)]


def test_what_was_taken_in_is_told_again_in_order_and_stays_delivered_all_the_while(tx: Tx):
    for _ in range(2):
        pay(tx, is_settled=True)
    tell(tx, Authority())
    before = numbered(tx)
    later = NOW + timedelta(days=1)
    assert replay_events(tx, Replay(since=NOW), subscriber="csgt", now=later) == 4
    assert [(one, at) for one, at, _ in numbered(tx)] == [(one, at) for one, at, _ in before]
    assert {state for _, _, state in numbered(tx)} == {DeliveryState.WAITING}
    authority = Authority()
    assert tell(tx, authority, now=later) == Told(delivered=4)
    for obligation_id in {event.obligation_id for event in authority.heard}:
        told = [each for each in authority.heard if each.obligation_id == obligation_id]
        assert [event.sequence for event in told] == [1, 2]
    assert numbered(tx) == before


def test_asking_twice_sends_once(tx: Tx):
    pay(tx)
    tell(tx, Authority())
    (one,) = [event_id for event_id, _, _ in numbered(tx)]
    for _ in range(3):
        assert replay_events(tx, one, subscriber="csgt", now=NOW) == 1
    authority = Authority()
    assert tell(tx, authority) == Told(delivered=1)
    assert tell(tx, authority) == Told()
    assert replay_events(tx, one, subscriber="another", now=NOW) == 0
    assert replay_events(tx, "evt_nobody", subscriber="csgt", now=NOW) == 0


def test_a_span_takes_what_came_to_be_in_it_alone(tx: Tx):
    pay(tx)
    tell(tx, Authority())
    hour = timedelta(hours=1)
    for since, until, many in (
        (NOW - hour, NOW, 0),
        (NOW, NOW + hour, 1),
        (NOW + hour, NOW + 2 * hour, 0),
    ):
        wanted = Replay(since=since, until=until)
        assert replay_events(tx, wanted, subscriber="csgt", now=NOW) == many


def test_one_event_behind_others_given_up_on_takes_them_along(tx: Tx):
    pay(tx, is_settled=True)
    tell(tx, Authority("HTTP 410"), plan=HASTY)
    _, second = [event_id for event_id, _, _ in numbered(tx)]
    assert replay_events(tx, second, subscriber="csgt", now=NOW) == 2
    authority = Authority()
    tell(tx, authority)
    assert [event.sequence for event in authority.heard] == [1, 2]


def test_a_replay_that_fails_is_tried_again_and_given_up_on_without_a_harm(tx: Tx):
    pay(tx)
    tell(tx, Authority())
    (one,) = [event_id for event_id, _, _ in numbered(tx)]
    replay_events(tx, one, subscriber="csgt", now=NOW)
    assert tell(tx, Authority("HTTP 500")) == Told(refused=1)
    later = NOW + timedelta(minutes=1)
    assert tell(tx, Authority("HTTP 500"), now=later, plan=HASTY) == Told(parked=0)
    assert numbered(tx) == [(one, NOW, DeliveryState.DELIVERED)]
    assert tell(tx, Authority(), now=later + timedelta(days=1)) == Told()


def test_a_new_event_waits_for_those_of_its_obligation_that_are_told_again(tx: Tx):
    payment = opened(tx, owe(tx))
    hear(tx, heard(notice(sent(inside(tx), payment))))
    tell(tx, Authority())
    replay_events(tx, Replay(), subscriber="csgt", now=NOW)
    settle_payments(tx, [payment.payment_id], now=NOW)
    authority = Authority()
    assert tell(tx, authority) == Told(delivered=2)
    assert [event.sequence for event in authority.heard] == [1, 2]
