"""Entries as they stand in the book, read back into the nouns they were."""

from collections import defaultdict
from collections.abc import Collection

import sqlalchemy as sa

from ledger.accounts import account_of
from ledger.entry import Entry, Transfer
from ledger.money import Money
from ledger.postgres.tables import account, entry, transfer
from ledger.postgres.transaction import Tx


def entries_by_key(tx: Tx, keys: Collection[str]) -> dict[str, Entry]:
    """Return the entries that have these keys; a key that is not in the book is missing."""
    corrected = entry.alias("corrected")
    wanted = entry.c.idempotency_key.in_(keys)
    debit, credit = account.alias("debit"), account.alias("credit")
    legs: defaultdict[int, list[Transfer]] = defaultdict(list)
    for row in tx.execute(
        sa.select(
            transfer.c.entry_id,
            debit.c.code.label("debit"),
            credit.c.code.label("credit"),
            transfer.c.amount_vnd,
            transfer.c.batch,
        )
        .join(entry, entry.c.entry_id == transfer.c.entry_id)
        .join(debit, debit.c.account_id == transfer.c.debit_account_id)
        .join(credit, credit.c.account_id == transfer.c.credit_account_id)
        .where(wanted)
        .order_by(transfer.c.entry_id, transfer.c.ordinal),
    ):
        legs[int(row.entry_id)].append(
            Transfer(
                debit=account_of(str(row.debit)),
                credit=account_of(str(row.credit)),
                amount=Money(int(row.amount_vnd)),
                batch=str(row.batch),
            ),
        )
    query = (
        sa.select(
            entry.c.entry_id,
            entry.c.movement,
            entry.c.idempotency_key,
            entry.c.business_date,
            entry.c.source,
            corrected.c.idempotency_key.label("corrects"),
        )
        .outerjoin(corrected, corrected.c.entry_id == entry.c.corrects_entry_id)
        .where(wanted)
        .order_by(entry.c.entry_id)
    )
    return {
        str(row.idempotency_key): Entry(
            movement=str(row.movement),
            key=str(row.idempotency_key),
            business_date=row.business_date,
            source=str(row.source),
            transfers=tuple(legs[int(row.entry_id)]),
            corrects=None if row.corrects is None else str(row.corrects),
        )
        for row in tx.execute(query)
    }
