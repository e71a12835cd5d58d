"""Payments and their lines in and out of the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, func, or_, select, update

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.payment import Payment, PaymentLine
from payments.postgres.columns import json_list
from payments.postgres.tables import obligation_lock, payment, payment_line
from payments.states import PaymentState

_IN_THE_WAY: Final = (
    PaymentState.CREATED,
    PaymentState.PENDING,
    PaymentState.UNKNOWN,
    PaymentState.HELD,
)

_LOCK: Final = """
SELECT * FROM payments.payment WHERE payment_id = ANY(%(ids)s::bigint[])
ORDER BY payment_id
FOR NO KEY UPDATE
"""

_INSERT: Final = """
WITH opened AS (
    INSERT INTO payments.payment (
        number, handle_hash, state, version, amount_vnd, priced_on, language, client, created_at,
        expires_at, metadata, return_url
    )
    SELECT * FROM ROWS FROM (
        unnest(
            %(numbers)s::text[], %(handle_hashes)s::bytea[], %(states)s::text[],
            %(versions)s::integer[], %(amounts)s::bigint[], %(priced_on)s::date[],
            %(languages)s::text[], %(clients)s::text[], %(created_at)s::timestamptz[],
            %(expires_at)s::timestamptz[]
        ),
        jsonb_array_elements(%(metadata)s::jsonb),
        unnest(%(return_urls)s::text[])
    )
    ON CONFLICT DO NOTHING
    RETURNING payment_id, number, created_at
), lines AS (
    INSERT INTO payments.payment_line (
        payment_id, ordinal, obligation_id, part, amount_vnd, beneficiary, budget, explanation,
        obligation_version, captures_before
    )
    SELECT opened.payment_id, line.ordinal, line.obligation_id, line.part, line.amount_vnd,
        line.beneficiary, line.budget, line.explanation, line.obligation_version,
        line.captures_before
    FROM ROWS FROM (
        unnest(
            %(line_numbers)s::text[], %(line_ordinals)s::integer[], %(line_obligations)s::bigint[],
            %(line_parts)s::text[], %(line_amounts)s::bigint[], %(line_beneficiaries)s::text[]
        ),
        jsonb_array_elements(%(line_budgets)s::jsonb),
        jsonb_array_elements(%(line_explanations)s::jsonb),
        unnest(%(line_versions)s::integer[], %(line_captures_before)s::integer[])
    ) AS line (
        number, ordinal, obligation_id, part, amount_vnd, beneficiary, budget, explanation,
        obligation_version, captures_before
    )
    JOIN opened USING (number)
), held AS (
    INSERT INTO payments.obligation_lock (obligation_id, payment_id, locked_at)
    SELECT DISTINCT line.obligation_id, opened.payment_id, opened.created_at
    FROM unnest(%(line_numbers)s::text[], %(line_obligations)s::bigint[])
        AS line (number, obligation_id)
    JOIN opened USING (number)
)
SELECT number, payment_id FROM opened
"""

_IN_THE_WAY_OF: Final = """
WITH meant AS (
    SELECT line.obligation_id, line.payment_id FROM payments.payment_line AS line
    WHERE line.obligation_id = ANY(%(ids)s::bigint[])
    UNION
    SELECT lock.obligation_id, lock.payment_id FROM payments.obligation_lock AS lock
    WHERE lock.obligation_id = ANY(%(ids)s::bigint[])
)
SELECT meant.obligation_id AS wanted_id, payment.*
FROM meant JOIN payments.payment ON payment.payment_id = meant.payment_id
WHERE payment.state = ANY(%(states)s::text[])
ORDER BY payment.payment_id, meant.obligation_id
"""


def insert_payments(tx: Tx, new: Sequence[tuple[Payment, bytes]]) -> dict[str, Payment]:
    """Keep new payments with their lines, each with the hash of its handle; return them by number.

    Their obligations are locked and nobody else's, and are held from here on. Left out are those
    whose number or handle is taken.
    """
    if not new:
        return {}
    payments = [payment for payment, _ in new]
    lines = [(payment.number, line) for payment in payments for line in payment.lines]
    rows = tx.exec_driver_sql(
        _INSERT,
        {
            "numbers": [each.number for each in payments],
            "handle_hashes": [handle_hash for _, handle_hash in new],
            "states": [each.state.value for each in payments],
            "versions": [each.version for each in payments],
            "amounts": [each.amount.vnd for each in payments],
            "priced_on": [each.priced_on for each in payments],
            "languages": [each.language for each in payments],
            "clients": [each.client for each in payments],
            "created_at": [each.created_at for each in payments],
            "expires_at": [each.expires_at for each in payments],
            "metadata": json_list(each.metadata for each in payments),
            "return_urls": [each.return_url for each in payments],
            "line_numbers": [number for number, _ in lines],
            "line_ordinals": [line.ordinal for _, line in lines],
            "line_obligations": [line.obligation_id for _, line in lines],
            "line_parts": [line.part for _, line in lines],
            "line_amounts": [line.amount.vnd for _, line in lines],
            "line_beneficiaries": [line.beneficiary for _, line in lines],
            "line_budgets": json_list(line.budget for _, line in lines),
            "line_explanations": json_list(line.explanation for _, line in lines),
            "line_versions": [line.obligation_version for _, line in lines],
            "line_captures_before": [line.captures_before for _, line in lines],
        },
    )
    ids = {str(row.number): int(row.payment_id) for row in rows}
    return {
        each.number: replace(each, payment_id=ids[each.number])
        for each in payments
        if each.number in ids
    }


def in_the_way_of(tx: Tx, obligation_ids: Collection[int]) -> list[tuple[int, Payment]]:
    """Return each of these obligations with a payment that may still pay it, oldest first.

    The payments come without lines; one of what an obligation took the place of is one of its own.
    """
    rows = tx.exec_driver_sql(
        _IN_THE_WAY_OF,
        {"ids": list(obligation_ids), "states": [state.value for state in _IN_THE_WAY]},
    )
    return [(int(row.wanted_id), payment_from(row, ())) for row in rows]


def by_number(tx: Tx, number: str) -> Payment | None:
    """Return the payment with this public number."""
    return _one(tx, payment.c.number == number)


def by_handle_hash(tx: Tx, handle_hash: bytes) -> Payment | None:
    """Return the payment whose secret handle has this hash."""
    return _one(tx, payment.c.handle_hash == handle_hash)


def by_id(tx: Tx, payment_id: int) -> Payment | None:
    """Return the payment with this id."""
    return _one(tx, payment.c.payment_id == payment_id)


def lock_payments(
    tx: Tx, payment_ids: Collection[int], *, lines: Mapping[int, Sequence[PaymentLine]]
) -> dict[int, Payment]:
    """Lock payments in the order of their ids; their lines are those given, none if missing."""
    found = tx.exec_driver_sql(_LOCK, {"ids": list(payment_ids)})
    return {
        int(row.payment_id): payment_from(row, lines.get(int(row.payment_id), ())) for row in found
    }


def keep_cancelled(tx: Tx, cancelled: Payment) -> None:
    """Keep when a locked payment was cancelled."""
    tx.execute(
        update(payment)
        .where(payment.c.payment_id == cancelled.payment_id)
        .values(cancel_asked_at=cancelled.cancel_asked_at)
    )


def in_the_way(tx: Tx, obligation_ids: Collection[int]) -> list[Payment]:
    """Return payments of these obligations that may still be paid, oldest first, without lines.

    A payment of what one of them took the place of is one of them.
    """
    wanted = sorted(obligation_ids)
    meant = select(payment_line.c.payment_id).where(payment_line.c.obligation_id.in_(wanted))
    holding = select(obligation_lock.c.payment_id).where(
        obligation_lock.c.obligation_id.in_(wanted)
    )
    found = tx.execute(
        select(payment)
        .where(
            or_(payment.c.payment_id.in_(meant), payment.c.payment_id.in_(holding)),
            payment.c.state.in_([state.value for state in _IN_THE_WAY]),
        )
        .order_by(payment.c.payment_id)
    )
    return [payment_from(row, ()) for row in found]


def past_their_time(tx: Tx, *, now: datetime, payments_max: int) -> list[int]:
    """Return the ids of payments whose time is over and that no gateway may still take."""
    found = tx.scalars(
        select(payment.c.payment_id)
        .where(
            payment.c.state.in_([PaymentState.CREATED.value, PaymentState.FAILED.value]),
            payment.c.expires_at <= now,
        )
        .order_by(payment.c.expires_at)
        .limit(payments_max)
    )
    return [int(payment_id) for payment_id in found]


def count_by_state(tx: Tx) -> dict[PaymentState, int]:
    """Return how many payments stand in each state that has any."""
    found = tx.execute(select(payment.c.state, func.count()).group_by(payment.c.state))
    return {PaymentState(state): int(count) for state, count in found}


def payment_from(row: Row[Any], lines: Sequence[PaymentLine]) -> Payment:
    """Return the payment a row holds, with these lines."""
    return Payment(
        payment_id=int(row.payment_id),
        number=str(row.number),
        state=PaymentState(row.state),
        version=int(row.version),
        amount=Money(int(row.amount_vnd)),
        priced_on=row.priced_on,
        language=str(row.language),
        client=str(row.client),
        created_at=row.created_at,
        expires_at=row.expires_at,
        paid_at=row.paid_at,
        lines=tuple(lines),
        metadata=row.metadata,
        return_url=str(row.return_url),
        cancel_asked_at=row.cancel_asked_at,
    )


def _one(tx: Tx, where: ColumnElement[bool]) -> Payment | None:
    row = tx.execute(select(payment).where(where)).one_or_none()
    if row is None:
        return None
    lines = tx.execute(
        select(payment_line)
        .where(payment_line.c.payment_id == row.payment_id)
        .order_by(payment_line.c.ordinal)
    )
    return payment_from(row, [_line(each) for each in lines])


def _line(row: Row[Any]) -> PaymentLine:
    return PaymentLine(
        ordinal=int(row.ordinal),
        obligation_id=int(row.obligation_id),
        part=str(row.part),
        amount=Money(int(row.amount_vnd)),
        beneficiary=str(row.beneficiary),
        budget=row.budget,
        explanation=row.explanation,
        obligation_version=int(row.obligation_version),
        captures_before=int(row.captures_before),
    )
