"""Money passed on has not arrived in time: it is no longer on its way, it is overdue.

Raises `missing_at_bank`.
"""

from datetime import date

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry, Transfer, require_batch
from ledger.money import Money


def delayed(
    *,
    key: str,
    gateway: str,
    business_date: date,
    source: str,
    batch: str,
    amount: Money,
) -> Entry:
    """Return the amount as overdue.

    Raises:
        ValueError: the batch is another gateway's.
    """
    require_batch(batch, gateway=gateway, beneficiary=None)
    return Entry(
        movement="delayed",
        key=key,
        business_date=business_date,
        source=source,
        transfers=(
            Transfer(
                debit=Account(AccountKind.OVERDUE, gateway),
                credit=Account(AccountKind.IN_TRANSIT, gateway),
                amount=amount,
                batch=batch,
            ),
        ),
    )
