"""Files as they were offered, how they were judged, and the chain of their balances."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row

from ledger.money import Money
from ledger.postgres.transaction import Tx
from reconciliation.file import AccountPage, FileContent, FileState, FileVerdict, Source, SourceKind

_KEEP_SOURCE: Final = """
INSERT INTO reconciliation.source (code, kind, party) VALUES (%(code)s, %(kind)s, %(party)s)
ON CONFLICT (code) DO NOTHING
"""
_KEEP_FILE: Final = """
INSERT INTO reconciliation.file (source, sha256, name, bytes, received_at, state, reason)
VALUES (%(source)s, %(sha256)s, %(name)s, %(bytes)s, %(now)s, 'received', '')
ON CONFLICT ON CONSTRAINT file_once DO NOTHING
RETURNING file_id
"""
_FILE_OF_BYTES: Final = """
SELECT file_id, state, reason, business_date, item_count FROM reconciliation.file
WHERE source = %(source)s AND sha256 = %(sha256)s
"""
_FILE: Final = """
SELECT file_id, state, reason, business_date, item_count FROM reconciliation.file
WHERE file_id = %(file)s
"""
_QUARANTINE: Final = """
UPDATE reconciliation.file SET state = 'quarantined', reason = %(reason)s, judged_at = %(now)s
WHERE file_id = %(file)s
"""
_ACCEPT: Final = """
UPDATE reconciliation.file SET
    state = 'accepted', reason = '', judged_at = %(now)s, business_date = %(business_date)s,
    version = %(version)s, item_count = %(items)s, total_vnd = %(total)s, fee_total_vnd = %(fees)s
WHERE file_id = %(file)s
"""
_SPEAKING: Final = """
SELECT file_id, version FROM reconciliation.file
WHERE source = %(source)s AND business_date = %(business_date)s AND state = 'accepted'
    AND version IS NOT NULL
"""
_SUPERSEDE: Final = """
UPDATE reconciliation.file SET state = 'superseded' WHERE file_id = %(file)s
"""
_ADD_PAGES: Final = """
INSERT INTO reconciliation.statement (
    file_id, source, account, reference, sequence, opening_on, opening_vnd, closing_on, closing_vnd
)
SELECT %(file)s, %(source)s, page.* FROM unnest(
    %(accounts)s::text[], %(references)s::text[], %(sequences)s::text[], %(opened)s::date[],
    %(openings)s::bigint[], %(closed)s::date[], %(closings)s::bigint[]
) AS page
"""
# The page before is the last one closing on the first's day or earlier, the page after the first
# one closing later than the last.
_NEIGHBOURS: Final = """
SELECT
    asked.account,
    (SELECT before.closing_vnd FROM reconciliation.statement AS before
     WHERE before.source = %(source)s AND before.account = asked.account
         AND before.closing_on <= asked.first_on
     ORDER BY before.closing_on DESC, before.statement_id DESC LIMIT 1) AS closed_with,
    (SELECT after.opening_vnd FROM reconciliation.statement AS after
     WHERE after.source = %(source)s AND after.account = asked.account
         AND after.closing_on > asked.last_on
     ORDER BY after.closing_on, after.statement_id LIMIT 1) AS opens_with
FROM unnest(%(accounts)s::text[], %(firsts)s::date[], %(lasts)s::date[])
    AS asked (account, first_on, last_on)
"""
_FOR_MATCHING: Final = """
SELECT file.file_id, file.source, source.party, file.sha256, file.business_date, file.item_count
FROM reconciliation.file JOIN reconciliation.source ON source.code = file.source
WHERE file.state = 'accepted' AND file.matched_on IS NULL AND source.kind = %(kind)s
    AND file.business_date <= %(until)s
ORDER BY file.business_date, file.file_id
"""
_REPORTED: Final = """
SELECT DISTINCT source.party, file.business_date
FROM reconciliation.file JOIN reconciliation.source ON source.code = file.source
WHERE file.state = 'accepted' AND source.kind = 'gateway_report'
    AND file.business_date BETWEEN %(since)s AND %(until)s
ORDER BY file.business_date, source.party
"""
_MATCHED: Final = """
UPDATE reconciliation.file SET matched_on = %(matched_on)s
WHERE file_id = ANY(%(files)s::bigint[]) AND matched_on IS NULL
"""
_BYTES: Final = """
SELECT file.bytes, source.party FROM reconciliation.file
JOIN reconciliation.source ON source.code = file.source
WHERE file.source = %(source)s AND file.sha256 = %(sha256)s
"""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What an account's statements before and after say, None where there is none yet."""

    account: str
    closed_with: Money | None
    opens_with: Money | None


@dataclass(frozen=True, slots=True)
class FileToMatch:
    """An accepted file whose lines are not all matched; `party` is its gateway or bank."""

    file_id: int
    source: str
    party: str
    sha256: bytes
    business_date: date
    item_count: int


def keep_file(tx: Tx, source: Source, *, name: str, raw: bytes, now: datetime) -> FileVerdict:
    """Keep the bytes, or return how the same bytes of this source were judged before."""
    tx.exec_driver_sql(
        _KEEP_SOURCE,
        {"code": source.code, "kind": source.kind.value, "party": source.party},
    )
    sha256 = hashlib.sha256(raw).digest()
    added = tx.exec_driver_sql(
        _KEEP_FILE,
        {"source": source.code, "sha256": sha256, "name": name, "bytes": raw, "now": now},
    ).one_or_none()
    found = tx.exec_driver_sql(_FILE_OF_BYTES, {"source": source.code, "sha256": sha256}).one()
    return _verdict(found, is_new=added is not None)


