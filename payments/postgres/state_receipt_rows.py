"""Receipts of agencies in and out of the database; a cancelled one is kept."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, func, insert, select

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.postgres.paper_tables import state_receipt as t
from payments.postgres.paper_tables import state_receipt_cancelled as cancelled
from payments.postgres.tables import obligation, payment, payment_line
from payments.state_receipt import (
    AttachedReceipt,
    Receipt,
    ReceiptLine,
    ReceiptName,
    ReceiptSort,
    digest_of,
)

RECEIPTS_MAX: Final = 50
"""More receipts of one payment than anybody should ever see."""

_INSERT: Final = """
INSERT INTO payments.state_receipt (
    payment_id, obligation_id, authority, sort, template, series, number, tax_id, name,
    organisation, address, lines, amount_vnd, amount_words, issued_on, difference_reason, link,
    document, payer, digest, attached_at
)
VALUES (
    %(payment)s, %(obligation)s, %(authority)s, %(sort)s, %(template)s, %(series)s, %(number)s,
    %(tax_id)s, %(name)s, %(organisation)s, %(address)s, %(lines)s::jsonb, %(amount)s, %(words)s,
    %(issued_on)s, %(difference)s, %(link)s, %(document)s, %(payer)s, %(digest)s, %(now)s
)
ON CONFLICT ON CONSTRAINT state_receipt_once DO NOTHING
RETURNING receipt_id
"""


def paid_lines(tx: Tx, *, number: str, payment_number: str, authority: str) -> Mapping[int, Money]:
    """Return what a payment paid, by obligation, for those of this number and authority.

    Empty where it does not pay any, or is not paid itself.
    """
    found = tx.execute(
        select(payment_line.c.obligation_id, func.sum(payment_line.c.amount_vnd).label("paid_vnd"))
        .join(payment, payment.c.payment_id == payment_line.c.payment_id)
        .join(obligation, obligation.c.obligation_id == payment_line.c.obligation_id)
        .where(
            payment.c.number == payment_number,
            payment.c.paid_at.is_not(None),
            obligation.c.number == number,
            obligation.c.provider == authority,
        )
        .group_by(payment_line.c.obligation_id)
    )
    return {int(row.obligation_id): Money(int(row.paid_vnd)) for row in found}


def attached_sum(tx: Tx, *, payment_id: int, obligation_id: int) -> Money:
    """Return what the receipts of one obligation of a payment come to, cancelled ones apart."""
    found = tx.execute(
        select(func.coalesce(func.sum(t.c.amount_vnd), 0))
        .outerjoin(cancelled, cancelled.c.receipt_id == t.c.receipt_id)
        .where(
            t.c.payment_id == payment_id,
            t.c.obligation_id == obligation_id,
            cancelled.c.receipt_id.is_(None),
        )
    )
    return Money(int(found.scalar_one()))


def insert_receipt(
    tx: Tx,
    receipt: Receipt,
    *,
    payment_id: int,
    obligation_id: int,
    authority: str,
    payer: bytes | None,
    now: datetime,
) -> bool:
    """Keep a receipt; False when one of its name is there already."""
    called = receipt.called
    made = tx.exec_driver_sql(
        _INSERT,
        {
            "payment": payment_id,
            "obligation": obligation_id,
            "authority": authority,
            "sort": receipt.sort.value,
            "template": called.template,
            "series": called.series,
            "number": called.number,
            "tax_id": called.tax_id,
            "name": receipt.name,
            "organisation": receipt.organisation,
            "address": receipt.address,
            "lines": json.dumps(
                [{"name": line.name, "amount_vnd": line.amount.vnd} for line in receipt.lines]
            ),
            "amount": receipt.amount.vnd,
            "words": receipt.amount_words,
            "issued_on": receipt.issued_on,
            "difference": receipt.difference_reason,
            "link": receipt.link,
            "document": receipt.document,
            "payer": payer,
            "digest": digest_of(receipt),
            "now": now,
        },
    )
    return made.scalar_one_or_none() is not None


def insert_cancelled(tx: Tx, receipt_id: int, *, reason: str, now: datetime) -> None:
    """Keep that a receipt was cancelled."""
    tx.execute(insert(cancelled).values(receipt_id=receipt_id, reason=reason, cancelled_at=now))


def by_name(tx: Tx, called: ReceiptName) -> AttachedReceipt | None:
    """Return the receipt of this name, None when there is none."""
    found = _select(
        tx,
        t.c.tax_id == called.tax_id,
        t.c.template == called.template,
        t.c.series == called.series,
        t.c.number == called.number,
    )
    return found[0] if found else None


def by_id(tx: Tx, receipt_id: int) -> AttachedReceipt | None:
    """Return the receipt with this number of ours, None when there is none."""
    found = _select(tx, t.c.receipt_id == receipt_id)
    return found[0] if found else None


def of_payment(tx: Tx, payment_id: int) -> tuple[AttachedReceipt, ...]:
    """Return the receipts of a payment, oldest first."""
    return _select(tx, t.c.payment_id == payment_id)


def _select(tx: Tx, *where: ColumnElement[bool]) -> tuple[AttachedReceipt, ...]:
    found = tx.execute(
        select(t, cancelled.c.cancelled_at, cancelled.c.reason)
        .outerjoin(cancelled, cancelled.c.receipt_id == t.c.receipt_id)
        .where(*where)
        .order_by(t.c.receipt_id)
        .limit(RECEIPTS_MAX)
    )
    return tuple(_attached(row) for row in found)


def _attached(row: Row[Any]) -> AttachedReceipt:
    return AttachedReceipt(
        receipt_id=int(row.receipt_id),
        authority=str(row.authority),
        payment_id=int(row.payment_id),
        obligation_id=int(row.obligation_id),
        receipt=Receipt(
            sort=ReceiptSort(row.sort),
            called=ReceiptName(
                str(row.tax_id), str(row.template), str(row.series), int(row.number)
            ),
            name=str(row.name),
            organisation=str(row.organisation),
            address=str(row.address),
            lines=tuple(
                ReceiptLine(str(line["name"]), Money(int(line["amount_vnd"]))) for line in row.lines
            ),
            amount_words=str(row.amount_words),
            issued_on=row.issued_on,
            difference_reason=str(row.difference_reason),
            link=str(row.link),
            document=None if row.document is None else bytes(row.document),
        ),
        attached_at=row.attached_at,
        cancelled_at=row.cancelled_at,
        cancel_reason=str(row.reason or ""),
    )
