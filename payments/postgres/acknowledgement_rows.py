"""Signed acknowledgements in and out of the database; none is ever changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select

from ledger.postgres.transaction import Tx
from payments.acknowledgement import SignedAcknowledgement
from payments.postgres.tables import acknowledgement as t


def insert_acknowledgements(
    tx: Tx, signed: Mapping[int, SignedAcknowledgement], *, now: datetime
) -> None:
    """Keep proofs by the id of their payment; a payment has one, for ever."""
    if not signed:
        return
    tx.execute(
        insert(t),
        [
            {
                "number": each.number,
                "payment_id": payment_id,
                "payload": each.payload,
                "signature": each.signature,
                "key_id": each.key_id,
                "issued_at": now,
            }
            for payment_id, each in sorted(signed.items())
        ],
    )


def of_payment(tx: Tx, payment_id: int) -> SignedAcknowledgement | None:
    """Return the proof of a payment, None while it has none."""
    row = tx.execute(select(t).where(t.c.payment_id == payment_id)).one_or_none()
    return None if row is None else _signed(row)


def by_number(tx: Tx, number: str) -> SignedAcknowledgement | None:
    """Return the proof with this number, None when there is none."""
    row = tx.execute(select(t).where(t.c.number == number)).one_or_none()
    return None if row is None else _signed(row)


def _signed(row: Row[Any]) -> SignedAcknowledgement:
    return SignedAcknowledgement(
        number=str(row.number),
        payload=bytes(row.payload),
        signature=bytes(row.signature),
        key_id=str(row.key_id),
    )
