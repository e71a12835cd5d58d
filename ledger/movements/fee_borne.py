"""A beneficiary bears the fee its gateway kept: it is owed that much less.

Closes `fee_mismatch` where the contract lets the gateway keep its fee from what it passes on.
"""

from datetime import date

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry, Transfer, require_batch
from ledger.money import Money


def fee_borne(
    *,
    key: str,
    gateway: str,
    business_date: date,
    source: str,
    beneficiary: str,
    batch: str,
    amount: Money,
) -> Entry:
    """Return the fee as paid out of what we owe.

    Raises:
        ValueError: the batch is another gateway's or beneficiary's.
    """
    require_batch(batch, gateway=gateway, beneficiary=beneficiary)
    return Entry(
        movement="fee_borne",
        key=key,
        business_date=business_date,
        source=source,
        transfers=(
            Transfer(
                debit=Account(AccountKind.PAYABLE, beneficiary),
                credit=Account(AccountKind.GATEWAY_FEE, gateway),
                amount=amount,
                batch=batch,
            ),
        ),
    )
