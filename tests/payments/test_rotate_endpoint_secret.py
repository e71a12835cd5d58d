"""Giving an address a new secret."""

from datetime import datetime, timedelta

import pytest

from ledger.postgres.transaction import Tx
from payments.errors import NotFound
from payments.postgres.endpoint_rows import secrets_of
from payments.rotate_endpoint_secret import rotate_endpoint_secret
from payments.webhook_endpoint import seal_secret, secret_text, unseal_secret
from tests.payments.clients import PORTAL, added, drawn
from tests.payments.scene import KEYS, NOW

DAY = timedelta(days=1)


def rotated(tx: Tx, endpoint_id: str, *, now: datetime, client: str = PORTAL) -> str:
    secret = drawn()
    rotate_endpoint_secret(
        tx,
        endpoint_id,
        seal_secret(KEYS, secret, endpoint_id=endpoint_id),
        client=client,
        overlap=DAY,
        now=now,
    )
    return secret_text(secret.secret)


def live(tx: Tx, endpoint_id: str, *, now: datetime) -> list[str]:
    return [unseal_secret(KEYS, each) for each in secrets_of(tx, endpoint_id, now=now)]


def test_old_and_new_sign_until_the_overlap_ends(tx: Tx):
    endpoint_id = added(tx).endpoint_id
    (first,) = live(tx, endpoint_id, now=NOW)
    second = rotated(tx, endpoint_id, now=NOW)
    assert live(tx, endpoint_id, now=NOW) == [second, first]
    assert live(tx, endpoint_id, now=NOW + DAY) == [second]


def test_at_most_two_secrets_sign_however_often_they_are_changed(tx: Tx):
    endpoint_id = added(tx).endpoint_id
    rotated(tx, endpoint_id, now=NOW)
    second = rotated(tx, endpoint_id, now=NOW)
    third = rotated(tx, endpoint_id, now=NOW)
    assert live(tx, endpoint_id, now=NOW) == [third, second]


def test_t14_nobody_changes_the_secret_of_another_clients_address(tx: Tx):
    with pytest.raises(NotFound):
        rotated(tx, added(tx).endpoint_id, now=NOW, client="ministry")
