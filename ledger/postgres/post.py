"""The only way into the book: many entries in one call."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ledger.digest import digest_of
from ledger.entry import Entry
from ledger.postgres.refusals import refusals
from ledger.postgres.transaction import Tx

# Sent as it stands: the hot path spends no time on building a statement.
_POST: Final = (
    "SELECT posted_key, posted_entry_id, posted_is_new FROM ledger.post_entries_v2("
    "%s::text[], %s::text[], %s::date[], %s::text[], %s::text[], %s::bytea[],"
    " %s::integer[], %s::text[], %s::text[], %s::bigint[], %s::text[])"
)


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of one entry: its number, and whether it is there for the first time."""

    key: str
    entry_id: int
    is_new: bool


def post_entries(tx: Tx, entries: Sequence[Entry]) -> list[Posted]:
    """Write entries, all or none, and return one answer each, in order.

    An entry whose key is already there with the same content moves nothing and says so.

    Raises:
        KeyUsedDifferently: a key is already there, or comes twice in this call, with other content.
        DayClosed: a new entry is for a closed business date.
        EntryRefused: the database's own checks failed; this is a fault of ours.
    """
    if not entries:
        return []
    legs = [(place, leg) for place, entry in enumerate(entries, 1) for leg in entry.transfers]
    arrays = (
        [entry.movement for entry in entries],
        [entry.key for entry in entries],
        [entry.business_date for entry in entries],
        [entry.source for entry in entries],
        [entry.corrects for entry in entries],
        [digest_of(entry) for entry in entries],
        [place for place, _ in legs],
        [leg.debit.code for _, leg in legs],
        [leg.credit.code for _, leg in legs],
        [leg.amount.vnd for _, leg in legs],
        [leg.batch for _, leg in legs],
    )
    with refusals():
        rows = tx.exec_driver_sql(_POST, arrays).all()
    return [Posted(key=str(row[0]), entry_id=int(row[1]), is_new=bool(row[2])) for row in rows]
