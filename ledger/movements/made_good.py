"""A party paid what was claimed from it straight to whom it is owed.

Closes `wrong_beneficiary`, `reversed` and every other claim that does not come back through a
gateway's report (where it does, the claim is reversed).
"""

from datetime import date

from ledger.accounts import Account, AccountKind, owed_to
from ledger.entry import Entry, Transfer, require_batch
from ledger.money import Money


def made_good(
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
    """Return the amount as received by the beneficiary, or by the payer when that is None.

    Raises:
        ValueError: the batch is another gateway's or beneficiary's.
    """
    require_batch(batch, gateway=gateway, beneficiary=beneficiary)
    return Entry(
        movement="made_good",
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
