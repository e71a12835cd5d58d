"""An entry that should not be: the same transfers the other way round undo it.

The database takes it once per entry and only as the exact mirror. A reversal may be reversed too,
and then the first entry counts again.
"""

from datetime import date

from ledger.entry import Entry, Transfer


def reversed(entry: Entry, *, key: str, business_date: date, source: str) -> Entry:  # noqa: A001  # the book's word for it
    """Return the mirror of an entry: sides swapped; amounts, batches and order as they are.

    Raises:
        ValueError: the business date is before that of the entry.
    """
    if business_date < entry.business_date:
        msg = f"entry {entry.key} of {entry.business_date} cannot be undone on {business_date}"
        raise ValueError(msg)
    return Entry(
        movement="reversed",
        key=key,
        business_date=business_date,
        source=source,
        transfers=tuple(
            Transfer(
                debit=transfer.credit,
                credit=transfer.debit,
                amount=transfer.amount,
                batch=transfer.batch,
            )
            for transfer in entry.transfers
        ),
        corrects=entry.key,
    )
