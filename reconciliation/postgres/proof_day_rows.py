"""What proofs ask about days: files and what became of their lines, runs, dates, snapshots."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row

from ledger.postgres.transaction import Tx
from reconciliation.postgres.proof_rows import Found, find, stream

_FILES_NOT_AS_READ: Final = """
SELECT 'file ' || file.file_id || ' (' || file.name || '): ' || CASE
        WHEN sha256(file.bytes) <> file.sha256 THEN 'its bytes are not those that came'
        ELSE file.item_count || ' lines of ' || file.total_vnd || ' dong were read, '
            || coalesce(said.items, 0) || ' of ' || coalesce(said.total_vnd, 0) || ' are here'
    END
FROM reconciliation.file
LEFT JOIN (
    SELECT item.file_id, count(*) AS items, sum(item.fee_vnd) AS fee_vnd,
        sum(CASE WHEN item.kind IN ('payment', 'credit') THEN 1 ELSE -1 END * item.amount_vnd)
            AS total_vnd
    FROM reconciliation.item
    GROUP BY item.file_id
) AS said ON said.file_id = file.file_id
WHERE sha256(file.bytes) <> file.sha256 OR (
    file.state IN ('accepted', 'superseded') AND (
        coalesce(said.items, 0) <> file.item_count
        OR coalesce(said.total_vnd, 0) <> file.total_vnd
        OR coalesce(said.fee_vnd, 0) <> file.fee_total_vnd
    )
)
"""
# What a file says is matched, said before by an earlier file, or a break by name; a credit may wait
# for the rest of its payout. A statement may hold debits that are no business of ours.
_LINES_LEFT: Final = """
SELECT 'file ' || file.file_id || ' (' || file.name || '), line ' || item.line || ', '
    || item.amount_vnd || ' dong, ' || item.reference || ' ' || item.transaction
    || ': neither matched nor a break'
FROM reconciliation.file
JOIN reconciliation.item ON item.file_id = file.file_id AND item.kind <> 'debit'
LEFT JOIN reconciliation.match_leg ON match_leg.item_id = item.item_id
LEFT JOIN reconciliation.item_repeat ON item_repeat.item_id = item.item_id
WHERE file.matched_on IS NOT NULL
    AND match_leg.item_id IS NULL AND item_repeat.item_id IS NULL
    AND NOT EXISTS (
        SELECT FROM reconciliation.break_case WHERE break_case.item_id = item.item_id
    )
    AND NOT (item.kind = 'credit' AND EXISTS (
        SELECT FROM reconciliation.match_group AS passed_on
        LEFT JOIN reconciliation.match_leg AS arrival
            ON arrival.covers_group_id = passed_on.group_id
        WHERE passed_on.kind = 'passed_on' AND passed_on.payout = item.payout
            AND arrival.group_id IS NULL
    ))
"""
_GROUPS_NOT_AS_BOOKED: Final = """
WITH booked AS (
    SELECT
        CASE WHEN entry.movement IN ('settled', 'withheld') THEN 'passed_on' ELSE 'arrived' END
            AS kind,
        split_part(entry.idempotency_key, ':', 2) AS group_id,
        sum(CASE WHEN entry.movement IN ('withheld', 'given_back') THEN -transfer.amount_vnd
            ELSE transfer.amount_vnd END) AS amount_vnd,
        coalesce(sum(transfer.amount_vnd) FILTER (WHERE account.kind = 'gateway_fee'), 0) AS fee_vnd
    FROM ledger.entry
    JOIN ledger.transfer ON transfer.entry_id = entry.entry_id
    LEFT JOIN ledger.account ON account.account_id = transfer.debit_account_id
    WHERE entry.movement IN ('settled', 'withheld', 'credited', 'given_back')
    GROUP BY 1, 2
), leg AS (
    SELECT match_leg.group_id,
        sum(CASE item.kind WHEN 'refund' THEN -item.amount_vnd ELSE item.amount_vnd END)
            AS amount_vnd,
        sum(item.fee_vnd) AS fee_vnd,
        count(*) AS legs, sum(covered.gross_vnd - covered.fee_vnd) AS covered_vnd,
        coalesce(sum(covered.gross_vnd - covered.fee_vnd) FILTER (
            WHERE covered.movement = 'captured' AND covered.beneficiary = covered.credited_to
        ), 0) AS owed_vnd
    FROM reconciliation.match_leg
    LEFT JOIN reconciliation.item ON item.item_id = match_leg.item_id
    LEFT JOIN reconciliation.match_group AS covered ON covered.group_id = match_leg.covers_group_id
    GROUP BY match_leg.group_id
), made AS (
    SELECT match_group.*, leg.amount_vnd, leg.fee_vnd AS leg_fee_vnd, leg.covered_vnd,
        coalesce(leg.legs, 0) AS legs, coalesce(booked.amount_vnd, 0) AS booked_vnd,
        coalesce(booked.fee_vnd, 0) AS booked_fee_vnd,
        CASE match_group.kind WHEN 'passed_on' THEN match_group.gross_vnd ELSE leg.owed_vnd END
            AS to_book_vnd
    FROM reconciliation.match_group
    LEFT JOIN leg ON leg.group_id = match_group.group_id
    LEFT JOIN booked
        ON booked.group_id = match_group.group_id::text AND booked.kind = match_group.kind
)
SELECT made.kind || ' group ' || made.group_id || ' (' || made.gateway || ', payout '
    || made.payout || '): ' || made.gross_vnd || ' dong, ' || made.booked_vnd || ' booked, '
    || coalesce(made.amount_vnd, 0) || ' in its lines'
