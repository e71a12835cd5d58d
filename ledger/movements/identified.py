"""Money in suspense has found its owner: a beneficiary, or the payer who gets it back.

Closes `missing_in_ledger`, and what differed in an `amount_mismatch` or `batch_total_mismatch`.
"""

from datetime import date

from ledger.accounts import Account, AccountKind, owed_to
from ledger.entry import Entry, Transfer, require_batch
from ledger.money import Money


def identified(
    *,
    key: str,
    gateway: str,
    business_date: date,
    source: str,
    beneficiary: str | None,
    differs: bool,
    batch: str,
    amount: Money,
) -> Entry:
    """Return the amount as owed to the beneficiary, or back to the payer when that is None.

    `differs` says that it waits as a difference, not for want of an owner.

    Raises:
        ValueError: the batch is another gateway's or beneficiary's.
    """
    suspense = AccountKind.SUSPENSE_DIFFERENCE if differs else AccountKind.SUSPENSE_UNIDENTIFIED
    require_batch(batch, gateway=gateway, beneficiary=beneficiary)
    return Entry(
        movement="identified",
        key=key,
        business_date=business_date,
        source=source,
        transfers=(
            Transfer(
                debit=Account(suspense, gateway),
                credit=owed_to(beneficiary, gateway=gateway),
                amount=amount,
                batch=batch,
            ),
        ),
    )
