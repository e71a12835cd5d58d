"""Days: what each side says of one, what still stands in the way of closing it, and closed ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from psycopg.types.json import Jsonb
from sqlalchemy import Row

from ledger.money import Money
from ledger.postgres.transaction import Tx
from reconciliation.day_report import Arrived, Matched, Reported, ReportFile, Taken

QUARANTINED_NAMED_MAX: Final = 5

_TAKEN: Final = """
SELECT
    gateway, beneficiary, movement, count(*) AS lines, sum(amount_vnd)::bigint AS amount_vnd
FROM payments.reconcilable_v1
WHERE business_date = %(day)s
GROUP BY gateway, beneficiary, movement
ORDER BY gateway, beneficiary, movement
"""
_REPORTED: Final = """
SELECT
    source.party AS gateway, item.party AS beneficiary, count(*) AS lines,
    sum(CASE item.kind WHEN 'refund' THEN -item.amount_vnd ELSE item.amount_vnd END)::bigint
        AS amount_vnd,
    sum(item.fee_vnd)::bigint AS fees_vnd
FROM reconciliation.file
JOIN reconciliation.source ON source.code = file.source AND source.kind = 'gateway_report'
JOIN reconciliation.item ON item.file_id = file.file_id
WHERE file.business_date = %(day)s AND file.state = 'accepted'
GROUP BY source.party, item.party
ORDER BY source.party, item.party
"""
_ARRIVED: Final = """
SELECT
    made.gateway, made.credited_to AS beneficiary, count(*) AS lines,
    sum(made.gross_vnd)::bigint AS amount_vnd
FROM reconciliation.match_group AS made
WHERE made.business_date = %(day)s AND made.kind = 'arrived'
GROUP BY made.gateway, made.credited_to
ORDER BY made.gateway, made.credited_to
"""
_MATCHED: Final = """
SELECT
    made.rule, sum(made.leg_count) AS lines, sum(made.gross_vnd)::bigint AS amount_vnd
FROM reconciliation.match_group AS made
WHERE made.business_date = %(day)s AND made.kind = 'passed_on'
GROUP BY made.rule
ORDER BY made.rule
"""
_FILES: Final = """
SELECT source, name, encode(sha256, 'hex') AS sha256, state, version, item_count, total_vnd
FROM reconciliation.file
WHERE business_date = %(day)s AND state IN ('accepted', 'superseded')
ORDER BY source, file_id
"""
_UNREPORTED: Final = """
SELECT taken.gateway
FROM unnest(%(gateways)s::text[]) AS taken (gateway)
WHERE NOT EXISTS (
    SELECT FROM reconciliation.file
    JOIN reconciliation.source ON source.code = file.source
    WHERE source.kind = 'gateway_report' AND source.party = taken.gateway
        AND file.state = 'accepted' AND file.business_date = %(day)s)
ORDER BY taken.gateway
"""
# Whoever is owed something of the day, or waits for something passed on, shows a statement of it;
# an account nobody of ours knows never will, and its breaks say so.
_UNSTATED: Final = """
SELECT owed.code, beneficiary.account_number AS account, beneficiary.statement_source AS source
FROM (
    SELECT given.code FROM unnest(%(owed)s::text[]) AS given (code)
    UNION
    SELECT made.credited_to FROM reconciliation.match_group AS made
    WHERE made.kind = 'passed_on' AND made.business_date <= %(day)s
        AND NOT EXISTS (
            SELECT FROM reconciliation.match_leg WHERE match_leg.covers_group_id = made.group_id)
) AS owed
JOIN payments.beneficiary ON beneficiary.code = owed.code
WHERE NOT EXISTS (
    SELECT FROM reconciliation.statement
    WHERE statement.account IN (beneficiary.account_number, owed.code)
        AND statement.closing_on >= %(day)s)
ORDER BY owed.code
"""
_QUARANTINED: Final = """
SELECT file.name, file.reason
FROM reconciliation.file JOIN reconciliation.source ON source.code = file.source
WHERE file.state = 'quarantined' AND source.party = %(party)s
ORDER BY file.file_id DESC
LIMIT %(limit)s
"""
_UNMATCHED: Final = """
SELECT source, name FROM reconciliation.file
WHERE state = 'accepted' AND matched_on IS NULL AND business_date <= %(day)s
    OR state = 'received'
ORDER BY file_id
"""
_KEEP: Final = """
INSERT INTO reconciliation.day (business_date, closed_at, figures, report, sha256)
VALUES (%(day)s, %(now)s, %(figures)s, %(report)s, sha256(%(report)s))
"""
_DAY: Final = """
SELECT business_date, closed_at, figures, sha256 FROM reconciliation.day
WHERE business_date = %(day)s
"""
_DAYS: Final = """
SELECT business_date, closed_at, figures, sha256 FROM reconciliation.day
ORDER BY business_date DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class KeptDay:
    """A closed day as it is kept; `figures` is its whole report, `sha256` that of its bytes."""

    business_date: date
    closed_at: datetime
    figures: Mapping[str, Any]
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Unstated:
    """A beneficiary whose account no accepted statement shows at the end of the day."""

    beneficiary: str
    account: str
    source: str


