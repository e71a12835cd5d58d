"""Two people gave up on it: a claim or a difference becomes our loss, or our gain.

Closes whatever no other movement can (`write_off`); it is undone by its own reversal alone.
"""

from datetime import date

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry, Transfer, require_batch
from ledger.money import Money


def written_off(
    *,
    key: str,
    gateway: str,
    business_date: date,
    source: str,
    party: str | None,
    batch: str,
    amount: Money,
    is_gain: bool,
) -> Entry:
    """Return the end of a claim on the party, or of a difference in suspense when that is None.

    What others owe ends as a loss, what nobody asks back as a gain.

    Raises:
        ValueError: the batch is another gateway's.
    """
    require_batch(batch, gateway=gateway, beneficiary=None)
    place = (
        Account(AccountKind.SUSPENSE_DIFFERENCE, gateway)
        if party is None
        else Account(AccountKind.CLAIM, party)
    )
    debit, credit = (
        (place, Account(AccountKind.GAIN, ""))
        if is_gain
        else (Account(AccountKind.LOSS, ""), place)
    )
    return Entry(
        movement="written_off",
        key=key,
        business_date=business_date,
        source=source,
        transfers=(Transfer(debit=debit, credit=credit, amount=amount, batch=batch),),
    )
