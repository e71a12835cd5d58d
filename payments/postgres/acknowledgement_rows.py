"""Signed acknowledgements in and out of the database; none is ever changed, some are ended."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, insert, select

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.acknowledgement import SignedAcknowledgement
from payments.postgres.paper_tables import acknowledgement_turn as turned
from payments.postgres.tables import acknowledgement as t
from payments.proven import AcknowledgementTurn, Ended, Proven, proven
from payments.revocations import Revocation

_INSERT: Final = """
INSERT INTO payments.acknowledgement (
    number, payment_id, payload, signature, key_id, issued_at
)
SELECT *, %(now)s::timestamptz FROM unnest(
    %(numbers)s::text[], %(payments)s::bigint[], %(payloads)s::bytea[], %(signatures)s::bytea[],
    %(key_ids)s::text[]
)
"""


def insert_acknowledgements(
    tx: Tx, signed: Mapping[int, SignedAcknowledgement], *, now: datetime
) -> None:
    """Keep proofs by the id of their payment; a payment has one, for ever."""
    if not signed:
        return
    tx.exec_driver_sql(
        _INSERT,
        {
            "numbers": [each.number for each in signed.values()],
            "payments": list(signed),
            "payloads": [each.payload for each in signed.values()],
            "signatures": [each.signature for each in signed.values()],
            "key_ids": [each.key_id for each in signed.values()],
            "now": now,
        },
    )


def of_payment(tx: Tx, payment_id: int) -> SignedAcknowledgement | None:
    """Return the first proof of a payment, None while it has none."""
    row = tx.execute(select(t).where(t.c.payment_id == payment_id)).one_or_none()
    return None if row is None else _signed(row)


def by_number(tx: Tx, number: str) -> SignedAcknowledgement | None:
    """Return the proof with this number, ended or not, None when there is none."""
    row = tx.execute(select(t).where(t.c.number == number)).one_or_none()
    if row is None:
        row = tx.execute(select(turned).where(turned.c.number == number)).one_or_none()
    return None if row is None else _signed(row)


def payment_of(tx: Tx, number: str) -> int | None:
    """Return the id of the payment that a proof of this number, ended or not, is of."""
    first = tx.scalar(select(t.c.payment_id).where(t.c.number == number))
    found = first or tx.scalar(select(turned.c.payment_id).where(turned.c.number == number))
    return None if found is None else int(found)


def keep_ended(tx: Tx, payment_id: int, ended: Ended, *, version: int) -> None:
    """Keep that a proof ended, and the one in its place, which is the payment's `version`th."""
    new = ended.successor
    tx.execute(
        insert(turned).values(
            payment_id=payment_id,
            version=version,
            turn=ended.turn.value,
            ended_number=ended.number,
            refund_number=ended.refund_number,
            kept_vnd=ended.kept.vnd,
            at=ended.at,
            number=None if new is None else new.number,
            payload=None if new is None else new.payload,
            signature=None if new is None else new.signature,
            key_id=None if new is None else new.key_id,
        )
    )


def proven_of(tx: Tx, payment_id: int) -> Proven | None:
    """Return the proof of a payment as it stands, None while it has none."""
    first = of_payment(tx, payment_id)
    return None if first is None else proven(first, ended_of(tx, payment_id))


def ended_of(tx: Tx, payment_id: int) -> tuple[Ended, ...]:
    """Return what became of the proofs of a payment, oldest first; the last says what counts."""
    found = tx.execute(
        select(turned).where(turned.c.payment_id == payment_id).order_by(turned.c.version)
    )
    return tuple(_ended(row) for row in found)


def revocations(tx: Tx, *, revocations_max: int) -> list[Revocation]:
    """Return which proofs count no more, oldest first, at most so many."""
    found = tx.execute(
        select(turned.c.ended_number, turned.c.turn, turned.c.at, turned.c.number)
        .order_by(turned.c.at, turned.c.ended_number)
        .limit(revocations_max)
    )
    return [
        Revocation(
            number=str(row.ended_number),
            turn=AcknowledgementTurn(row.turn),
            at=row.at,
            replaced_by=None if row.number is None else str(row.number),
        )
        for row in found
    ]


def _ended(row: Row[Any]) -> Ended:
    return Ended(
        number=str(row.ended_number),
        turn=AcknowledgementTurn(row.turn),
        refund_number=str(row.refund_number),
        kept=Money(int(row.kept_vnd)),
        at=row.at,
        successor=None if row.number is None else _signed(row),
    )


def _signed(row: Row[Any]) -> SignedAcknowledgement:
    return SignedAcknowledgement(
        number=str(row.number),
        payload=bytes(row.payload),
        signature=bytes(row.signature),
        key_id=str(row.key_id),
    )