def taken_on(tx: Tx, day: date) -> tuple[Taken, ...]:
    """Return what gateways took on a business day, by our book."""
    return tuple(
        Taken(
            gateway=str(row.gateway),
            beneficiary=str(row.beneficiary),
            movement=str(row.movement),
            count=int(row.lines),
            amount=Money(int(row.amount_vnd)),
        )
        for row in tx.exec_driver_sql(_TAKEN, {"day": day})
    )


def reported_for(tx: Tx, day: date) -> tuple[Reported, ...]:
    """Return what the accepted reports of a business day say."""
    return tuple(
        Reported(
            gateway=str(row.gateway),
            beneficiary=str(row.beneficiary),
            count=int(row.lines),
            amount=Money(int(row.amount_vnd)),
            fees=Money(int(row.fees_vnd)),
        )
        for row in tx.exec_driver_sql(_REPORTED, {"day": day})
    )


def arrived_on(tx: Tx, day: date) -> tuple[Arrived, ...]:
    """Return what was seen to arrive when a day was matched."""
    return tuple(
        Arrived(
            gateway=str(row.gateway),
            beneficiary=str(row.beneficiary),
            count=int(row.lines),
            amount=Money(int(row.amount_vnd)),
        )
        for row in tx.exec_driver_sql(_ARRIVED, {"day": day})
    )


def matched_on(tx: Tx, day: date) -> tuple[Matched, ...]:
    """Return lines of reports that a day's match took, by rule."""
    return tuple(
        Matched(rule=str(row.rule), count=int(row.lines), amount=Money(int(row.amount_vnd)))
        for row in tx.exec_driver_sql(_MATCHED, {"day": day})
    )


def files_of(tx: Tx, day: date) -> tuple[ReportFile, ...]:
    """Return the files that speak, or spoke, for a business day."""
    return tuple(
        ReportFile(
            source=str(row.source),
            name=str(row.name),
            sha256=str(row.sha256),
            state=str(row.state),
            version=None if row.version is None else int(row.version),
            items=int(row.item_count),
            amount=Money(int(row.total_vnd)),
        )
        for row in tx.exec_driver_sql(_FILES, {"day": day})
    )


def unreported(tx: Tx, day: date, *, gateways: list[str]) -> list[str]:
    """Return those of the gateways whose report of a business day is not accepted."""
    rows = tx.exec_driver_sql(_UNREPORTED, {"day": day, "gateways": gateways})
    return [str(row.gateway) for row in rows]


def unstated(tx: Tx, day: date, *, owed: list[str]) -> list[Unstated]:
    """Return beneficiaries owed, or waiting, whose statements do not reach a business day."""
    rows = tx.exec_driver_sql(_UNSTATED, {"day": day, "owed": owed})
    return [
        Unstated(beneficiary=str(row.code), account=str(row.account), source=str(row.source))
        for row in rows
    ]


def quarantined(tx: Tx, *, party: str) -> list[tuple[str, str]]:
    """Return name and reason of the last files of a party that are not believed."""
    rows = tx.exec_driver_sql(_QUARANTINED, {"party": party, "limit": QUARANTINED_NAMED_MAX})
    return [(str(row.name), str(row.reason)) for row in rows]


def unmatched_files(tx: Tx, day: date) -> list[tuple[str, str]]:
    """Return source and name of files through a business day that no match has looked at."""
    rows = tx.exec_driver_sql(_UNMATCHED, {"day": day})
    return [(str(row.source), str(row.name)) for row in rows]


def keep_day(
    tx: Tx, day: date, *, figures: Mapping[str, object], report: bytes, now: datetime
) -> KeptDay:
    """Keep a closed day's report for ever."""
    tx.exec_driver_sql(
        _KEEP, {"day": day, "now": now, "figures": Jsonb(dict(figures)), "report": report}
    )
    kept = day_of(tx, day)
    assert kept is not None, "what was written in this transaction is there"
    return kept


def day_of(tx: Tx, day: date) -> KeptDay | None:
    """Return a closed day, None while it is open."""
    row = tx.exec_driver_sql(_DAY, {"day": day}).one_or_none()
    return None if row is None else _day(row)


def last_days(tx: Tx, *, limit: int) -> list[KeptDay]:
    """Return the days closed last, newest first."""
    return [_day(row) for row in tx.exec_driver_sql(_DAYS, {"limit": limit})]


def _day(row: Row[Any]) -> KeptDay:
    return KeptDay(
        business_date=row.business_date,
        closed_at=row.closed_at,
        figures=row.figures,
        sha256=bytes(row.sha256),
    )
