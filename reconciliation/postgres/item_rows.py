"""Lines of files, in bulk."""

from collections.abc import Iterable, Iterator
from typing import Final

import psycopg

from ledger.postgres.transaction import Tx
from reconciliation.file import Item

_COPY: Final = """
COPY reconciliation.item (
    file_id, line, kind, reference, transaction, amount_vnd, fee_vnd, occurred_at, booked_on,
    party, payout
) FROM STDIN
"""


def add_items(tx: Tx, file_id: int, *, items: Iterable[Item]) -> None:
    """Add all lines of a file that is not believed yet, streamed."""
    connection = tx.connection.driver_connection
    assert isinstance(connection, psycopg.Connection), "the engine speaks through psycopg"
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:  # pyright: ignore[reportUnknownVariableType]  # rows are not read
        for row in _rows(file_id, items):
            copy.write_row(row)


def _rows(file_id: int, items: Iterable[Item]) -> Iterator[tuple[object, ...]]:
    for item in items:
        yield (
            file_id,
            item.line,
            item.kind.value,
            item.reference,
            item.transaction,
            item.amount.vnd,
            item.fee.vnd,
            item.occurred_at,
            item.booked_on,
            item.party,
            item.payout,
        )
