"""A gateway gave a payer the money back: it owes us less, and we owe the payer nothing.

Closes `duplicate_payment`, and whatever else was found to be owed back.
"""

from datetime import date

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry, Transfer, require_batch
from ledger.money import Money


def refunded(
    *,
    key: str,
    gateway: str,
    business_date: date,
    source: str,
    batch: str,
    amount: Money,
) -> Entry:
    """Return the amount as paid back.

    `batch` is the one whose money the gateway gave: that of the surplus itself while it still has
    it, else the one it kept the refund from.

    Raises:
        ValueError: the batch is another gateway's.
    """
    require_batch(batch, gateway=gateway, beneficiary=None)
    return Entry(
        movement="refunded",
        key=key,
        business_date=business_date,
        source=source,
        transfers=(
            Transfer(
                debit=Account(AccountKind.REFUND_PAYABLE, gateway),
                credit=Account(AccountKind.RECEIVABLE, gateway),
                amount=amount,
                batch=batch,
            ),
        ),
    )
