"""A gateway takes back what it passed on long ago: somebody has the money and owes it.

Raises `reversed` (a chargeback). The gateway keeps the amount from a later batch, so that batch
arrives short, until the party makes it good, or the claim is dropped or written off.
"""

from datetime import date

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry, Transfer, require_batch
from ledger.money import Money


def charged_back(
    *,
    key: str,
    gateway: str,
    business_date: date,
    source: str,
    party: str,
    batch: str,
    amount: Money,
) -> Entry:
    """Return the amount as a claim on the payer or the beneficiary.

    `batch` is the one the gateway keeps it from.

    Raises:
        ValueError: the batch is another gateway's.
    """
    require_batch(batch, gateway=gateway, beneficiary=None)
    return Entry(
        movement="charged_back",
        key=key,
        business_date=business_date,
        source=source,
        transfers=(
            Transfer(
                debit=Account(AccountKind.CLAIM, party),
                credit=Account(AccountKind.RECEIVABLE, gateway),
                amount=amount,
                batch=batch,
            ),
        ),
    )
