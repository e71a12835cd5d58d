"""Addresses of clients, as they are kept and claimed."""

from contextlib import ExitStack
from datetime import timedelta

from ledger.postgres.transaction import OpenTx, Tx
from payments.postgres.endpoint_rows import (
    claim_endpoints,
    endpoint_of,
    endpoints_of,
    keep_failing,
    keep_taking,
    release_endpoint,
)
from tests.payments.clients import PORTAL, added, opened_by
from tests.payments.scene import NOW

MINUTE = timedelta(minutes=1)


def claimed(tx: Tx, *, minutes: int = 0) -> list[str]:
    now = NOW + minutes * MINUTE
    found = claim_endpoints(tx, now=now, lease_until=now + 2 * MINUTE, quick_max=9, slow_max=9)
    return [endpoint_id for endpoint_id, _ in found]


def test_an_address_with_nothing_to_tell_is_not_claimed(tx: Tx):
    added(tx)
    assert claimed(tx) == []


def test_a_claim_holds_until_it_is_given_back_or_its_lease_ends(tx: Tx):
    endpoint_id = added(tx).endpoint_id
    opened_by(tx)
    assert claimed(tx) == [endpoint_id]
    assert claimed(tx, minutes=1) == []
    assert claimed(tx, minutes=3) == [endpoint_id]
    release_endpoint(tx, endpoint_id)
    assert claimed(tx, minutes=3) == [endpoint_id]


def test_two_processes_never_claim_the_same_address(open_tx: OpenTx):
    with open_tx() as tx:
        endpoint_id = added(tx).endpoint_id
        opened_by(tx)
    with ExitStack() as both:
        first, second = (both.enter_context(open_tx()) for _ in range(2))
        assert claimed(first) == [endpoint_id]
        assert claimed(second) == []


def test_an_address_that_fails_rests_and_one_that_takes_is_as_new(tx: Tx):
    endpoint = added(tx)
    opened_by(tx)
    for _ in range(2):
        keep_failing(tx, endpoint.endpoint_id, at=NOW, rest_until=NOW + 10 * MINUTE, is_slow=False)
    failing = endpoint_of(tx, endpoint.endpoint_id, client=PORTAL)
    assert failing is not None
    assert (failing.failures, failing.failing_since) == (2, NOW)
    assert claimed(tx, minutes=9) == []
    keep_taking(tx, endpoint.endpoint_id, is_slow=False)
    assert endpoints_of(tx, PORTAL) == [endpoint]
    assert claimed(tx) == [endpoint.endpoint_id]
