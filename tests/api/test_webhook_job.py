"""When clients are told: each address by itself."""

from contextlib import AbstractContextManager
from datetime import timedelta
from threading import Event

import pytest

from api.house import House
from api.schedule import LeaseLost
from api.webhook_job import SLOW_MAX, Lanes, webhook_job
from api.webhook_sender import Rules, sender
from ledger.postgres.transaction import OpenTx, Tx
from payments.client_event import EventType
from payments.ping_endpoint import ping_endpoint
from payments.postgres.delivery_rows import Try
from payments.postgres.endpoint_delivery_rows import WebhookState, newest_at
from payments.tell_client import Call
from payments.webhook_endpoint import Endpoint
from tests.api.conftest import NOON
from tests.api.listener import listener
from tests.payments.clients import PORTAL, added_for


def as_it_is(open_tx: OpenTx) -> OpenTx:
    """Return the way to transactions of a schedule that holds its lease."""
    return open_tx


class Far:
    """Addresses of which some answer only when they are let."""

    def __init__(self, *held: Endpoint) -> None:
        """Hold back the answers of these."""
        self.held = {each.url for each in held}
        self.let = Event()
        self.heard: list[str] = []

    def send(self, call: Call) -> Try:
        """Answer, or wait to be let."""
        if call.url in self.held:
            assert self.let.wait(10)
        self.heard.append(call.url)
        return Try(NOON, is_taken=True, status=200, error="", duration_ms=1)


@pytest.fixture
def endpoints(house: House) -> list[Endpoint]:
    """Give five addresses that a ping waits for."""
    with house.open_tx() as tx:
        found = [
            added_for(tx, house.personal_keys, path=str(number), now=NOON) for number in range(5)
        ]
        for each in found:
            ping_endpoint(tx, each.endpoint_id, client=PORTAL, cause="1", now=NOON)
    return found


def states(house: House, endpoint: Endpoint) -> list[WebhookState]:
    with house.open_tx() as tx:
        kept = newest_at(tx, endpoint.endpoint_id, state=None, before=None, limit_max=9)
    return [each.state for each in kept]


def test_f48_an_address_that_does_not_answer_holds_up_no_other(
    house: House, endpoints: list[Endpoint]
):
    dead, *others = endpoints
    far = Far(dead)
    lanes = Lanes(house, far.send)
    assert lanes.fill(as_it_is) == 5
    for _ in range(200):
        if len(far.heard) == 4:
            break
        far.let.wait(0.05)
    assert sorted(far.heard) == sorted(each.url for each in others)
    assert lanes.fill(as_it_is) == 0
    far.let.set()
    lanes.close()
    assert [states(house, each) for each in endpoints] == [[WebhookState.DELIVERED]] * 5


def test_what_is_told_is_told_over_the_network_and_signed(house: House):
    with listener() as seen:
        with house.open_tx() as tx:
            url = f"http://127.0.0.1:{seen.port}/"
            endpoint = added_for(tx, house.personal_keys, url=url, now=NOON)
            ping_endpoint(tx, endpoint.endpoint_id, client=PORTAL, cause="1", now=NOON)
        lanes = Lanes(house, sender(Rules(is_sandbox=True), clock=house.clock))
        assert lanes.fill(as_it_is) == 1
        lanes.close()
        assert seen.headers()["webhook-signature"].startswith("v1,")
        assert EventType.PING in seen.body()


def test_a_schedule_that_lost_its_lease_keeps_nothing_and_goes_on(
    house: House, endpoints: list[Endpoint]
):
    opened: list[int] = []

    def fenced(open_tx: OpenTx) -> OpenTx:
        def open_fenced() -> AbstractContextManager[Tx]:
            opened.append(1)
            if len(opened) > 1:
                raise LeaseLost
            return open_tx()

        return open_fenced

    lanes = Lanes(house, Far().send)
    assert lanes.fill(fenced) == 5
    lanes.close()
    assert states(house, endpoints[0]) == [WebhookState.WAITING]
    assert SLOW_MAX < 5


def test_the_job_is_due_often(house: House):
    assert webhook_job(house).every_s <= timedelta(seconds=2).seconds
