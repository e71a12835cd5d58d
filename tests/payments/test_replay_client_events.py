"""Telling a client again."""

from datetime import timedelta

import pytest

from ledger.postgres.transaction import OpenTx, Tx
from payments.client_event import EventType
from payments.errors import NotFound, StepRefused
from payments.replay_client_events import replay_client_events
from payments.webhook_endpoint import ReplaySpan
from tests.payments.clients import PORTAL, FarSide, added, events_of, opened_by, told
from tests.payments.scene import NOW, inside, sent

HOUR = timedelta(hours=1)


def test_an_address_younger_than_the_events_can_be_told_them(open_tx: OpenTx):
    with open_tx() as tx:
        payment = opened_by(tx)
        sent(inside(tx), payment)
        opened_by(tx, now=NOW + 2 * HOUR)
        endpoint = added(tx, now=NOW + HOUR)
    span = ReplaySpan(endpoint.endpoint_id, since=NOW, until=NOW + HOUR, parked_only=False)
    with open_tx() as tx:
        assert replay_client_events(tx, span, client=PORTAL, now=NOW + HOUR) == 2
        assert replay_client_events(tx, span, client=PORTAL, now=NOW + HOUR) == 2
    far = FarSide()
    told(open_tx, endpoint, far, now=NOW + HOUR)
    assert far.heard == [("payment.created", 1), ("payment.pending", 2)]


def test_a_span_is_told_again_in_the_types_the_address_chose(open_tx: OpenTx):
    with open_tx() as tx:
        endpoint = added(tx, types=[EventType.PAYMENT_PENDING])
        sent(inside(tx), opened_by(tx))
    far = FarSide()
    told(open_tx, endpoint, far, now=NOW)
    span = ReplaySpan(endpoint.endpoint_id, since=NOW, until=NOW + HOUR, parked_only=False)
    with open_tx() as tx:
        assert replay_client_events(tx, span, client=PORTAL, now=NOW + HOUR) == 1
    told(open_tx, endpoint, far, now=NOW + HOUR)
    assert [type_ for type_, _ in far.heard] == ["payment.pending"] * 2


def test_no_span_is_added_to_too_many_that_wait(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("payments.replay_client_events.WAITING_MAX", 2)
    endpoint = added(tx)
    span = ReplaySpan(endpoint.endpoint_id, since=NOW, until=NOW + HOUR, parked_only=False)
    opened_by(tx)
    assert replay_client_events(tx, span, client=PORTAL, now=NOW) == 1
    opened_by(tx)
    with pytest.raises(StepRefused, match="2_events_waiting"):
        replay_client_events(tx, span, client=PORTAL, now=NOW)


def test_t14_another_clients_events_and_addresses_are_not_there(tx: Tx):
    endpoint = added(tx)
    opened_by(tx)
    (event,) = events_of(tx)
    span = ReplaySpan(endpoint.endpoint_id, since=NOW, until=NOW + HOUR, parked_only=False)
    for wanted in (event.event_id, span):
        with pytest.raises(NotFound):
            replay_client_events(tx, wanted, client="ministry", now=NOW)
