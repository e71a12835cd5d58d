"""What we booked and a report of that day does not hold is named once."""

import pytest

from ledger.postgres.transaction import Tx
from reconciliation.breaks import BreakKind
from reconciliation.name_missing import name_missing
from tests.payments.scene import inside
from tests.reconciliation.day_scene import DAY, EVENING, give_report, open_kinds, paid
from tests.reconciliation.test_match_refunds import cancelled, sent_back


@pytest.fixture
def tx(owner_tx: Tx) -> Tx:
    """Give one transaction for all sides."""
    return owner_tx


def test_a_capture_and_a_refund_the_report_is_silent_of_are_named_once(tx: Tx):
    sent_back(tx, cancelled(tx, paid(tx)))
    assert name_missing(tx, business_date=DAY, now=EVENING) == 0
    give_report(inside(tx), [])
    assert name_missing(tx, business_date=DAY, now=EVENING) == 2
    assert open_kinds(tx) == [BreakKind.MISSING_AT_GATEWAY, BreakKind.REFUND_MISMATCH]
    assert name_missing(tx, business_date=DAY, now=EVENING) == 0
