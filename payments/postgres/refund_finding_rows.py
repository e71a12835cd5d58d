"""What people found out of refunds, in and out of the database."""

from datetime import datetime
from typing import Final

from ledger.postgres.transaction import Tx
from payments.refund import Finding

_ADD: Final = """
INSERT INTO payments.refund_finding (refund_id, found_by, went_back, document, found_at)
VALUES (%(refund)s, %(by)s, %(went_back)s, %(document)s, %(now)s)
ON CONFLICT DO NOTHING
"""
_OF: Final = """
SELECT found_by, went_back, document FROM payments.refund_finding
WHERE refund_id = %(refund)s ORDER BY found_at, found_by
"""


def add_finding(tx: Tx, refund_id: int, finding: Finding, *, now: datetime) -> None:
    """Keep what somebody found; said again it changes nothing."""
    tx.exec_driver_sql(
        _ADD,
        {
            "refund": refund_id,
            "by": finding.by,
            "went_back": finding.went_back,
            "document": finding.document,
            "now": now,
        },
    )


def findings_of(tx: Tx, refund_id: int) -> list[Finding]:
    """Return all that was found of a refund, the oldest first."""
    return [
        Finding(str(row.found_by), bool(row.went_back), str(row.document))
        for row in tx.exec_driver_sql(_OF, {"refund": refund_id})
    ]
