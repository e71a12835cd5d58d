"""Payments and their lines in and out of the database."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, func, or_, select

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.payment import Payment, PaymentLine
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
    VALUES (
        %(number)s, %(handle_hash)s, %(state)s, %(version)s, %(amount_vnd)s, %(priced_on)s,
        %(language)s, %(client)s, %(created_at)s, %(expires_at)s,
        %(metadata)s::jsonb, %(return_url)s
    )
    ON CONFLICT DO NOTHING
    RETURNING payment_id, created_at
), lines AS (
    INSERT INTO payments.payment_line (
        payment_id, ordinal, obligation_id, part, amount_vnd, beneficiary, budget, explanation,
        obligation_version, captures_before
    )
    SELECT opened.payment_id, line.*
    FROM opened, unnest(
        %(ordinals)s::integer[], %(obligations)s::bigint[], %(parts)s::text[],
        %(amounts)s::bigint[], %(beneficiaries)s::text[], %(budgets)s::jsonb[],
        %(explanations)s::jsonb[], %(obligation_versions)s::integer[],
        %(captures_before)s::integer[]
    ) AS line
), held AS (
    INSERT INTO payments.obligation_lock (obligation_id, payment_id, locked_at)
    SELECT DISTINCT line.obligation_id, opened.payment_id, opened.created_at
    FROM opened, unnest(%(obligations)s::bigint[]) AS line (obligation_id)
)
SELECT payment_id FROM opened
"""


def insert_payment(tx: Tx, new: Payment, *, handle_hash: bytes) -> int | None:
    """Keep a new payment with its lines, holding its obligations, and return its id.

    None when its number or handle is taken. The obligations are locked and nobody else's.
    """
    payment_id = tx.exec_driver_sql(
        _INSERT,
        {
            "number": new.number,
            "handle_hash": handle_hash,
            "state": new.state.value,
            "version": new.version,
            "amount_vnd": new.amount.vnd,
            "priced_on": new.priced_on,
            "language": new.language,
            "client": new.client,
            "created_at": new.created_at,
            "expires_at": new.expires_at,
            "metadata": json.dumps(dict(new.metadata)),
            "return_url": new.return_url,
            "ordinals": [line.ordinal for line in new.lines],
            "obligations": [line.obligation_id for line in new.lines],
            "parts": [line.part for line in new.lines],
            "amounts": [line.amount.vnd for line in new.lines],
            "beneficiaries": [line.beneficiary for line in new.lines],
            "budgets": [json.dumps(dict(line.budget)) for line in new.lines],
            "explanations": [json.dumps(dict(line.explanation)) for line in new.lines],
            "obligation_versions": [line.obligation_version for line in new.lines],
            "captures_before": [line.captures_before for line in new.lines],
        },
    ).scalar_one_or_none()
    return None if payment_id is None else int(payment_id)


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
    return {int(row.payment_id): _payment(row, lines.get(int(row.payment_id), ())) for row in found}


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
    return [_payment(row, ()) for row in found]


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


def _one(tx: Tx, where: ColumnElement[bool]) -> Payment | None:
    row = tx.execute(select(payment).where(where)).one_or_none()
    if row is None:
        return None
    lines = tx.execute(
        select(payment_line)
        .where(payment_line.c.payment_id == row.payment_id)
        .order_by(payment_line.c.ordinal)
    )
    return _payment(row, [_line(each) for each in lines])


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


def _payment(row: Row[Any], lines: Sequence[PaymentLine]) -> Payment:
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