FROM made
WHERE made.booked_vnd IS DISTINCT FROM made.to_book_vnd
    OR made.booked_fee_vnd <> made.fee_vnd
    OR made.legs <> made.leg_count
    OR (made.rule NOT IN ('amount_differs', 'excess')
        AND made.amount_vnd IS DISTINCT FROM made.gross_vnd)
    OR (made.kind = 'arrived' AND made.covered_vnd IS DISTINCT FROM made.gross_vnd)
    OR (made.rule NOT IN ('amount_differs', 'excess') AND made.kind = 'passed_on'
        AND made.leg_fee_vnd <> made.fee_vnd)
"""
_FILE_SIZE: Final = """
SELECT (SELECT count(*) FROM reconciliation.file WHERE file.matched_on IS NOT NULL) AS files,
    (SELECT count(*) FROM reconciliation.match_leg WHERE match_leg.item_id IS NOT NULL) AS lines
"""

_DONE_TWICE: Final = """
SELECT 'job ' || job_run.job || ' of ' || job_run.business_date || ' was done ' || count(*)
    || ' times'
FROM reconciliation.job_run
GROUP BY job_run.job, job_run.business_date
HAVING count(*) > 1
UNION ALL
SELECT used.name || ' is in ' || count(*) || ' groups'
FROM (
    SELECT 'line ' || match_leg.item_id AS name FROM reconciliation.match_leg
    WHERE match_leg.item_id IS NOT NULL
    UNION ALL
    SELECT 'capture ' || match_leg.capture_id FROM reconciliation.match_leg
    WHERE match_leg.capture_id IS NOT NULL
    UNION ALL
    SELECT 'group ' || match_leg.covers_group_id FROM reconciliation.match_leg
    WHERE match_leg.covers_group_id IS NOT NULL
) AS used
GROUP BY used.name
HAVING count(*) > 1
UNION ALL
SELECT 'file ' || min(file.file_id) || ' of ' || file.source || ' is here ' || count(*) || ' times'
FROM reconciliation.file
GROUP BY file.source, file.sha256
HAVING count(*) > 1
"""
# The book, its report and the run that closed both say the same of each day.
_CLOSED_BY_HALF: Final = """
SELECT closing.business_date || ': closed at ' || coalesce(closed_day.closed_at::text, 'no time')
    || ' in the book, ' || coalesce(day.closed_at::text, 'no time') || ' in the report, '
    || coalesce(job_run.done_at::text, 'no time') || ' by the job'
FROM (
    SELECT closed_day.business_date FROM ledger.closed_day
    UNION
    SELECT day.business_date FROM reconciliation.day
    UNION
    SELECT job_run.business_date FROM reconciliation.job_run WHERE job_run.job = 'close_day'
) AS closing
LEFT JOIN ledger.closed_day ON closed_day.business_date = closing.business_date
LEFT JOIN reconciliation.day ON day.business_date = closing.business_date
LEFT JOIN reconciliation.job_run
    ON job_run.business_date = closing.business_date AND job_run.job = 'close_day'
