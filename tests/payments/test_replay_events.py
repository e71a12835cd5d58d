"""Telling again what was given up on."""

from datetime import timedelta

from ledger.postgres.transaction import Tx
from payments.replay_events import replay_events
from payments.tell_provider import Told
from tests.payments.scene import NOW
from tests.payments.test_tell_provider import HASTY, Authority, pay, tell


def test_f47_a_replay_gives_everything_in_order(tx: Tx):
    for _ in range(3):
        pay(tx, is_settled=True)
    later = NOW + timedelta(days=4)
    for _ in range(3):
        tell(tx, Authority("HTTP 410"), now=later, plan=HASTY)
        later += timedelta(minutes=1)
    assert replay_events(tx, subscriber="csgt", now=later) == 6
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
    assert replay_events(tx, subscriber="another", now=NOW) == 0
    assert replay_events(tx, subscriber="csgt", now=NOW) == 1
