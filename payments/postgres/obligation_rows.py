"""Obligations in and out of the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import orjson
from sqlalchemy import Row, false, or_, select, tuple_

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.given_back import GivenBack, Taken, kept_parts
from payments.obligation import Obligation, ObligationStatus
from payments.obligations.contract import PaidPart
from payments.postgres.tables import obligation as t

# What fulfilled payments paid, by the obligation it counts for now.
_PAID: Final = """
SELECT wanted.id AS counts_for, capture.capture_id, line.part, line.amount_vnd, payment.priced_on
FROM unnest(%(ids)s::bigint[]) AS wanted (id)
JOIN LATERAL (
    SELECT wanted.id AS obligation_id
    UNION ALL
    SELECT earlier.obligation_id FROM payments.obligation AS earlier
    WHERE earlier.successor_id = wanted.id
) AS own ON true
JOIN payments.payment_line AS line ON line.obligation_id = own.obligation_id
JOIN payments.capture
    ON capture.payment_id = line.payment_id AND capture.movement = 'captured'
JOIN payments.payment ON payment.payment_id = line.payment_id
ORDER BY payment.priced_on, capture.paid_at, line.payment_id, line.ordinal
"""

# What its payers have back since it was paid; what is only under way is still kept.
_GIVEN_BACK: Final = """
SELECT wanted.id AS counts_for, refund.capture_id, refund.amount_vnd,
    coalesce(
        refund.paid_back_on, (refund.finished_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
    ) AS given_back_on
FROM unnest(%(ids)s::bigint[]) AS wanted (id)
JOIN LATERAL (
    SELECT wanted.id AS obligation_id
    UNION ALL
    SELECT earlier.obligation_id FROM payments.obligation AS earlier
    WHERE earlier.successor_id = wanted.id
) AS own ON true
JOIN payments.refund ON refund.obligation_id = own.obligation_id
WHERE refund.state = 'done'
ORDER BY refund.finished_at, refund.refund_id
"""

# One text however many there are, so that it is planned once.
_BY_ID: Final = "SELECT * FROM payments.obligation WHERE obligation_id = ANY(%(ids)s::bigint[])"

# The rows of one push, in the order given: one statement however many there are.
_INSERT: Final = """
INSERT INTO payments.obligation (
    provider, kind, number, number_shown, decided_on, subject_index, typed_number, other_index,
    person_index, sealed, facts, beneficiary, status, pushed_at
)
SELECT provider, kind, number, number_shown, decided_on, subject_index, typed_number, other_index,
    person_index, sealed, facts, beneficiary, status, %(now)s::timestamptz
FROM ROWS FROM (
    unnest(%(providers)s::text[]), unnest(%(kinds)s::text[]), unnest(%(numbers)s::text[]),
    unnest(%(numbers_shown)s::text[]), unnest(%(decided_on)s::date[]),
    unnest(%(subject_indexes)s::bytea[]), unnest(%(typed_numbers)s::text[]),
    unnest(%(other_indexes)s::bytea[]), unnest(%(person_indexes)s::bytea[]),
    unnest(%(sealed)s::bytea[]), jsonb_array_elements(%(facts)s::jsonb),
    unnest(%(beneficiaries)s::text[]), unnest(%(statuses)s::text[])
) AS pushed (
    provider, kind, number, number_shown, decided_on, subject_index, typed_number, other_index,
    person_index, sealed, facts, beneficiary, status
)
ON CONFLICT ON CONSTRAINT obligation_once DO NOTHING
RETURNING provider, kind, number, obligation_id
"""

# Locked in one order, so that two pushes of the same obligations never wait for each other.
_CONFIRM: Final = """
WITH held AS (
    SELECT obligation_id FROM payments.obligation
    WHERE obligation_id = ANY (%(ids)s::bigint[])
    ORDER BY obligation_id
    FOR NO KEY UPDATE
)
UPDATE payments.obligation SET confirmed_at = %(now)s::timestamptz
FROM held WHERE obligation.obligation_id = held.obligation_id
"""

Key = tuple[str, str, str]
"""What an obligation is unique by: provider, kind, normalised number."""


@dataclass(frozen=True, slots=True)
class NewRow:
    """An obligation checked, sealed and ready to be kept."""

    key: Key
    number_shown: str
    decided_on: date | None
    subject_index: bytes | None
    sealed: bytes | None
    facts: Mapping[str, object]
    beneficiary: str
    status: ObligationStatus
    typed_number: str | None = None
    other_index: bytes | None = None
    person_index: bytes | None = None


def insert_obligations(tx: Tx, rows: Sequence[NewRow], *, now: datetime) -> dict[Key, int]:
    """Keep the obligations whose key is new, and return their ids by key."""
    if not rows:
        return {}
    # One order everywhere, so that two pushes of the same obligations never wait for each other.
    ordered = sorted(rows, key=lambda each: each.key)
    found = tx.exec_driver_sql(
        _INSERT,
        {
            "providers": [row.key[0] for row in ordered],
            "kinds": [row.key[1] for row in ordered],
            "numbers": [row.key[2] for row in ordered],
            "numbers_shown": [row.number_shown for row in ordered],
            "decided_on": [row.decided_on for row in ordered],
            "subject_indexes": [row.subject_index for row in ordered],
            "typed_numbers": [row.typed_number for row in ordered],
            "other_indexes": [row.other_index for row in ordered],
            "person_indexes": [row.person_index for row in ordered],
            "sealed": [row.sealed for row in ordered],
            "facts": orjson.dumps([row.facts for row in ordered], default=dict).decode(),
            "beneficiaries": [row.beneficiary for row in ordered],
            "statuses": [row.status.value for row in ordered],
            "now": now,
        },
    )
    return {
        (str(row.provider), str(row.kind), str(row.number)): int(row.obligation_id) for row in found
    }


def obligations_by_key(tx: Tx, keys: Collection[Key]) -> dict[Key, Obligation]:
    """Return the obligations kept under these keys."""
    if not keys:
        return {}
    wanted = tuple_(t.c.provider, t.c.kind, t.c.number).in_(sorted(keys))
    kept = _with_paid(tx, tx.execute(select(t).where(wanted)).all())
    return {(each.provider, each.kind, each.number): each for each in kept}


def obligations_by_id(tx: Tx, obligation_ids: Collection[int]) -> dict[int, Obligation]:
    """Return the obligations that have these ids."""
    found = tx.exec_driver_sql(_BY_ID, {"ids": sorted(obligation_ids)}).all()
    return {each.obligation_id: each for each in _with_paid(tx, found)}


def candidates(
    tx: Tx,
    *,
    number: str,
    decided_on: date | None,
    undated: Collection[str],
    candidates_max: int,
) -> list[tuple[int, bytes, bytes | None]]:
    """Return id and both indexes of what has this number and date; nothing else of the row.

    Without a date, kinds that are `undated` are found whatever theirs is.
    """
    whatever_date = t.c.kind.in_(sorted(undated)) if decided_on is None else false()
    found = tx.execute(
        select(t.c.obligation_id, t.c.subject_index, t.c.other_index)
        .where(
            or_(t.c.number == number, t.c.typed_number == number),
            or_(t.c.decided_on.is_not_distinct_from(decided_on), whatever_date),
            t.c.subject_index.is_not(None),
        )
        .order_by(t.c.obligation_id)
        .limit(candidates_max)
    )
    return [
        (int(row.obligation_id), bytes(row.subject_index), _bytes(row.other_index)) for row in found
    ]


def confirm(tx: Tx, obligation_ids: Collection[int], *, now: datetime) -> None:
    """Note that their provider said again that this is what is owed."""
    if obligation_ids:
        tx.exec_driver_sql(_CONFIRM, {"ids": sorted(obligation_ids), "now": now})


def _with_paid(tx: Tx, rows: Sequence[Row[Any]]) -> list[Obligation]:
    """Return obligations with what is kept for them and for those they took the place of."""
    if not rows:
        return []
    taken: dict[int, list[Taken]] = {}
    for row in tx.exec_driver_sql(_PAID, {"ids": [int(row.obligation_id) for row in rows]}):
        part = PaidPart(str(row.part), Money(int(row.amount_vnd)), row.priced_on)
        taken.setdefault(int(row.counts_for), []).append(Taken(int(row.capture_id), part))
    given: dict[int, list[GivenBack]] = {}
    # Most are asked for before anybody paid: nothing can have gone back.
    for row in tx.exec_driver_sql(_GIVEN_BACK, {"ids": list(taken)}) if taken else ():
        back = GivenBack(int(row.capture_id), Money(int(row.amount_vnd)), row.given_back_on)
        given.setdefault(int(row.counts_for), []).append(back)
    paid = {key: kept_parts(each, given.get(key, ())) for key, each in taken.items()}
    return [_obligation(row, paid=paid.get(int(row.obligation_id), ())) for row in rows]


def _bytes(value: bytes | None) -> bytes | None:
    return None if value is None else bytes(value)


def _obligation(row: Row[Any], *, paid: tuple[PaidPart, ...]) -> Obligation:
    facts: dict[str, object] = row.facts
    return Obligation(
        obligation_id=int(row.obligation_id),
        provider=str(row.provider),
        kind=str(row.kind),
        number=str(row.number),
        number_shown=str(row.number_shown),
        decided_on=row.decided_on,
        subject_index=_bytes(row.subject_index),
        sealed=_bytes(row.sealed),
        facts=facts,
        beneficiary=str(row.beneficiary),
        status=ObligationStatus(row.status),
        pushed_at=row.pushed_at,
        other_index=_bytes(row.other_index),
        person_index=_bytes(row.person_index),
        version=int(row.version),
        changed_at=row.changed_at,
        confirmed_at=row.confirmed_at,
        successor_id=None if row.successor_id is None else int(row.successor_id),
        paid=paid,
    )
