"""How money that went back leaves the book, for every cause and every way."""

from dataclasses import replace
from datetime import date

import pytest

from payments.decision import Movement
from payments.refund import CAUSES, Holder, RefundRoute, Settlement
from payments.refund_entries import refund_entries
from tests.payments.test_refund import REFUND, TAKEN

DAY = date(2026, 3, 12)
GRANT = ("refund_granted", "payable:kbnn-0011", "refund_payable:paper")
FOUND = ("identified", "suspense_difference:paper", "refund_payable:paper")
BACK = ("refunded", "refund_payable:paper", "receivable:paper")


@pytest.mark.parametrize(
    ("movement", "route", "settlement", "holder", "legs"),
    [
        (Movement.CAPTURED_TWICE, RefundRoute.GATEWAY, None, Holder.GATEWAY, [BACK]),
        (Movement.PARKED, RefundRoute.GATEWAY, None, Holder.GATEWAY, [FOUND, BACK]),
        (Movement.CAPTURED, RefundRoute.GATEWAY, None, Holder.GATEWAY, [GRANT, BACK]),
        (
            Movement.CAPTURED,
            RefundRoute.STATE_PROCEDURE,
            Settlement.NETTED,
            Holder.GATEWAY,
            [GRANT, BACK],
        ),
        (
            Movement.CAPTURED,
            RefundRoute.STATE_PROCEDURE,
            Settlement.SEPARATELY,
            Holder.GATEWAY,
            [],
        ),
        (
            Movement.CAPTURED_TWICE,
            RefundRoute.TRANSFER,
            None,
            Holder.GATEWAY,
            [
                ("claimed", "claim:paper", "receivable:paper"),
                ("made_good", "refund_payable:paper", "claim:paper"),
            ],
        ),
        (
            Movement.PARKED,
            RefundRoute.TRANSFER,
            None,
            Holder.BENEFICIARY,
            [
                FOUND,
                ("claimed", "claim:kbnn-0011", "in_transit:paper"),
                ("made_good", "refund_payable:paper", "claim:kbnn-0011"),
            ],
        ),
    ],
)
def test_money_goes_back_by_the_movements_of_its_way(
    movement: Movement,
    route: RefundRoute,
    settlement: Settlement | None,
    holder: Holder,
    legs: list[tuple[str, str, str]],
):
    refund = replace(REFUND, cause=CAUSES[movement], route=route, settlement=settlement)
    taken = replace(TAKEN, movement=movement)
    entries = refund_entries(refund, taken, holder=holder, business_date=DAY, source="test")
    assert [
        (entry.movement, leg.debit.code, leg.credit.code)
        for entry in entries
        for leg in entry.transfers
    ] == legs
    assert {leg.batch for entry in entries for leg in entry.transfers} <= {taken.batch}
    assert {leg.amount for entry in entries for leg in entry.transfers} <= {refund.amount}
    assert all(entry.key == f"{entry.movement}:{refund.number}" for entry in entries)
