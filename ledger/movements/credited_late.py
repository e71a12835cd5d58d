"""The beneficiary's statement shows money that was overdue: what we owed has arrived after all.

Closes `missing_at_bank`.
"""

from datetime import date

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry, Transfer, require_batch
from ledger.money import Money


def credited_late(
    *,
    key: str,
    gateway: str,
    business_date: date,
    source: str,
    beneficiary: str,
    batch: str,
    amount: Money,
) -> Entry:
    """Return the amount as no longer owed and no longer overdue.

    Raises:
        ValueError: the batch is another gateway's or beneficiary's.
    """
    require_batch(batch, gateway=gateway, beneficiary=beneficiary)
    return Entry(
        movement="credited_late",
        key=key,
        business_date=business_date,
        source=source,
        transfers=(
            Transfer(
                debit=Account(AccountKind.PAYABLE, beneficiary),
                credit=Account(AccountKind.OVERDUE, gateway),
                amount=amount,
                batch=batch,
            ),
        ),
    )
