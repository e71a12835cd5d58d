"""Name what we booked and a gateway's report of that day does not hold."""

from datetime import date, datetime

from ledger.postgres.days import first_open_from
from ledger.postgres.transaction import Tx
from reconciliation import breaks
from reconciliation.postgres import break_rows, file_rows, left_over_rows, refund_line_rows

SLICE_MAX = 5_000
"""Captures looked at together."""


def name_missing(tx: Tx, *, business_date: date, now: datetime) -> int:
    """Open a break for each capture and each refund that is missing; return how many are new."""
    opened = 0
    since = first_open_from(tx, date.min)
    for gateway, day in file_rows.reported_days(tx, since=since, until=business_date):
        after = 0
        while found := left_over_rows.unmatched(
            tx, gateway=gateway, day=day, after=after, limit=SLICE_MAX
        ):
            after = found[-1].capture_id
            opened += break_rows.open_breaks(
                tx,
                [breaks.missing_at_gateway(one, gateway=gateway) for one in found],
                business_date=business_date,
                now=now,
            )
        opened += break_rows.open_breaks(
            tx,
            [
                breaks.refund_not_reported(one.number, one.amount, one.taken, gateway=gateway)
                for one in refund_line_rows.not_reported(tx, gateway=gateway, day=day)
            ],
            business_date=business_date,
            now=now,
        )
    return opened
