"""A gateway keeps a refund it gave from what it passes on: it owes us no less than before.

Follows `refunded`, which took the sum off its debt; the mirror of `settled`, without a fee.
"""

from datetime import date

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry, Transfer, require_batch
from ledger.money import Money


def withheld(
    *,
    key: str,
    gateway: str,
    business_date: date,
    source: str,
    batch: str,
    amount: Money,
) -> Entry:
    """Return the amount as not on its way; `batch` is that of the money that went back.

    Raises:
        ValueError: the batch is another gateway's.
    """
    require_batch(batch, gateway=gateway, beneficiary=None)
    return Entry(
        movement="withheld",
        key=key,
        business_date=business_date,
        source=source,
        transfers=(
            Transfer(
                debit=Account(AccountKind.RECEIVABLE, gateway),
                credit=Account(AccountKind.IN_TRANSIT, gateway),
                amount=amount,
                batch=batch,
            ),
        ),
    )
