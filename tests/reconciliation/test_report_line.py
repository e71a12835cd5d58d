"""A line of a report as a partner's word, found again by file and place."""

from datetime import datetime

import pytest

from gateways.contract import Outcome
from ledger.money import Money
from payments.evidence import EvidenceKind
from reconciliation.business_day import VIETNAM
from reconciliation.file import ItemKind
from reconciliation.matching import OpenLine
from reconciliation.report_line import Place, place_of, received_of

NOW = datetime(2026, 11, 18, 18, tzinfo=VIETNAM)
LINE = OpenLine(
    item_id=7,
    line=42,
    kind=ItemKind.PAYMENT,
    reference="R1",
    transaction="T1",
    amount=Money(350_000),
    fee=Money(0),
    occurred_at=datetime(2026, 11, 18, 9, tzinfo=VIETNAM),
    beneficiary="kbnn-0011",
    payout="P1",
)


def test_a_line_says_that_its_order_was_paid_when_it_says():
    received = received_of(LINE, gateway="vnpay", source="vnpay", sha256=bytes(32), now=NOW)
    notice = received.notice
    assert received.kind is EvidenceKind.REPORT_LINE
    assert (notice.gateway, notice.reference, notice.outcome) == ("vnpay", "R1", Outcome.PAID)
    assert (notice.amount, notice.gateway_transaction) == (Money(350_000), "T1")
    assert (notice.occurred_at, received.received_at) == (LINE.occurred_at, NOW)


def test_the_place_of_a_line_is_found_again():
    received = received_of(LINE, gateway="vnpay", source="vnpay", sha256=b"\xab" * 32, now=NOW)
    assert place_of(received.raw.path) == Place("vnpay", b"\xab" * 32, 42)


@pytest.mark.parametrize(
    "path", ["", "vnpay", "vnpay/ab/3", f"a/b/{'0' * 64}/3", f"vnpay/{'0' * 64}/x", "/callbacks"]
)
def test_what_names_no_line_is_no_place(path: str):
    assert place_of(path) is None
