"""Somebody owes an answer about money: until it comes, it is a claim on them.

Raises `missing_at_gateway` (out of the gateway's debt) and `wrong_beneficiary` (out of transit, the
party is who holds it); closes a refused `fee_mismatch`, an `amount_mismatch` or
`batch_total_mismatch` somebody must pay, and a `missing_at_bank` that never arrives.
"""

from datetime import date

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry, Transfer, require_batch
from ledger.money import Money

_CLAIMABLE = frozenset(
    {
        AccountKind.RECEIVABLE,
        AccountKind.IN_TRANSIT,
        AccountKind.OVERDUE,
        AccountKind.FEE_DISPUTE,
        AccountKind.SUSPENSE_DIFFERENCE,
    }
)


def claimed(
    *,
    key: str,
    gateway: str,
    business_date: date,
    source: str,
    party: str,
    out_of: AccountKind,
    batch: str,
    amount: Money,
) -> Entry:
    """Return the amount as a claim on a party: the gateway itself, or whoever holds the money.

    Raises:
        ValueError: nothing is claimed out of that account, or the batch is another gateway's.
    """
    if out_of not in _CLAIMABLE:
        msg = f"nothing is claimed out of {out_of}"
        raise ValueError(msg)
    require_batch(batch, gateway=gateway, beneficiary=None)
    return Entry(
        movement="claimed",
        key=key,
        business_date=business_date,
        source=source,
        transfers=(
            Transfer(
                debit=Account(AccountKind.CLAIM, party),
                credit=Account(out_of, gateway),
                amount=amount,
                batch=batch,
            ),
        ),
    )
