"""Which line of a report is which refund of ours."""

import pytest

from ledger.postgres.transaction import Tx
from reconciliation.file import SourceKind
from reconciliation.postgres import file_rows, refund_line_rows
from tests.payments.scene import inside
from tests.reconciliation.day_scene import DAY, give_report, paid
from tests.reconciliation.test_match_refunds import back_line, cancelled, sent_back


@pytest.fixture
def tx(owner_tx: Tx) -> Tx:
    """Give one transaction for all sides."""
    return owner_tx


def test_a_line_of_the_same_order_and_amount_is_the_refund_and_no_second_one_is(tx: Tx):
    one = paid(tx)
    refund = cancelled(tx, one)
    sent_back(tx, refund)
    (known,) = refund_line_rows.not_reported(tx, gateway="paper", day=DAY)
    assert (known.number, known.booked_on) == (refund.number, DAY)
    again = back_line(one)
    lines = [one.line(), back_line(one), back_line(one, amount_vnd=1), again]
    give_report(inside(tx), lines)
    (file,) = file_rows.files_to_match(tx, kind=SourceKind.GATEWAY_REPORT, until=DAY)
    items = list(
        tx.exec_driver_sql(
            "SELECT item_id FROM reconciliation.item WHERE kind = 'refund' ORDER BY item_id"
        ).scalars()
    )
    found = refund_line_rows.fitting(tx, file, items)
    assert {item_id: back.number for item_id, back in found.items()} == {items[0]: refund.number}
