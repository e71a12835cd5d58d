"""The beneficiary's statement shows the money: what we owed has arrived."""

from datetime import date

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry, Transfer, require_batch
from ledger.money import Money


def credited(
    *,
    key: str,
    gateway: str,
    business_date: date,
    source: str,
    beneficiary: str,
    batch: str,
    amount: Money,
) -> Entry:
    """Return the amount as no longer owed and no longer in transit.

    Raises:
        ValueError: the batch is another gateway's or beneficiary's.
    """
    require_batch(batch, gateway=gateway, beneficiary=beneficiary)
    return Entry(
        movement="credited",
        key=key,
        business_date=business_date,
        source=source,
        transfers=(
            Transfer(
                debit=Account(AccountKind.PAYABLE, beneficiary),
                credit=Account(AccountKind.IN_TRANSIT, gateway),
                amount=amount,
                batch=batch,
            ),
        ),
    )
