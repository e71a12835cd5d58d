"""A gateway reports that it passed a batch on, and what it kept as its fee."""

from datetime import date

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry, Transfer, require_batch
from ledger.money import ZERO, Money


def settled(
    *,
    key: str,
    gateway: str,
    business_date: date,
    source: str,
    beneficiary: str,
    batch: str,
    gross: Money,
    fee: Money,
) -> Entry:
    """Return the net as in transit and the fee as spent; both leave what the gateway owes.

    `batch` is that of the capture, so that the gateway's debt for it returns to zero.

    Raises:
        ValueError: the fee is below zero or above the gross amount, or the batch is another's.
    """
    require_batch(batch, gateway=gateway, beneficiary=beneficiary)
    if not ZERO <= fee <= gross:
        msg = f"a fee of {fee.vnd} cannot be kept from {gross.vnd} dong"
        raise ValueError(msg)
    receivable = Account(AccountKind.RECEIVABLE, gateway)
    parts = (
        (Account(AccountKind.IN_TRANSIT, gateway), gross - fee),
        (Account(AccountKind.GATEWAY_FEE, gateway), fee),
    )
    return Entry(
        movement="settled",
        key=key,
        business_date=business_date,
        source=source,
        transfers=tuple(
            Transfer(debit=account, credit=receivable, amount=amount, batch=batch)
            for account, amount in parts
            if amount.is_positive
        ),
    )
