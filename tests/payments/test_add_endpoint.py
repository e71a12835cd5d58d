"""Adding an address."""

import pytest

from ledger.postgres.transaction import Tx
from payments.add_endpoint import NewEndpoint, add_endpoint
from payments.client_event import EventType
from payments.errors import InputRefused
from payments.postgres.endpoint_rows import endpoints_of, secrets_of
from payments.remove_endpoint import remove_endpoint
from payments.webhook_endpoint import DISABLED_BY_CLIENT, ENDPOINTS_MAX, seal_secret
from tests.payments.clients import PORTAL, added, drawn
from tests.payments.scene import KEYS, NOW


def test_an_address_is_kept_with_one_secret(tx: Tx):
    endpoint = added(tx, types=[EventType.PAYMENT_PAID, EventType.PAYMENT_PAID])
    assert endpoints_of(tx, PORTAL) == [endpoint]
    assert endpoint.types == (EventType.PAYMENT_PAID,)
    assert len(secrets_of(tx, endpoint.endpoint_id, now=NOW)) == 1


def test_an_address_may_be_added_before_it_is_to_be_told_anything(tx: Tx):
    assert added(tx, is_enabled=False).disabled_reason == DISABLED_BY_CLIENT


def test_a_client_has_ten_addresses_and_a_removed_one_makes_room(tx: Tx):
    all_ = [added(tx) for _ in range(ENDPOINTS_MAX)]
    with pytest.raises(InputRefused, match="has 10 addresses already"):
        added(tx)
    added(tx, client="ministry")
    remove_endpoint(tx, all_[4].endpoint_id, client=PORTAL, now=NOW)
    added(tx)
    assert len(endpoints_of(tx, PORTAL)) == ENDPOINTS_MAX


def test_t13_an_address_that_is_not_public_is_refused(tx: Tx):
    new = NewEndpoint(
        endpoint_id="we_" + "0" * 24,
        client=PORTAL,
        url="https://169.254.169.254/latest",
        types=(),
        description="",
        is_enabled=True,
    )
    with pytest.raises(InputRefused, match="public"):
        add_endpoint(
            tx, new, seal_secret(KEYS, drawn(), endpoint_id="we_1"), is_sandbox=True, now=NOW
        )
    assert endpoints_of(tx, PORTAL) == []
