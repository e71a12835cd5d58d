"""A gateway took money for what was paid already: it is owed back to the payer.

Raises `duplicate_payment`.
"""

from datetime import date

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry, Transfer, batch_of
from ledger.money import Money


def captured_twice(
    *,
    key: str,
    gateway: str,
    business_date: date,
    source: str,
    amount: Money,
) -> Entry:
    """Return the surplus as owed by the gateway and to be refunded."""
    return Entry(
        movement="captured_twice",
        key=key,
        business_date=business_date,
        source=source,
        transfers=(
            Transfer(
                debit=Account(AccountKind.RECEIVABLE, gateway),
                credit=Account(AccountKind.REFUND_PAYABLE, gateway),
                amount=amount,
                batch=batch_of(gateway=gateway, business_date=business_date, beneficiary="refund"),
            ),
        ),
    )
