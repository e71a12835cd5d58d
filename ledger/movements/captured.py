"""A gateway took a payer's money: it owes us, and we owe the beneficiaries."""

from collections.abc import Sequence
from datetime import date

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry, Transfer, batch_of
from ledger.money import Money


def captured(
    *,
    key: str,
    gateway: str,
    business_date: date,
    source: str,
    lines: Sequence[tuple[str, Money]],
) -> Entry:
    """Return one transfer per obligation line, each a beneficiary and its amount."""
    return Entry(
        movement="captured",
        key=key,
        business_date=business_date,
        source=source,
        transfers=tuple(
            Transfer(
                debit=Account(AccountKind.RECEIVABLE, gateway),
                credit=Account(AccountKind.PAYABLE, beneficiary),
                amount=amount,
                batch=batch_of(
                    gateway=gateway, business_date=business_date, beneficiary=beneficiary
                ),
            )
            for beneficiary, amount in lines
        ),
    )
