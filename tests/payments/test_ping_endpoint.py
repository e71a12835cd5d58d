"""Sending an address a ping."""

import pytest

from ledger.postgres.transaction import OpenTx, Tx
from payments.client_event import EventType
from payments.errors import NotFound, StepRefused
from payments.ping_endpoint import PINGS_MAX, ping_endpoint
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


def test_while_ten_pings_wait_there_is_no_other(open_tx: OpenTx):
    def ping(cause: int) -> None:
        with open_tx() as tx:
            ping_endpoint(tx, endpoint.endpoint_id, client=PORTAL, cause=str(cause), now=NOW)

    with open_tx() as tx:
        endpoint = added(tx)
    for cause in range(PINGS_MAX):
        ping(cause)
    with pytest.raises(StepRefused, match="10_pings_waiting"):
        ping(PINGS_MAX)
    told(open_tx, endpoint, FarSide(), now=NOW)
    ping(PINGS_MAX)


def test_t14_nobody_pings_another_clients_address(tx: Tx):
    with pytest.raises(NotFound):
        ping_endpoint(tx, added(tx).endpoint_id, client="ministry", cause="1", now=NOW)
