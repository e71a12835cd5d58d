"""A refund from end to end: two sides over HTTP, two days, and every dong where it belongs."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from api import commands
from api.house import House
from api.sandbox import sample_decisions
from payments.postgres import payment_rows, taken_rows
from payments.postgres.refund_list_rows import RefundsWanted, newest_refunds
from payments.push_obligations import push_obligations
from payments.refund import SYSTEM, Refund, RefundCause
from payments.refund_states import RefundState
from payments.states import PaymentState
from reconciliation.breaks import BreakKind
from reconciliation.postgres import break_rows
from tests.api.conftest import house
from tests.two_sides import TwoSides, two_sides

__all__ = ["house"]

LAST_DAY = date(2026, 12, 31)


@pytest.fixture
def sides(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoSides]:
    """Give both sides at noon of a Monday."""
    with two_sides(house, tmp_path, monkeypatch) as started:
        yield started


def owe(sides: TwoSides) -> list[int]:
    """Push the sample fines and return their ids."""
    house = sides.house
    with house.open_tx() as tx:
        pushed = push_obligations(
            tx, sample_decisions(house.today()), keys=house.personal_keys, now=house.clock()
        )
    return [one.obligation_id for one in pushed if one.obligation_id is not None]


def only(sides: TwoSides) -> Refund:
    """Return the one refund there is."""
    with sides.house.open_tx() as tx:
        (refund,) = newest_refunds(tx, RefundsWanted(), limit_max=9)
    return refund


def pay_twice(sides: TwoSides, obligation_id: int) -> None:
    """Pay what hangs at its gateway until it is given up here, pay anew, and see both arrive."""
    sides.plan(faults="late_s=5400")
    sides.pay(obligation_id, behaviour="pay_then_late")
    sides.clock.later(minutes=80)
    sides.ask()
    sides.pay(obligation_id)
    sides.wait(lambda tx: payment_rows.count_by_state(tx).get(PaymentState.PAID) == 1)
    sides.clock.later(minutes=11)
    sides.wait(lambda tx: bool(newest_refunds(tx, RefundsWanted(), limit_max=1)))


def close(sides: TwoSides) -> None:
    """Close all days there are, in the evening."""
    assert commands.close_days(sides.house, only=None, by=None) == 0


def order_back(sides: TwoSides, *, fault: str, cover: int) -> Refund:
    """Approve the one refund and have it ordered, on a day with another payment to keep it from."""
    proposed = only(sides)
    sides.say("ketoan1", proposed.number, "approve", reason="Đã đối chiếu với báo cáo")
    sides.pay(cover)
    sides.plan(refund=fault)
    sides.run("send_refunds")
    ordered = only(sides)
    assert ordered.approved_by == "staff:ketoan1"
    sides.clock.later(minutes=2)
    for job in ("send_refunds", "ask_refunds"):
        sides.run(job)
    return ordered


def check_all_is_explained(sides: TwoSides, refund: Refund) -> None:
    """Check that the payer got the money once, no break is left and every proof holds."""
    assert only(sides).state is RefundState.DONE
    (given_back,) = sides.refunds_at_gateway(reference_of(sides, refund))
    assert given_back["amount_vnd"] == refund.amount.vnd
    assert open_breaks(sides) == []
    assert commands.prove_house(sides.house, as_json=False) == 0


@pytest.mark.parametrize(
    ("fault", "heard"), [("none", RefundState.ACCEPTED), ("answer_lost", RefundState.UNKNOWN)]
)
def test_what_was_paid_twice_goes_back_once_and_both_days_close(
    sides: TwoSides, fault: str, heard: RefundState
) -> None:
    fine, _, greater = owe(sides)
    pay_twice(sides, fine)
    proposed = only(sides)
    assert (proposed.state, proposed.cause, proposed.proposed_by) == (
        RefundState.PROPOSED,
        RefundCause.DUPLICATE,
        SYSTEM,
    )
    sides.clock.later(hours=5)
    close(sides)
    assert open_breaks(sides) == [BreakKind.DUPLICATE_PAYMENT]
    sides.clock.later(hours=14)
    assert order_back(sides, fault=fault, cover=greater).state is heard
    assert only(sides).state is RefundState.DONE
    sides.clock.later(hours=9)
    close(sides)
    check_all_is_explained(sides, proposed)


def test_a_report_ends_a_refund_of_which_the_gateway_tells_another_amount(sides: TwoSides) -> None:
    fine, _, greater = owe(sides)
    pay_twice(sides, fine)
    ordered = order_back(sides, fault="other_amount", cover=greater)
    assert only(sides).state is RefundState.ACCEPTED
    sides.clock.later(hours=5)
    close(sides)
    check_all_is_explained(sides, ordered)


def open_breaks(sides: TwoSides) -> list[BreakKind]:
    with sides.house.open_recon_tx() as tx:
        return [one.kind for one in break_rows.open_on(tx, as_of=LAST_DAY, limit=9)]


def reference_of(sides: TwoSides, refund: Refund) -> str:
    with sides.house.open_tx() as tx:
        taken = taken_rows.sum_of(tx, refund.capture_id)
    assert taken is not None
    return taken.reference
