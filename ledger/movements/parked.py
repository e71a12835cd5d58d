"""A gateway took money we cannot place yet: it waits in suspense for people to decide.

Raises `missing_in_ledger`, and `amount_mismatch` where nothing of ours says the same sum.
"""

from datetime import date

from ledger.accounts import Account, AccountKind
from ledger.entry import SUSPENSE, Entry, Transfer, batch_of
from ledger.money import Money


def parked(
    *,
    key: str,
    gateway: str,
    business_date: date,
    source: str,
    amount: Money,
    differs: bool,
) -> Entry:
    """Return the amount in suspense: it differs from what was asked, or its owner is unknown."""
    kind = AccountKind.SUSPENSE_DIFFERENCE if differs else AccountKind.SUSPENSE_UNIDENTIFIED
    return Entry(
        movement="parked",
        key=key,
        business_date=business_date,
        source=source,
        transfers=(
            Transfer(
                debit=Account(AccountKind.RECEIVABLE, gateway),
                credit=Account(kind, gateway),
                amount=amount,
                batch=batch_of(gateway=gateway, business_date=business_date, beneficiary=SUSPENSE),
            ),
        ),
    )
