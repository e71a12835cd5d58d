"""Seal the earliest closed day that has no seal."""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from ledger.merkle import root_of
from ledger.postgres import seal_rows
from ledger.postgres.seal_rows import KeptSeal
from ledger.postgres.transaction import OpenTx, Tx
from ledger.seal import Seal, SealedDay, SealKey, days_root_of
from reconciliation.errors import DayAltered


def seal_day(open_tx: OpenTx, *, key: SealKey, now: datetime) -> KeptSeal | None:
    """Seal one day; None when every closed day has its seal or somebody else is sealing.

    Raises:
        DayAltered: the entries are not those the day was closed with; nothing was written.
    """
    with open_tx() as tx:
        if seal_rows.next_day(tx, through=0) is None:
            return None
        through = seal_rows.audit_through(tx)
    with open_tx() as tx:
        day = seal_rows.next_day(tx, through=through) if seal_rows.take_turn(tx) else None
        if day is None:
            return None
        root = root_of(_as_closed(tx, day))
        before = seal_rows.roots(tx)
        days_root = days_root_of([*before, (day.business_date, root)])
        sealed = Seal(day, root=root, days_root=days_root, sealed_at=now)
        note = key.note_of(sealed)
        seal_rows.keep(tx, sealed, note=note)
        return KeptSeal(day, root=root, note=note, sealed_at=now)


def _as_closed(tx: Tx, day: SealedDay) -> Iterator[bytes]:
    """Give the leaves' hashes, and at the end ask whether the close saw the same entries."""
    digests = hashlib.sha256()
    leaves = seal_rows.leaves(tx, day)
    for place, leaf in enumerate(leaves):
        if 0 < place <= day.entry_count:
            digests.update(hashlib.sha256(leaf.body).digest())
        yield leaf.hash
    if digests.digest() != seal_rows.closed_checksum(tx, day.business_date):
        raise DayAltered(day.business_date)
