"""Where each sort is searched for: every address is a page."""

import pytest

from api.citizen.sorts import SEARCHES, SORTS
from payments.obligations.registry import KINDS
from tests.api.citizen.payer import Payer


@pytest.mark.parametrize("code", KINDS)
def test_every_kind_is_searched_for_on_a_page_of_its_own_sort(payer: Payer, code: str) -> None:
    assert payer.get(SEARCHES[SORTS[code]]).status_code == 200
