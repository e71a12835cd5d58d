"""Which of several orders a payment fulfils: the newest before it, never one that came after."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ledger.money import Money
from payments.agency_order import AgencyOrder, Settled, paid_order
from tests.payments.scene import NOW


def order(reference: str, at: datetime) -> AgencyOrder:
    return AgencyOrder("DEMO01", reference, 1, Money(350_000), "", bytes(32), at)


def settled(opened_at: datetime, paid_at: datetime | None = None) -> Settled:
    return Settled(1, "P1", "paper", Money(350_000), opened_at, paid_at or opened_at)


def minutes(count: int) -> datetime:
    return NOW + timedelta(minutes=count)


def test_a_payment_fulfils_the_newest_order_before_it():
    orders = [order("B", minutes(5)), order("A", minutes(0)), order("C", minutes(9))]
    assert paid_order(orders, settled(minutes(6))) == orders[0]


def test_an_order_placed_while_somebody_pays_is_fulfilled_too():
    late = order("A", minutes(2))
    assert paid_order([late], settled(minutes(0), minutes(3))) == late


def test_a_payment_made_before_any_order_fulfils_none():
    assert paid_order([order("A", minutes(5))], settled(minutes(0), minutes(3))) is None
    assert paid_order([], settled(minutes(0))) is None


@given(st.lists(st.integers(0, 100), unique=True), st.integers(0, 100), st.integers(0, 100))
def test_no_payment_fulfils_an_order_from_its_future(
    placed: list[int], opened_at: int, taking: int
):
    orders = [order(f"A{at}", minutes(at)) for at in placed]
    taken_at = opened_at + taking
    found = paid_order(orders, settled(minutes(opened_at), minutes(taken_at)))
    assert (found is None) == (min(placed, default=1_000) > taken_at)
    assert found is None or found.ordered_at <= minutes(taken_at)
