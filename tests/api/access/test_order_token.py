"""The address of an order: the same each time, and nobody else's to make."""

import pytest

from api.access.obligation_token import seal_obligation
from api.access.order_token import open_order, seal_order
from api.house import House
from payments.errors import NotFound


def test_an_address_opens_what_it_was_made_for_and_stays_the_same(house: House) -> None:
    assert open_order(house, seal_order(house, 7)) == 7
    assert seal_order(house, 7) == seal_order(house, 7) != seal_order(house, 8)


def test_an_address_that_was_changed_opens_nothing(house: House) -> None:
    token = seal_order(house, 7)
    changed = [token[:-1], token + "A", "8" + token[1:], "", "7", "é"]
    for wrong in [*changed, seal_obligation(house, 7, bound_to="portal")]:
        with pytest.raises(NotFound):
            open_order(house, wrong)
