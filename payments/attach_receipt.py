"""Attach the receipt an agency issued to the payment it is for."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.errors import InputRefused, NotFound
from payments.obligation import normalised_number
from payments.personal_data import NONCE_BYTES, PersonalDataKeys, seal
from payments.postgres import payment_rows, state_receipt_rows
from payments.postgres.authority_rows import authority_of
from payments.state_receipt import (
    AttachedReceipt,
    Receipt,
    check_receipt,
    digest_of,
    place_of,
    read_payer,
)
from payments.vietnam_time import vietnam_date


@dataclass(frozen=True, slots=True)
class ReceiptFor:
    """What a receipt is for: an obligation of one authority, paid by one payment.

    `payer` is whom the receipt names, which is sealed.
    """

    authority: str
    payment_number: str
    obligation_number: str
    receipt: Receipt
    payer: Mapping[str, str]


def attach_receipt(
    tx: Tx, partner: str, new: ReceiptFor, *, keys: PersonalDataKeys, now: datetime
) -> AttachedReceipt:
    """Keep a receipt of an authority this partner speaks for; the same again changes nothing.

    All receipts of an obligation that are not cancelled come to what was paid for it; one that
    makes them come to anything else says why.

    Raises:
        NotFound: the partner does not speak for the authority, or the payment did not pay it
            anything of this number.
        InputRefused: the receipt cannot be right, or its name is that of another.
    """
    if authority_of(tx, partner, code=new.authority, locked=True) is None:
        raise NotFound(new.authority)
    paid = state_receipt_rows.paid_lines(
        tx,
        number=normalised_number(new.obligation_number),
        payment_number=new.payment_number,
        authority=new.authority,
    )
    payment = payment_rows.by_number(tx, new.payment_number)
    if not paid or payment is None:
        raise NotFound(new.payment_number)
    if len(paid) > 1:
        raise InputRefused(field="obligation", reason="is several in this payment; none is meant")
    ((obligation_id, amount),) = paid.items()
    called, place = new.receipt.called, (payment.payment_id, obligation_id)
    kept = state_receipt_rows.by_name(tx, called)
    if kept is None:
        # The lock on the authority lets one receipt after another be counted.
        _insert(tx, new, place=place, paid=amount, keys=keys, now=now)
        kept = state_receipt_rows.by_name(tx, called)
        assert kept is not None, "what was kept is kept"
    is_same = (kept.payment_id, kept.obligation_id, kept.authority) == (*place, new.authority)
    if not is_same or digest_of(kept.receipt) != digest_of(new.receipt):
        raise InputRefused(field="number", reason="is that of another receipt known here")
    return kept


def _insert(
    tx: Tx,
    new: ReceiptFor,
    *,
    place: tuple[int, int],
    paid: Money,
    keys: PersonalDataKeys,
    now: datetime,
) -> None:
    payment_id, obligation_id = place
    attached = state_receipt_rows.attached_sum(
        tx, payment_id=payment_id, obligation_id=obligation_id
    )
    check_receipt(new.receipt, paid=paid, today=vietnam_date(now), attached=attached)
    payer = read_payer(new.payer)
    called_at = place_of(new.receipt.called)
    nonce = secrets.token_bytes(NONCE_BYTES)
    state_receipt_rows.insert_receipt(
        tx,
        new.receipt,
        payment_id=payment_id,
        obligation_id=obligation_id,
        authority=new.authority,
        payer=seal(keys, payer, place=called_at, nonce=nonce) if payer else None,
        now=now,
    )
