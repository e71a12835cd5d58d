"""What a look-up hands out instead of an id."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from api.access.obligation_token import open_obligation, seal_obligation
from api.house import House
from payments.errors import NotFound


def test_whoever_looked_it_up_may_pay_it(house: House) -> None:
    token = seal_obligation(house, 7, bound_to="portal")
    assert open_obligation(house, token, bound_to="portal") == 7


def test_nobody_else_may(house: House) -> None:
    token = seal_obligation(house, 7, bound_to="portal")
    with pytest.raises(NotFound):
        open_obligation(house, token, bound_to="ministry")


@pytest.mark.parametrize("forged", ["", "7", "WzcsInBvcnRhbCJd.x.y", "\udcff", "a" * 10_000])
def test_a_forged_token_finds_nothing(house: House, forged: str) -> None:
    with pytest.raises(NotFound):
        open_obligation(house, forged, bound_to="portal")


def test_any_changed_sign_spoils_the_token(house: House) -> None:
    token = seal_obligation(house, 7, bound_to="portal")
    for place in range(len(token) - 1):
        spoilt = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(NotFound):
            open_obligation(house, spoilt, bound_to="portal")


def test_a_token_under_another_key_finds_nothing(house: House) -> None:
    other = house.settings.model_copy(update={"secret_key": SecretStr("55" * 32)})
    token = seal_obligation(replace(house, settings=other), 7, bound_to="portal")
    with pytest.raises(NotFound):
        open_obligation(house, token, bound_to="portal")
