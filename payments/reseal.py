"""Seal everything personal anew under the current keys, a few rows at a time."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from ledger.postgres.transaction import OpenTx
from payments.personal_data import PersonalDataKeys
from payments.postgres.reseal_rows import SealedColumn
from payments.reseal_batch import Tally, reseal_batch
from payments.sealed_row import RowKey

BATCH_ROWS_MAX: Final = 500
"""How many rows are held at once: payers wait for theirs no longer than these take."""
PASSES_MAX: Final = 5


def reseal(
    open_tx: OpenTx,
    columns: Sequence[SealedColumn],
    *,
    keys: PersonalDataKeys,
    told: Callable[[Tally], None],
    is_trial: bool = False,
) -> list[Tally]:
    """Bring every row under the current keys and return what was found in each column.

    A trial only looks. Each batch commits by itself, so whatever was not finished goes on at the
    next run, and two may run at once. What somebody was changing is tried again, in at most
    `PASSES_MAX` passes. `told` hears the sum of a column after each batch.
    """
    return [_column(open_tx, column, keys=keys, told=told, is_trial=is_trial) for column in columns]


def _column(
    open_tx: OpenTx,
    column: SealedColumn,
    *,
    keys: PersonalDataKeys,
    told: Callable[[Tally], None],
    is_trial: bool,
) -> Tally:
    """Return what the last pass found, with all that was written before it."""
    found = _pass(open_tx, column, keys=keys, told=told, is_trial=is_trial)
    written = 0
    for _ in range(PASSES_MAX - 1):
        if is_trial or not found.left:
            break
        written += found.written
        found = _pass(open_tx, column, keys=keys, told=told, is_trial=is_trial)
    return replace(found, needed=found.needed + written, written=found.written + written)


def _pass(
    open_tx: OpenTx,
    column: SealedColumn,
    *,
    keys: PersonalDataKeys,
    told: Callable[[Tally], None],
    is_trial: bool,
) -> Tally:
    tally = Tally(column.name)
    after: RowKey | None = ()
    while after is not None:
        with open_tx() as tx:
            batch = reseal_batch(
                tx, column, after=after, keys=keys, rows_max=BATCH_ROWS_MAX, is_trial=is_trial
            )
        tally, after = tally + batch.tally, batch.last
        told(tally)
    return tally
