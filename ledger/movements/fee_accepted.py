"""A fee in dispute was right after all: it is spent.

Closes `fee_mismatch`, and a `batch_total_mismatch` that was a fee.
"""

from datetime import date

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry, Transfer, require_batch
from ledger.money import Money


def fee_accepted(
    *,
    key: str,
    gateway: str,
    business_date: date,
    source: str,
    batch: str,
    amount: Money,
) -> Entry:
    """Return the amount as a fee like any other.

    Raises:
        ValueError: the batch is another gateway's.
    """
    require_batch(batch, gateway=gateway, beneficiary=None)
    return Entry(
        movement="fee_accepted",
        key=key,
        business_date=business_date,
        source=source,
        transfers=(
            Transfer(
                debit=Account(AccountKind.GATEWAY_FEE, gateway),
                credit=Account(AccountKind.FEE_DISPUTE, gateway),
                amount=amount,
                batch=batch,
            ),
        ),
    )