def verdict_on(tx: Tx, file_id: int, *, is_new: bool) -> FileVerdict:
    """Return how a file is judged now."""
    return _verdict(tx.exec_driver_sql(_FILE, {"file": file_id}).one(), is_new=is_new)


def quarantine(tx: Tx, file_id: int, *, reason: str, now: datetime) -> None:
    """Say that nothing of the file is believed, and why."""
    tx.exec_driver_sql(_QUARANTINE, {"file": file_id, "reason": reason, "now": now})


def accept(tx: Tx, file_id: int, *, source: Source, content: FileContent, now: datetime) -> None:
    """Believe the file: its pages are added, its lines must be there."""
    _add_pages(tx, file_id, source=source, pages=content.pages)
    tx.exec_driver_sql(
        _ACCEPT,
        {
            "file": file_id,
            "now": now,
            "business_date": content.business_date,
            "version": content.version,
            "items": len(content.items),
            "total": content.amount.vnd,
            "fees": content.fees.vnd,
        },
    )


def lock_source(tx: Tx, source: Source) -> None:
    """Judge one file of a source at a time, until this transaction ends."""
    tx.exec_driver_sql(
        "SELECT pg_advisory_xact_lock(1380273219, hashtext(%(source)s))", {"source": source.code}
    )


def speaking_version(tx: Tx, *, source: Source, business_date: date) -> tuple[int, int] | None:
    """Return file and version that speak for a source's day, None when none does."""
    found = tx.exec_driver_sql(
        _SPEAKING, {"source": source.code, "business_date": business_date}
    ).one_or_none()
    return None if found is None else (int(found.file_id), int(found.version))


def supersede(tx: Tx, file_id: int) -> None:
    """Let a later version speak for this file's day."""
    tx.exec_driver_sql(_SUPERSEDE, {"file": file_id})


def neighbours(tx: Tx, *, source: Source, pages: Sequence[AccountPage]) -> list[Neighbours]:
    """Return what stands before and after these pages, account by account."""
    firsts = {page.account: page.closing_on for page in reversed(pages)}
    lasts = {page.account: page.closing_on for page in pages}
    rows = tx.exec_driver_sql(
        _NEIGHBOURS,
        {
            "source": source.code,
            "accounts": list(firsts),
            "firsts": list(firsts.values()),
            "lasts": [lasts[account] for account in firsts],
        },
    )
    return [
        Neighbours(
            account=str(row.account),
            closed_with=None if row.closed_with is None else Money(int(row.closed_with)),
            opens_with=None if row.opens_with is None else Money(int(row.opens_with)),
        )
        for row in rows
    ]


def files_to_match(tx: Tx, *, kind: SourceKind, until: date) -> list[FileToMatch]:
    """Return accepted files of business days through `until` with lines left, oldest first."""
    rows = tx.exec_driver_sql(_FOR_MATCHING, {"kind": kind.value, "until": until})
    return [
        FileToMatch(
            file_id=int(row.file_id),
            source=str(row.source),
            party=str(row.party),
            sha256=bytes(row.sha256),
            business_date=row.business_date,
            item_count=int(row.item_count),
        )
        for row in rows
    ]


def reported_days(tx: Tx, *, since: date, until: date) -> list[tuple[str, date]]:
    """Return gateway and day of each report accepted for these business days."""
    rows = tx.exec_driver_sql(_REPORTED, {"since": since, "until": until})
    return [(str(row.party), row.business_date) for row in rows]


def mark_matched(tx: Tx, file_ids: Sequence[int], *, on: date) -> None:
    """Say that no line of these files waits any more."""
    if file_ids:
        tx.exec_driver_sql(_MATCHED, {"files": list(file_ids), "matched_on": on})


def bytes_of(tx: Tx, *, source: str, sha256: bytes) -> tuple[bytes, str] | None:
    """Return a file's bytes and its source's party, None when it is not here."""
    found = tx.exec_driver_sql(_BYTES, {"source": source, "sha256": sha256}).one_or_none()
    return None if found is None else (bytes(found.bytes), str(found.party))


def _add_pages(tx: Tx, file_id: int, *, source: Source, pages: Sequence[AccountPage]) -> None:
    if not pages:
        return
    tx.exec_driver_sql(
        _ADD_PAGES,
        {
            "file": file_id,
            "source": source.code,
            "accounts": [page.account for page in pages],
            "references": [page.reference for page in pages],
            "sequences": [page.sequence for page in pages],
            "opened": [page.opening_on for page in pages],
            "openings": [page.opening.vnd for page in pages],
            "closed": [page.closing_on for page in pages],
            "closings": [page.closing.vnd for page in pages],
        },
    )


def _verdict(row: Row[Any], *, is_new: bool) -> FileVerdict:
    return FileVerdict(
        file_id=int(row.file_id),
        state=FileState(row.state),
        reason=str(row.reason),
        is_new=is_new,
        business_date=row.business_date,
        item_count=int(row.item_count or 0),
    )
