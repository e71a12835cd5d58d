"""Changing an address."""

from datetime import timedelta

import pytest

from ledger.postgres.transaction import Tx
from payments.change_endpoint import EndpointChange, change_endpoint
from payments.client_event import EventType
from payments.errors import InputRefused, NotFound
from payments.postgres.endpoint_rows import endpoint_of, keep_failing
from payments.webhook_endpoint import DISABLED_BY_CLIENT, Endpoint
from tests.payments.clients import PORTAL, added
from tests.payments.scene import NOW

LATER = NOW + timedelta(hours=1)


def changed(tx: Tx, endpoint: Endpoint, change: EndpointChange, client: str = PORTAL) -> Endpoint:
    return change_endpoint(
        tx, endpoint.endpoint_id, change, client=client, is_sandbox=False, now=LATER
    )


def test_what_is_not_named_stays(tx: Tx):
    endpoint = added(tx, types=[EventType.PING])
    after = changed(tx, endpoint, EndpointChange(description="accounting"))
    assert (after.url, after.types, after.description) == (
        endpoint.url,
        endpoint.types,
        "accounting",
    )
    assert endpoint_of(tx, endpoint.endpoint_id, client=PORTAL) == after


def test_who_disables_an_address_is_named_and_enabling_forgets_its_failures(tx: Tx):
    endpoint = added(tx)
    keep_failing(tx, endpoint.endpoint_id, at=NOW, rest_until=LATER, is_slow=True)
    off = changed(tx, endpoint, EndpointChange(is_enabled=False))
    assert (off.is_enabled, off.disabled_reason, off.disabled_at) == (
        False,
        DISABLED_BY_CLIENT,
        LATER,
    )
    on = changed(tx, endpoint, EndpointChange(is_enabled=True))
    assert (on.disabled_reason, on.disabled_at, on.failures, on.failing_since) == (
        "",
        None,
        0,
        None,
    )


def test_t13_an_address_cannot_become_one_that_is_not_public(tx: Tx):
    endpoint = added(tx)
    with pytest.raises(InputRefused):
        changed(tx, endpoint, EndpointChange(url="https://127.1/"))
    assert endpoint_of(tx, endpoint.endpoint_id, client=PORTAL) == endpoint


def test_t14_another_clients_address_is_not_there(tx: Tx):
    with pytest.raises(NotFound):
        changed(tx, added(tx), EndpointChange(description="mine"), client="ministry")
