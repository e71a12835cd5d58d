"""Which gateways may take a payment."""

from collections import Counter
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.contract import Capabilities
from ledger.money import Money
from payments.errors import GatewayNotOffered
from payments.routing import chosen, offered, takes
from tests.payments.scene import PaperGateway


@dataclass
class Limited(PaperGateway):
    """A gateway of chosen limits."""

    least_vnd: int = 10_000
    most_vnd: int = 500_000_000

    @property
    def capabilities(self) -> Capabilities:
        """Return the limits chosen."""
        return replace(
            super().capabilities,
            amount_min=Money(self.least_vnd),
            amount_max=Money(self.most_vnd),
        )


SMALL = Limited(code="small", most_vnd=1_000_000)
LARGE = Limited(code="large")
OTHER = Limited(code="other")
GATEWAYS = {each.code: each for each in (SMALL, LARGE, OTHER)}


@pytest.mark.parametrize(
    ("vnd", "is_taken"), [(9_999, False), (10_000, True), (1_000_000, True), (1_000_001, False)]
)
def test_limits_include_their_ends(vnd: int, is_taken: bool):  # noqa: FBT001  (a case of the table)
    assert takes(SMALL, Money(vnd)) is is_taken


def test_only_gateways_that_take_the_amount_are_offered():
    codes = {gateway.code for gateway in offered(GATEWAYS, amount=Money(2_000_000), seed="x")}
    assert codes == {"large", "other"}


def test_an_amount_nobody_takes_is_refused():
    with pytest.raises(GatewayNotOffered):
        offered(GATEWAYS, amount=Money(1), seed="x")


@given(st.text(), st.permutations(list(GATEWAYS)))
def test_the_order_depends_on_the_seed_alone(seed: str, codes: list[str]):
    shuffled = {code: GATEWAYS[code] for code in codes}
    amount = Money(20_000)
    assert offered(shuffled, amount=amount, seed=seed) == offered(
        GATEWAYS, amount=amount, seed=seed
    )


def test_no_gateway_is_favoured_over_many_seeds():
    first = Counter(
        offered(GATEWAYS, amount=Money(20_000), seed=str(number))[0].code for number in range(3_000)
    )
    assert set(first) == set(GATEWAYS)
    assert all(900 < count < 1_100 for count in first.values()), first


def test_the_payers_choice_is_taken_within_its_limits():
    assert chosen(GATEWAYS, code="small", amount=Money(20_000)) is SMALL
    for code, vnd in (("small", 2_000_000), ("large", 9_999), ("nobody", 20_000)):
        with pytest.raises(GatewayNotOffered):
            chosen(GATEWAYS, code=code, amount=Money(vnd))
