"""Everything sealed in the tables of payments: read in the order of its keys, and sealed anew.

Whoever keeps something sealed names its column in `SEALED`; a test finds what is not named.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import RowMapping, Table, bindparam, func, select, text, tuple_, update

from ledger.postgres.transaction import Tx
from payments.agency_order import said_place
from payments.obligation import sealed_place
from payments.postgres.event_tables import webhook_secret
from payments.postgres.paper_tables import state_receipt
from payments.postgres.tables import agency_order, decision_watch, obligation, obligation_version
from payments.sealed_row import Anew, RowKey, SealedRow
from payments.state_receipt import ReceiptName, place_of

_INDEXES: Final = ("subject_index", "other_index", "person_index")
_WATCH_INDEXES: Final = ("fact_index", "address_index")

# Whoever changes a row meanwhile keeps it, and the row is found again later. A version says one
# thing only, so under the same one nothing but keys can differ.
_OBLIGATIONS: Final = """
WITH wanted AS (
    SELECT * FROM unnest(
        %(ids)s::bigint[], %(versions)s::integer[], %(before)s::bytea[], %(sealed)s::bytea[],
        %(subject_index)s::bytea[], %(other_index)s::bytea[], %(person_index)s::bytea[]
    ) AS wanted (
        obligation_id, version, before, sealed, subject_index, other_index, person_index
    )
), held AS MATERIALIZED (
    SELECT wanted.*
    FROM payments.obligation JOIN wanted USING (obligation_id)
    WHERE obligation.version = wanted.version
        AND obligation.sealed IS NOT DISTINCT FROM wanted.before
    ORDER BY obligation_id
    FOR NO KEY UPDATE OF obligation SKIP LOCKED
)
UPDATE payments.obligation
SET sealed = held.sealed, subject_index = held.subject_index, other_index = held.other_index,
    person_index = held.person_index
FROM held
WHERE obligation.obligation_id = held.obligation_id
"""

_VERSIONS: Final = """
UPDATE payments.obligation_version
SET sealed = wanted.sealed, subject_index = wanted.subject_index,
    other_index = wanted.other_index, person_index = wanted.person_index
FROM unnest(
    %(ids)s::bigint[], %(versions)s::integer[], %(before)s::bytea[], %(sealed)s::bytea[],
    %(subject_index)s::bytea[], %(other_index)s::bytea[], %(person_index)s::bytea[]
) AS wanted (obligation_id, version, before, sealed, subject_index, other_index, person_index)
WHERE obligation_version.obligation_id = wanted.obligation_id
    AND obligation_version.version = wanted.version
    AND obligation_version.sealed IS NOT DISTINCT FROM wanted.before
"""

# The same wish under the current key already: one of the two is enough.
_FORGET_TWINS: Final = """
DELETE FROM payments.decision_watch
USING unnest(%(ids)s::bigint[], %(fact_index)s::bytea[], %(address_index)s::bytea[])
    AS wanted (watch_id, fact_index, address_index)
