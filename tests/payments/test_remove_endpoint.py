"""Removing an address."""

import pytest
from sqlalchemy import text

from ledger.postgres.transaction import Tx
from payments.errors import NotFound
from payments.postgres.endpoint_rows import endpoint_of
from payments.remove_endpoint import remove_endpoint
from tests.payments.clients import PORTAL, added, opened_by
from tests.payments.scene import NOW


def test_a_removed_address_is_told_nothing_and_its_secrets_are_forgotten(tx: Tx):
    endpoint = added(tx)
    remove_endpoint(tx, endpoint.endpoint_id, client=PORTAL, now=NOW)
    opened_by(tx)
    assert endpoint_of(tx, endpoint.endpoint_id, client=PORTAL) is None
    assert tx.scalar(text("SELECT count(*) FROM payments.webhook_delivery")) == 0
    assert tx.scalar(text("SELECT count(*) FROM payments.webhook_secret")) == 0
    with pytest.raises(NotFound):
        remove_endpoint(tx, endpoint.endpoint_id, client=PORTAL, now=NOW)


def test_t14_nobody_removes_another_clients_address(tx: Tx):
    with pytest.raises(NotFound):
        remove_endpoint(tx, added(tx).endpoint_id, client="ministry", now=NOW)
