"""Jobs that are done once for a business day, in the transaction of their effect."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from psycopg.types.json import Jsonb

from ledger.postgres.transaction import Tx

_DONE: Final = """
INSERT INTO reconciliation.job_run (job, business_date, done_at, result)
VALUES (%(job)s, %(day)s, %(now)s, %(result)s)
ON CONFLICT DO NOTHING
RETURNING job
"""
_IS_DONE: Final = """
SELECT EXISTS (
    SELECT FROM reconciliation.job_run WHERE job = %(job)s AND business_date = %(day)s)
"""


def mark_done(tx: Tx, job: str, day: date, *, result: Mapping[str, object], now: datetime) -> bool:
    """Write down that a job is done for a day; False when it was, and nothing is written.

    A twin that is at work waits here until this transaction ends.
    """
    added = tx.exec_driver_sql(
        _DONE, {"job": job, "day": day, "now": now, "result": Jsonb(dict(result))}
    )
    return added.one_or_none() is not None


def is_done(tx: Tx, job: str, day: date) -> bool:
    """Say whether a job is done for a day."""
    return bool(tx.exec_driver_sql(_IS_DONE, {"job": job, "day": day}).scalar_one())
