"""How a proof asks the database: looking only, all at one instant, naming a few of many."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from ledger.postgres.transaction import Tx

NAMED_MAX: Final = 20
"""Rows that are named; the rest is counted."""

ROWS_AT_ONCE_MAX: Final = 1_000

# Proofs look at everything, for as long as it takes. Tables that were filled a moment ago have no
# statistics yet: what is compared by hash stays quick then, too.
_LOOK_ONLY: Final = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
    "SET LOCAL enable_nestloop = off",
    "SET LOCAL jit = off",
)
_NAMED_FIRST: Final = "SELECT against.name, count(*) OVER () AS total FROM ("
_NAMED_LAST: Final = """
) AS against (name) ORDER BY against.name LIMIT %(named_max)s
"""

_SIDES_DIFFER: Final = """
SELECT side.business_date || ', ' || side.gateway || ': debits less credits are ' || side.net_vnd
FROM (
    SELECT
        transfer.business_date, split_part(transfer.batch, '/', 1) AS gateway,
        sum(CASE WHEN debit.account_id IS NULL THEN 0 ELSE transfer.amount_vnd END)
        - sum(CASE WHEN credit.account_id IS NULL THEN 0 ELSE transfer.amount_vnd END) AS net_vnd
    FROM ledger.transfer
    LEFT JOIN ledger.account AS debit ON debit.account_id = transfer.debit_account_id
    LEFT JOIN ledger.account AS credit ON credit.account_id = transfer.credit_account_id
    GROUP BY 1, 2
) AS side
WHERE side.net_vnd <> 0
"""
_BOOK_SIZE: Final = """
SELECT (SELECT count(*) FROM ledger.entry) AS entries,
    (SELECT count(*) FROM ledger.transfer) AS transfers
"""


@dataclass(frozen=True, slots=True)
class Found:
    """Rows that speak against a proof: the first ones by name, and how many there are."""

    names: tuple[str, ...]
    total: int


def look_only(tx: Tx) -> None:
    """Let a transaction that has not begun see one instant of the database and change nothing."""
    for statement in _LOOK_ONLY:
        tx.exec_driver_sql(statement)


def find(tx: Tx, query: str, parameters: Mapping[str, object] | None = None) -> Found:
    """Return what a query of one text column finds."""
    rows = tx.exec_driver_sql(
        _NAMED_FIRST + query + _NAMED_LAST, {**(parameters or {}), "named_max": NAMED_MAX}
    ).all()
    return Found(tuple(str(row.name) for row in rows), int(rows[0].total) if rows else 0)


def stream(
    tx: Tx, query: str, parameters: Mapping[str, object] | None = None
) -> Iterator[Row[Any]]:
    """Give the rows of a query of any length, few at a time."""
    options = {"yield_per": ROWS_AT_ONCE_MAX}
    return iter(tx.exec_driver_sql(query, dict(parameters or {}), execution_options=options))


def sides_differ(tx: Tx) -> Found:
    """Return gateway and business date where debits and credits of the chart are not equal."""
    return find(tx, _SIDES_DIFFER)


def book_size(tx: Tx) -> tuple[int, int]:
    """Return how many entries and transfers there are."""
    row = tx.exec_driver_sql(_BOOK_SIZE).one()
    return int(row.entries), int(row.transfers)
