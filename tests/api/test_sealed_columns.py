"""No column with something sealed is unknown to who changes keys."""

from typing import Final

from sqlalchemy import text

from api.sealed_columns import SEALED_EVERYWHERE
from ledger.postgres.transaction import Tx

IN_CLEAR: Final = frozenset(
    {"answer", "body", "body_digest", "bytes", "checksum", "digest", "document", "handle_hash"}
    | {"key", "payload", "previous_root", "public_key", "query", "report", "root", "sha256"}
    | {"signature"}
    | {"address_index", "device_index", "fact_index", "other_index", "person_index"}
    | {"subject_index"}
)
"""Names of columns whose bytes are no secret, or are indexes that move with what is sealed."""
_COLUMNS: Final = """
SELECT table_schema || '.' || table_name || '.' || column_name AS name, column_name AS column
FROM information_schema.columns
WHERE data_type = 'bytea' AND table_schema IN ('api', 'ledger', 'payments', 'reconciliation')
"""


def test_every_column_with_something_sealed_is_known_to_who_changes_keys(owner_tx: Tx) -> None:
    found = {row.name for row in owner_tx.execute(text(_COLUMNS)) if row.column not in IN_CLEAR}
    assert found == {column.name for column in SEALED_EVERYWHERE}, (
        "a column of bytes is sealed (name it in api/sealed_columns.py or in SEALED of"
        " payments/postgres/reseal_rows.py), or its name says that it is not (IN_CLEAR here)"
    )
