"""A payout arrived less by a refund of what had arrived before: the beneficiary gave that back.

Follows `refund_granted` and `withheld`; the mirror of `credited`.
"""

from datetime import date

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry, Transfer, require_batch
from ledger.money import Money


def given_back(
    *,
    key: str,
    gateway: str,
    business_date: date,
    source: str,
    beneficiary: str,
    batch: str,
    amount: Money,
) -> Entry:
    """Return the amount as no more with the beneficiary, under the batch it had arrived with.

    Raises:
        ValueError: the batch is another gateway's or beneficiary's.
    """
    require_batch(batch, gateway=gateway, beneficiary=beneficiary)
    return Entry(
        movement="given_back",
        key=key,
        business_date=business_date,
        source=source,
        transfers=(
            Transfer(
                debit=Account(AccountKind.IN_TRANSIT, gateway),
                credit=Account(AccountKind.PAYABLE, beneficiary),
                amount=amount,
                batch=batch,
            ),
        ),
    )
