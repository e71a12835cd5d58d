"""The raw words of partners, kept once and for ever."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateways.contract import Verdict
from ledger.postgres.transaction import Tx
from payments.evidence import EvidenceKind, Received
from payments.postgres.columns import json_list

# What was there before, and what comes now; the same bytes twice in one call come once. In one
# order everywhere, so that two calls with the same words never wait for each other.
_KEEP: Final = """
WITH given AS (
    SELECT * FROM ROWS FROM (
        unnest(
            %(gateways)s::text[], %(kinds)s::text[], %(digests)s::bytea[],
            %(instants)s::timestamptz[], %(methods)s::text[], %(paths)s::text[],
            %(queries)s::bytea[]
        ),
        jsonb_array_elements(%(headers)s::jsonb),
        unnest(
            %(bodies)s::bytea[], %(peers)s::text[], %(references)s::text[], %(verdicts)s::text[],
            %(attempts)s::bigint[]
        )
    ) AS given (
        gateway, kind, digest, received_at, method, path, query, headers, body, peer, reference,
        verdict, attempt_id
    )
), added AS (
    INSERT INTO payments.evidence (
        gateway, kind, digest, received_at, method, path, query, headers, body, peer, reference,
        verdict, attempt_id
    )
    SELECT * FROM given ORDER BY digest
    ON CONFLICT ON CONSTRAINT evidence_once DO NOTHING
    RETURNING evidence_id, gateway, kind, digest
)
SELECT evidence_id, gateway, kind, digest FROM added
UNION ALL
SELECT evidence.evidence_id, evidence.gateway, evidence.kind, evidence.digest
FROM payments.evidence
JOIN given USING (gateway, kind, digest)
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """One word of a partner with what became of it; `attempt_id` is None when we know of none."""

    received: Received
    verdict: Verdict
    attempt_id: int | None


def digest_of(received: Received) -> bytes:
    """Return what makes a word the same again: kind of message, our reference and its bytes.

    Method, headers and sender may differ between repeats. A query answer may be the same bytes for
    two orders, and a report line is known by file and line.
    """
    is_line = received.kind is EvidenceKind.REPORT_LINE
    place = received.raw.path if is_line else ""
    about = f"{place}\n{received.notice.reference}\n".encode()
    return hashlib.sha256(about + received.raw.query + received.raw.body).digest()


def keep_evidence(tx: Tx, judged: Sequence[Judged]) -> dict[bytes, int]:
    """Keep what was not kept before and return the ids by digest."""
    if not judged:
        return {}
    raws = [each.received.raw for each in judged]
    rows = tx.exec_driver_sql(
        _KEEP,
        {
            "gateways": [each.received.notice.gateway for each in judged],
            "kinds": [each.received.kind.value for each in judged],
            "digests": [digest_of(each.received) for each in judged],
            "instants": [each.received.received_at for each in judged],
            "methods": [raw.method for raw in raws],
            "paths": [raw.path for raw in raws],
            "queries": [raw.query for raw in raws],
            "headers": json_list(raw.headers for raw in raws),
            "bodies": [raw.body for raw in raws],
            "peers": [raw.peer for raw in raws],
            "references": [each.received.notice.reference for each in judged],
            "verdicts": [each.verdict.value for each in judged],
            "attempts": [each.attempt_id for each in judged],
        },
    )
    return {bytes(row.digest): int(row.evidence_id) for row in rows}