WHERE num_nonnulls(closed_day.closed_at, day.closed_at, job_run.done_at) <> 3
    OR closed_day.closed_at <> day.closed_at
    OR closed_day.closed_at <> job_run.done_at
"""
_RUNS: Final = """
SELECT (SELECT count(*) FROM reconciliation.job_run) AS runs,
    (SELECT count(*) FROM reconciliation.day) AS days
"""

_CLOSINGS: Final = """
SELECT closed_day.business_date, closed_day.recorded_at FROM ledger.closed_day
ORDER BY closed_day.recorded_at
"""
_DATED: Final = """
SELECT capture.entry_key, capture.gateway, capture.paid_at, capture.business_date,
    entry.business_date AS booked_on, entry.recorded_at
FROM payments.capture
JOIN ledger.entry ON entry.idempotency_key = capture.entry_key
"""
_INTO_CLOSED_DAYS: Final = """
SELECT 'entry ' || entry.idempotency_key || ' was recorded at ' || entry.recorded_at || ' in '
    || entry.business_date || ', closed at ' || closed.recorded_at
FROM ledger.entry
JOIN (
    SELECT day.business_date, (
        SELECT min(closed_day.recorded_at) FROM ledger.closed_day
        WHERE closed_day.business_date >= day.business_date
    ) AS recorded_at
    FROM (SELECT DISTINCT entry.business_date FROM ledger.entry) AS day
) AS closed ON closed.business_date = entry.business_date
WHERE entry.recorded_at > closed.recorded_at
"""

# Each row of a snapshot is taken off the next day's again, and what moved that day off its own:
# nothing is left over, unless a row was changed, added or lost. Zero has no row.
_BATCHES_NOT_AS_MOVED: Final = """
WITH day AS (
    SELECT closed_day.business_date,
        lead(closed_day.business_date) OVER (ORDER BY closed_day.business_date) AS next
    FROM ledger.closed_day
), moved AS (
    SELECT transfer.business_date, transfer.debit_account_id AS account_id, transfer.batch,
        transfer.amount_vnd AS net_vnd
    FROM ledger.transfer
    UNION ALL
    SELECT transfer.business_date, transfer.credit_account_id, transfer.batch, -transfer.amount_vnd
    FROM ledger.transfer
), part AS (
    SELECT kept.business_date, kept.account_id, kept.batch, kept.net_vnd
    FROM ledger.batch_snapshot AS kept
    UNION ALL
    SELECT day.next, kept.account_id, kept.batch, -kept.net_vnd
    FROM ledger.batch_snapshot AS kept
    JOIN day ON day.business_date = kept.business_date AND day.next IS NOT NULL
    UNION ALL
    SELECT moved.business_date, moved.account_id, moved.batch, -moved.net_vnd
    FROM moved
    JOIN ledger.account ON account.account_id = moved.account_id
    WHERE account.kind IN ('receivable', 'in_transit', 'payable')
        AND moved.business_date <= (SELECT max(day.business_date) FROM day)
)
SELECT 'snapshot of ' || part.business_date || ', ' || account.code || ', batch ' || part.batch
    || ': off by ' || sum(part.net_vnd) || ' dong'
FROM part
JOIN ledger.account ON account.account_id = part.account_id
GROUP BY part.business_date, account.code, part.batch
HAVING sum(part.net_vnd) <> 0
"""
_SNAPSHOTS_LOST: Final = """
SELECT 'snapshot of ' || day.next || ', ' || account.code || ': gone since ' || day.business_date
FROM (
    SELECT closed_day.business_date,
        lead(closed_day.business_date) OVER (ORDER BY closed_day.business_date) AS next
    FROM ledger.closed_day
) AS day
JOIN ledger.balance_snapshot AS kept ON kept.business_date = day.business_date
JOIN ledger.account ON account.account_id = kept.account_id
LEFT JOIN ledger.balance_snapshot AS later
    ON later.business_date = day.next AND later.account_id = kept.account_id
WHERE day.next IS NOT NULL AND later.account_id IS NULL
"""
_SNAPSHOT_ROWS: Final = """
SELECT (SELECT count(*) FROM ledger.balance_snapshot)
    + (SELECT count(*) FROM ledger.batch_snapshot)
