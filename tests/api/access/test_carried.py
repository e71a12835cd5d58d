"""The carried basket: unreadable, for one visitor, an hour for each find, never over twenty."""

from datetime import timedelta

from api.access.carried import CARRIED_AGE_MAX_S, CARRIED_MAX, Basket, carried, carry
from api.access.citizen_session import Visitor
from api.house import House
from tests.api.conftest import NOON

LATER = NOON + timedelta(minutes=40)


def _visitor(house: House, name: str = "v") -> Visitor:
    return Visitor(name, house.settings, "")


def test_it_comes_back_whole_and_unreadable(house: House) -> None:
    basket = Basket().finding([71234], now=NOON).finding([81234], now=LATER)
    sealed = carry(basket, _visitor(house), now=LATER)
    assert "71234" not in sealed
    assert carried(sealed, _visitor(house), now=LATER) == basket
    assert (basket.known, basket.chosen) == ((71234, 81234), (81234,))


def test_each_find_is_over_after_its_own_hour(house: House) -> None:
    basket = Basket().finding([1], now=NOON).finding([2], now=LATER).choosing([1, 2])
    sealed = carry(basket, _visitor(house), now=LATER)
    over = NOON + timedelta(seconds=CARRIED_AGE_MAX_S)
    left = carried(sealed, _visitor(house), now=over)
    assert (left.known, left.chosen) == ((2,), (2,))
    much_later = LATER + timedelta(seconds=CARRIED_AGE_MAX_S + 1)
    assert carried(sealed, _visitor(house), now=much_later) == Basket()


def test_t05_another_visitors_basket_is_empty(house: House) -> None:
    sealed = carry(Basket().finding([1], now=NOON), _visitor(house), now=NOON)
    assert carried(sealed, _visitor(house, "w"), now=NOON) == Basket()


def test_nothing_that_was_not_found_can_be_chosen() -> None:
    basket = Basket().finding([1], now=NOON)
    assert basket.choosing([1, 2]).chosen == (1,)


def test_the_oldest_makes_room_and_one_can_be_forgotten() -> None:
    basket = Basket()
    for each in range(CARRIED_MAX + 2):
        basket = basket.finding([each], now=NOON)
    assert basket.known == tuple(range(2, CARRIED_MAX + 2))
    assert basket.without(5).known == tuple(e for e in basket.known if e != 5)


def test_what_is_no_basket_is_empty(house: House) -> None:
    assert carried("", _visitor(house), now=NOON) == Basket()
    assert carried("x" * 40, _visitor(house), now=NOON) == Basket()