JOIN payments.decision_watch AS twin USING (fact_index, address_index)
WHERE decision_watch.watch_id = wanted.watch_id AND twin.watch_id <> wanted.watch_id
"""

_WATCHES: Final = """
UPDATE payments.decision_watch
SET sealed = wanted.sealed, fact_index = wanted.fact_index, address_index = wanted.address_index
FROM unnest(
    %(ids)s::bigint[], %(sealed)s::bytea[], %(fact_index)s::bytea[], %(address_index)s::bytea[]
) AS wanted (watch_id, sealed, fact_index, address_index)
WHERE decision_watch.watch_id = wanted.watch_id
"""


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """One column with something sealed, and how its rows are read and written.

    `read` returns the rows after a key, at most so many; () is before the first. `write` seals them
    anew in a transaction of the owner and returns how many nobody else was changing.
    """

    table: Table
    column: str
    read: Callable[[Tx, RowKey, int], list[SealedRow]]
    write: Callable[[Tx, Sequence[Anew]], int]

    @property
    def name(self) -> str:
        """Return schema, table and column."""
        return f"{self.table.schema}.{self.table.name}.{self.column}"


def plain_column(table: Table, column: str, place: Callable[[RowMapping], str]) -> SealedColumn:
    """Return a column that nothing is found by; `place` names where a row of it is sealed."""
    key = [each.name for each in table.primary_key.columns]

    def read(tx: Tx, after: RowKey, rows_max: int) -> list[SealedRow]:
        return [
            SealedRow(
                key=tuple(row[name] for name in key), place=place(row), sealed=bytes(row[column])
            )
            for row in _rows_after(tx, table, after, rows_max, column=column)
        ]

    def write(tx: Tx, changed: Sequence[Anew]) -> int:
        statement = update(table).values({column: bindparam("after", type_=table.c[column].type)})
        for name in key:
            statement = statement.where(table.c[name] == bindparam(f"own_{name}"))
        statement = statement.where(table.c[column] == bindparam("before"))
        written = 0
        for each in changed:
            values = {
                f"own_{name}": value for name, value in zip(key, each.before.key, strict=True)
            }
            sealed = {"before": each.before.sealed, "after": each.sealed}
            written += tx.execute(statement, values | sealed).rowcount
        return written

    return SealedColumn(table, column, read, write)


def allow_resealing(tx: Tx) -> None:
    """Let this transaction exchange sealed bytes, if its role is the owner; until it ends."""
    tx.execute(text("SELECT set_config('payments.resealing', 'on', true)"))


def keys_in_use(tx: Tx, column: SealedColumn) -> dict[str, int]:
    """Return how many rows of a column are sealed under each key id."""
    sealed = column.table.c[column.column]
    key_id = func.substring(sealed, 3, func.get_byte(sealed, 1)).label("key_id")
    found = tx.execute(
        select(key_id, func.count().label("rows")).where(sealed.is_not(None)).group_by(key_id)
    )
    return {bytes(row.key_id).decode("ascii", "replace"): int(row.rows) for row in found}


def _rows_after(
    tx: Tx, table: Table, after: RowKey, rows_max: int, *, column: str
) -> Sequence[RowMapping]:
    key = list(table.primary_key.columns)
    wanted = select(table).where(table.c[column].is_not(None)).order_by(*key).limit(rows_max)
    return tx.execute(wanted.where(tuple_(*key) > after) if after else wanted).mappings().all()


def _read_obligations(tx: Tx, after: RowKey, rows_max: int) -> list[SealedRow]:
    wanted = select(obligation).order_by(obligation.c.obligation_id).limit(rows_max)
    if after:
        wanted = wanted.where(obligation.c.obligation_id > after[0])
    return [
        _obligation(row, key=(int(row["obligation_id"]),)) for row in tx.execute(wanted).mappings()
    ]


def _read_versions(tx: Tx, after: RowKey, rows_max: int) -> list[SealedRow]:
    key = obligation_version.c.obligation_id, obligation_version.c.version
    own = obligation.c
    wanted = (
        select(obligation_version, own.provider, own.kind, own.number, own.typed_number)
        .join(obligation, own.obligation_id == obligation_version.c.obligation_id)
        .order_by(*key)
        .limit(rows_max)
    )
    if after:
        wanted = wanted.where(tuple_(*key) > after)
    return [
        _obligation(row, key=(int(row["obligation_id"]), int(row["version"])))
        for row in tx.execute(wanted).mappings()
    ]


def _obligation(row: RowMapping, *, key: RowKey) -> SealedRow:
    return SealedRow(
        key=key,
        place=sealed_place(
            provider=str(row["provider"]), kind=str(row["kind"]), number=str(row["number"])
        ),
        sealed=None if row["sealed"] is None else bytes(row["sealed"]),
        number=str(row["number"] if row["typed_number"] is None else row["typed_number"]),
        version=int(row["version"]),
        indexes=_present(row, _INDEXES),
    )


def _present(row: RowMapping, columns: Sequence[str]) -> dict[str, bytes]:
    return {name: bytes(row[name]) for name in columns if row[name] is not None}


def _read_watches(tx: Tx, after: RowKey, rows_max: int) -> list[SealedRow]:
    return [
        SealedRow(
            key=(int(row["watch_id"]),),
            place=str(row["seal_place"]),
            sealed=bytes(row["sealed"]),
            number=str(row["number"]),
            indexes=_present(row, _WATCH_INDEXES),
        )
        for row in _rows_after(tx, decision_watch, after, rows_max, column="sealed")
    ]


def _write_obligations(tx: Tx, changed: Sequence[Anew]) -> int:
    return tx.exec_driver_sql(_OBLIGATIONS, _arrays(changed, _INDEXES)).rowcount


def _write_versions(tx: Tx, changed: Sequence[Anew]) -> int:
    return tx.exec_driver_sql(_VERSIONS, _arrays(changed, _INDEXES)).rowcount


def _write_watches(tx: Tx, changed: Sequence[Anew]) -> int:
    values = _arrays(changed, _WATCH_INDEXES)
    forgotten = tx.exec_driver_sql(_FORGET_TWINS, values).rowcount
    return forgotten + tx.exec_driver_sql(_WATCHES, values).rowcount


def _arrays(changed: Sequence[Anew], indexes: Sequence[str]) -> dict[str, list[Any]]:
    arrays: dict[str, list[Any]] = {
        "ids": [each.before.key[0] for each in changed],
        "versions": [each.before.version for each in changed],
        "before": [each.before.sealed for each in changed],
        "sealed": [each.sealed for each in changed],
    }
    return arrays | {name: [each.indexes.get(name) for each in changed] for name in indexes}


def _said_place(row: RowMapping) -> str:
    return said_place(agency=str(row["agency"]), reference=str(row["reference"]))


def _payer_place(row: RowMapping) -> str:
    called = ReceiptName(
        tax_id=str(row["tax_id"]),
        template=str(row["template"]),
        series=str(row["series"]),
        number=int(row["number"]),
    )
    return place_of(called)


SEALED: Final = (
    # Watches first: what is pushed from now on is found by the current key.
    SealedColumn(decision_watch, "sealed", _read_watches, _write_watches),
    SealedColumn(obligation, "sealed", _read_obligations, _write_obligations),
    SealedColumn(obligation_version, "sealed", _read_versions, _write_versions),
    plain_column(agency_order, "said", _said_place),
    plain_column(state_receipt, "payer", _payer_place),
    plain_column(webhook_secret, "sealed", lambda row: str(row["seal_place"])),
)
"""Every sealed column of this package, in the order it is sealed anew."""
