"""A gateway kept more than its tariff allows: the fee is in dispute until one side gives way.

Raises `fee_mismatch`, and stands for a `batch_total_mismatch` that looks like a fee.
"""

from datetime import date

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry, Transfer, require_batch
from ledger.money import Money

_KEPT_FROM = frozenset({AccountKind.RECEIVABLE, AccountKind.IN_TRANSIT})


def fee_disputed(
    *,
    key: str,
    gateway: str,
    business_date: date,
    source: str,
    out_of: AccountKind,
    batch: str,
    amount: Money,
) -> Entry:
    """Return the amount as a disputed fee, kept from the gateway's debt or from what is in transit.

    Raises:
        ValueError: it was kept from elsewhere, or the batch is another gateway's.
    """
    if out_of not in _KEPT_FROM:
        msg = f"a fee is not kept from {out_of}"
        raise ValueError(msg)
    require_batch(batch, gateway=gateway, beneficiary=None)
    return Entry(
        movement="fee_disputed",
        key=key,
        business_date=business_date,
        source=source,
        transfers=(
            Transfer(
                debit=Account(AccountKind.FEE_DISPUTE, gateway),
                credit=Account(out_of, gateway),
                amount=amount,
                batch=batch,
            ),
        ),
    )
