"""Seal some rows of one column anew under the current keys."""

import secrets
from collections import Counter
from dataclasses import dataclass, field

from ledger.postgres.transaction import Tx
from payments.personal_data import NONCE_BYTES, PersonalDataKeys, key_id_of
from payments.postgres.reseal_rows import SealedColumn, allow_resealing
from payments.sealed_row import Anew, RowKey, sealed_anew


@dataclass(frozen=True, slots=True)
class Tally:
    """What was found in a column, and done.

    `rows` were looked at; `needed` were sealed or found otherwise than under the current keys, and
    `written` of them are not any more. `unexplained` counts rows by index column that no key known
    makes of what is sealed, `unopened` rows that no key known opens. `key_ids` counts by the id of
    the key as it stood before.
    """

    column: str
    rows: int = 0
    needed: int = 0
    written: int = 0
    unopened: int = 0
    moved: Counter[str] = field(default_factory=Counter[str])
    unexplained: Counter[str] = field(default_factory=Counter[str])
    key_ids: Counter[str] = field(default_factory=Counter[str])

    @property
    def left(self) -> int:
        """Return how many rows still read otherwise than under the current keys."""
        return self.needed - self.written

    def __add__(self, other: "Tally") -> "Tally":
        """Return the two together."""
        return Tally(
            self.column,
            self.rows + other.rows,
            self.needed + other.needed,
            self.written + other.written,
            self.unopened + other.unopened,
            self.moved + other.moved,
            self.unexplained + other.unexplained,
            self.key_ids + other.key_ids,
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """What was found and done, and the key of the last row looked at, None when none was left."""

    tally: Tally
    last: RowKey | None


def reseal_batch(
    tx: Tx,
    column: SealedColumn,
    *,
    after: RowKey,
    keys: PersonalDataKeys,
    rows_max: int,
    is_trial: bool,
) -> Batch:
    """Seal at most `rows_max` rows after a key anew; a trial only looks.

    Rows that somebody is changing meanwhile are left for another time.
    """
    rows = column.read(tx, after, rows_max)
    anew = [sealed_anew(row, keys=keys, nonce=secrets.token_bytes(NONCE_BYTES)) for row in rows]
    changed = [each for each in anew if each.is_changed]
    written = 0
    if changed and not is_trial:
        allow_resealing(tx)
        written = column.write(tx, changed)
    return Batch(_tally(column.name, anew, written=written), rows[-1].key if rows else None)


def _tally(column: str, anew: list[Anew], *, written: int) -> Tally:
    return Tally(
        column,
        rows=len(anew),
        needed=sum(each.is_changed for each in anew),
        written=written,
        unopened=sum(not each.is_open for each in anew),
        moved=Counter(name for each in anew for name in each.moved),
        unexplained=Counter(name for each in anew for name in each.unexplained),
        key_ids=Counter(
            key_id_of(each.before.sealed) for each in anew if each.before.sealed is not None
        ),
    )
