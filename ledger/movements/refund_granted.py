"""A beneficiary gives up what is on its way to it: the payer gets it back.

Opens the refund of a payment that was rightly taken; `refunded` follows. What the beneficiary has
already is not on its way: see `charged_back`.
"""

from datetime import date

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry, Transfer, require_batch
from ledger.money import Money


def refund_granted(
    *,
    key: str,
    gateway: str,
    business_date: date,
    source: str,
    beneficiary: str,
    batch: str,
    amount: Money,
) -> Entry:
    """Return the amount as owed to the payer and no longer to the beneficiary.

    Raises:
        ValueError: the batch is another gateway's or beneficiary's.
    """
    require_batch(batch, gateway=gateway, beneficiary=beneficiary)
    return Entry(
        movement="refund_granted",
        key=key,
        business_date=business_date,
        source=source,
        transfers=(
            Transfer(
                debit=Account(AccountKind.PAYABLE, beneficiary),
                credit=Account(AccountKind.REFUND_PAYABLE, gateway),
                amount=amount,
                batch=batch,
            ),
        ),
    )