"""
# The bytes of a report, their sum, the figures shown, what the run kept of it and the book's own
# checksum bear each other out.
_REPORTS_CHANGED: Final = """
SELECT 'the report of ' || day.business_date || ' is not the one it was closed with'
FROM reconciliation.day
LEFT JOIN reconciliation.job_run
    ON job_run.job = 'close_day' AND job_run.business_date = day.business_date
LEFT JOIN ledger.closed_day ON closed_day.business_date = day.business_date
WHERE CASE
        WHEN sha256(day.report) <> day.sha256 THEN true
        WHEN job_run.result ->> 'sha256' IS DISTINCT FROM encode(day.sha256, 'hex') THEN true
        WHEN day.figures #>> '{book,checksum}'
            IS DISTINCT FROM encode(closed_day.checksum, 'hex') THEN true
        ELSE convert_from(day.report, 'UTF8')::jsonb <> day.figures
    END
"""
_CLOSED_SIZE: Final = """
SELECT count(*) AS days, coalesce(sum(closed_day.entry_count), 0) AS entries FROM ledger.closed_day
"""


@dataclass(frozen=True, slots=True)
class Closing:
    """When a business day was closed, by the database's clock."""

    business_date: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Dated:
    """A sum with the moment the gateway took it and the days it stands on, here and in the book."""

    entry_key: str
    gateway: str
    paid_at: datetime
    business_date: date
    booked_on: date
    recorded_at: datetime


def files_not_as_read(tx: Tx) -> Found:
    """Return files whose bytes or lines are not those of their totals."""
    return find(tx, _FILES_NOT_AS_READ)


def lines_left(tx: Tx) -> Found:
    """Return lines of matched files that nothing became of."""
    return find(tx, _LINES_LEFT)


def groups_not_as_booked(tx: Tx) -> Found:
    """Return matched groups that are not the sum of their lines, or not what was booked."""
    return find(tx, _GROUPS_NOT_AS_BOOKED)


def file_size(tx: Tx) -> tuple[int, int]:
    """Return how many files are matched and how many lines are in groups."""
    row = tx.exec_driver_sql(_FILE_SIZE).one()
    return int(row.files), int(row.lines)


def done_twice(tx: Tx) -> Found:
    """Return jobs, matches and files that are there twice."""
    return find(tx, _DONE_TWICE)


def closed_by_half(tx: Tx) -> Found:
    """Return days that book, report and job do not agree on having closed."""
    return find(tx, _CLOSED_BY_HALF)


def run_count(tx: Tx) -> tuple[int, int]:
    """Return how many jobs were done and how many days closed."""
    row = tx.exec_driver_sql(_RUNS).one()
    return int(row.runs), int(row.days)


def closings(tx: Tx) -> list[Closing]:
    """Return when days were closed, in the order it happened."""
    return [Closing(row.business_date, row.recorded_at) for row in tx.exec_driver_sql(_CLOSINGS)]


def dated(tx: Tx) -> Iterator[Dated]:
    """Give every booked sum with its dates."""
    return (_dated(row) for row in stream(tx, _DATED))


def into_closed_days(tx: Tx) -> Found:
    """Return entries that were recorded after their day was closed."""
    return find(tx, _INTO_CLOSED_DAYS)


def batches_not_as_moved(tx: Tx) -> Found:
    """Return open batches in snapshots that are not those before and what moved since."""
    return find(tx, _BATCHES_NOT_AS_MOVED)


def snapshots_lost(tx: Tx) -> Found:
    """Return accounts that stand in a snapshot and not in the next one."""
    return find(tx, _SNAPSHOTS_LOST)


def snapshot_rows(tx: Tx) -> int:
    """Return how many balances are kept."""
    return int(tx.exec_driver_sql(_SNAPSHOT_ROWS).scalar_one())


def reports_changed(tx: Tx) -> Found:
    """Return closed days whose report is not the one that was kept."""
    return find(tx, _REPORTS_CHANGED)


def closed_size(tx: Tx) -> tuple[int, int]:
    """Return how many days are closed and how many entries they hold."""
    row = tx.exec_driver_sql(_CLOSED_SIZE).one()
    return int(row.days), int(row.entries)


def _dated(row: Row[Any]) -> Dated:
    return Dated(
        entry_key=str(row.entry_key),
        gateway=str(row.gateway),
        paid_at=row.paid_at,
        business_date=row.business_date,
        booked_on=row.booked_on,
        recorded_at=row.recorded_at,
    )
