"""What people found out of refunds, kept once each."""

from datetime import timedelta

from ledger.postgres.transaction import Tx
from payments.postgres.refund_finding_rows import add_finding, findings_of
from payments.refund import Finding
from tests.payments.refunding import HOA, LAN, paid_twice
from tests.payments.scene import NOW


def test_a_finding_is_kept_once_and_the_oldest_comes_first(tx: Tx):
    refund_id = paid_twice(tx).refund_id
    first = Finding(LAN, went_back=False, document="CV-15")
    second = Finding(HOA, went_back=True, document="CV-16")
    assert findings_of(tx, refund_id) == []
    for finding, hours in ((second, 2), (first, 1), (first, 3)):
        add_finding(tx, refund_id, finding, now=NOW + timedelta(hours=hours))
    assert findings_of(tx, refund_id) == [first, second]
