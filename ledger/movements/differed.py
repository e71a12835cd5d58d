"""A report or a credit says another sum than the book: the difference waits in suspense.

Raises `amount_mismatch` and `refund_mismatch` (what the gateway owes) and `batch_total_mismatch`
(what is in transit). `parked` is its sister for money that came in under no batch of ours.
"""

from datetime import date

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry, Transfer, require_batch
from ledger.money import Money

_REPORTED = frozenset({AccountKind.RECEIVABLE, AccountKind.IN_TRANSIT})


def differed(
    *,
    key: str,
    gateway: str,
    business_date: date,
    source: str,
    stands_in: AccountKind,
    batch: str,
    difference: Money,
) -> Entry:
    """Return the difference out of the account it stands in, which then says what was reported.

    `difference` is what was reported less what was booked, so below zero when less was reported.

    Raises:
        ValueError: the difference is zero, nothing is reported of that account, or the batch is
            another gateway's.
    """
    if stands_in not in _REPORTED:
        msg = f"nobody reports what stands in {stands_in}"
        raise ValueError(msg)
    require_batch(batch, gateway=gateway, beneficiary=None)
    place = Account(stands_in, gateway)
    suspense = Account(AccountKind.SUSPENSE_DIFFERENCE, gateway)
    debit, credit = (place, suspense) if difference.is_positive else (suspense, place)
    return Entry(
        movement="differed",
        key=key,
        business_date=business_date,
        source=source,
        transfers=(
            Transfer(
                debit=debit,
                credit=credit,
                amount=difference if difference.is_positive else -difference,
                batch=batch,
            ),
        ),
    )
