"""Sending an address a ping."""

import pytest

from ledger.postgres.transaction import OpenTx, Tx
from payments.client_event import EventType
from payments.errors import NotFound
from payments.ping_endpoint import ping_endpoint
from tests.payments.clients import PORTAL, FarSide, added, told
from tests.payments.scene import NOW


def test_a_ping_goes_to_that_address_alone_whatever_types_it_chose(open_tx: OpenTx):
    with open_tx() as tx:
        endpoint, other = added(tx, types=[EventType.PAYMENT_PAID]), added(tx)
        ids = [
            ping_endpoint(tx, endpoint.endpoint_id, client=PORTAL, cause=cause, now=NOW)
            for cause in ("1", "2")
        ]
    far = FarSide()
    told(open_tx, endpoint, far, now=NOW)
    assert [call.event_id for call in far.calls] == ids
    assert [call.payload["id"] for call in far.calls] == ids
    assert far.heard == [("ping", 1), ("ping", 2)]
    assert told(open_tx, other, far, now=NOW) is None


def test_t14_nobody_pings_another_clients_address(tx: Tx):
    with pytest.raises(NotFound):
        ping_endpoint(tx, added(tx).endpoint_id, client="ministry", cause="1", now=NOW)
