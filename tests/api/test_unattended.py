"""A portal's day without a person, at the partner door itself."""

import pytest
from fastapi.testclient import TestClient

from api.application import application
from api.house import House
from api.sandbox import sample_decisions
from api.unattended import Portal
from payments.obligation import NewObligation
from payments.push_obligations import push_obligations
from tests.api.conftest import PARTNER_KEY


@pytest.fixture
def demand(house: House) -> NewObligation:
    """Give a fine that is in the house."""
    fine = sample_decisions(house.today())[0]
    with house.open_tx() as tx:
        push_obligations(tx, [fine], keys=house.personal_keys, now=house.clock())
    return fine


@pytest.fixture
def portal(house: House) -> Portal:
    """Give a portal at the house's partner door."""
    return Portal(TestClient(application(house)), "http://partner.test", PARTNER_KEY)


def test_a_portal_is_led_to_the_gateway(portal: Portal, demand: NewObligation) -> None:
    address = portal.start(demand, key="key-0001")
    assert address.startswith("http://127.0.0.1:1/vpcpay.html?vnp_Amount=300000000&")


def test_a_portal_that_asks_again_is_led_to_the_same_place(
    portal: Portal, demand: NewObligation
) -> None:
    found = portal.find(demand)
    first = portal.send(portal.open(found, key="key-0001"))
    assert portal.send(portal.open(found, key="key-0001")) == first
