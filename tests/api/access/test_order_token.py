"""The address of an order: the same each time, nobody else's to make, and good for a day."""

from dataclasses import replace
from datetime import timedelta

import pytest

from api.access.obligation_token import seal_obligation
from api.access.order_token import ORDER_HOURS_MAX, open_order, seal_order
from api.house import House
from payments.errors import NotFound
from tests.api.citizen.payer import owe_late_fine
from tests.api.conftest import NOON
from tests.api.ordered import ordered


@pytest.fixture(autouse=True)
def owed(house: House) -> None:
    """Let there be the fine that is ordered."""
    owe_late_fine(house)


def test_an_address_opens_the_order_it_was_made_for_and_stays_the_same(house: House) -> None:
    order = ordered(house)
    assert open_order(house, seal_order(house, order)) == order
    again = seal_order(house, replace(order, obligation_id=8))
    assert seal_order(house, order) == again != seal_order(house, replace(order, agency="other"))


def test_an_address_opens_nothing_after_a_day(house: House) -> None:
    token = seal_order(house, ordered(house))
    day = timedelta(hours=ORDER_HOURS_MAX)
    open_order(replace(house, clock=lambda: NOON + day), token)
    with pytest.raises(NotFound):
        open_order(replace(house, clock=lambda: NOON + day + timedelta(seconds=1)), token)


def test_an_address_that_was_changed_opens_nothing(house: House) -> None:
    order = ordered(house)
    token = seal_order(house, order)
    strangers = [
        seal_obligation(house, order.obligation_id, bound_to="portal"),
        seal_order(house, replace(order, agency="DEMO02")),
        seal_order(house, replace(order, reference="another")),
    ]
    for wrong in [token[:-1], token + "A", "8" + token[1:], "", "7", "é", *strangers]:
        with pytest.raises(NotFound):
            open_order(house, wrong)
