"""The money of a claim was proven never taken: nobody owes it, and we owe it to nobody.

Closes `missing_at_gateway`; the payer's receipt is put right first.
"""

from datetime import date

from ledger.accounts import Account, AccountKind, owed_to
from ledger.entry import Entry, Transfer, require_batch
from ledger.money import Money


def dropped(
    *,
    key: str,
    gateway: str,
    business_date: date,
    source: str,
    party: str,
    beneficiary: str | None,
    batch: str,
    amount: Money,
) -> Entry:
    """Return the amount as owed neither to the beneficiary nor, when that is None, to the payer.

    Raises:
        ValueError: the batch is another gateway's or beneficiary's.
    """
    require_batch(batch, gateway=gateway, beneficiary=beneficiary)
    return Entry(
        movement="dropped",
        key=key,
        business_date=business_date,
        source=source,
        transfers=(
            Transfer(
                debit=owed_to(beneficiary, gateway=gateway),
                credit=Account(AccountKind.CLAIM, party),
                amount=amount,
                batch=batch,
            ),
        ),
    )
