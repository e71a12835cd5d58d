"""What proofs ask about what guards the book: its tables, triggers, months, defaults, functions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger import postgres as book
from ledger.postgres.transaction import Tx
from reconciliation.postgres.proof_rows import Found, find

TABLES: Final = (
    *("account", "entry", "transfer", "month", "closed_day"),
    *("balance_snapshot", "batch_snapshot", "audit_record", "seal"),
)
OWNER: Final = "clearing_owner"
SQL_FOLDER: Final = Path(*book.__path__) / "sql"

# What most questions begin with: tables, views and the like as they stand, those of the schema and
# every part of the transfers wherever it stands.
_MADE: Final = """
WITH part AS (
    SELECT pg_inherits.inhrelid AS oid FROM pg_catalog.pg_inherits
    WHERE pg_inherits.inhparent = to_regclass('ledger.transfer')
        AND NOT pg_inherits.inhdetachpending
), wanted AS (
    SELECT 'ledger.' || name AS name, CASE name WHEN 'transfer' THEN 'p' ELSE 'r' END AS kind
    FROM unnest(%(tables)s::text[]) AS name
), made AS (
    SELECT pg_class.*, pg_namespace.nspname || '.' || pg_class.relname AS name,
        pg_class.relkind IN ('r', 'p') AS is_table, part.oid IS NOT NULL AS is_part,
        pg_class.relkind IN ('r', 'p') AND num_nonnulls(part.oid, wanted.name) > 0 AS is_ours
    FROM pg_catalog.pg_class
    JOIN pg_catalog.pg_namespace ON pg_namespace.oid = pg_class.relnamespace
    LEFT JOIN part ON part.oid = pg_class.oid
    LEFT JOIN wanted ON wanted.name = pg_namespace.nspname || '.' || pg_class.relname
    WHERE pg_class.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND (pg_namespace.nspname = 'ledger' OR part.oid IS NOT NULL)
)
"""
_TABLES_NOT_AS_MADE: Final = """
SELECT coalesce(made.name, wanted.name) || CASE
    WHEN made.name IS NULL THEN ' is not there'
    WHEN wanted.name IS NULL AND NOT made.is_part THEN ' is nothing of the book'
    ELSE ' is not the sort of table it was made as'
END
FROM wanted
FULL JOIN made ON made.name = wanted.name
WHERE made.name IS NULL
    OR made.relkind <> coalesce(wanted.kind, CASE WHEN made.is_part THEN 'r' END)
    OR (wanted.name IS NULL AND NOT made.is_part)
UNION ALL
SELECT name || ' belongs to ' || pg_get_userbyid(relowner) FROM made
WHERE pg_get_userbyid(relowner) <> %(owner)s
UNION ALL
SELECT name || ' has row security' FROM made WHERE relrowsecurity OR relforcerowsecurity
UNION ALL
SELECT made.name || ' has a policy ' || pg_policy.polname
FROM made
JOIN pg_catalog.pg_policy ON pg_policy.polrelid = made.oid
UNION ALL
SELECT made.name || ' has a rule ' || pg_rewrite.rulename
FROM made
JOIN pg_catalog.pg_rewrite ON pg_rewrite.ev_class = made.oid
WHERE made.is_table
"""
# The sorts of triggers, as pg_trigger.tgtype says them: before an update, a deletion or truncation,
# and after an insertion, each once per statement.
_TRIGGERS_NOT_AS_MADE: Final = """
, guard AS (
    SELECT oid AS tgrelid, 'refuse_change' AS tgname, 'refuse_change_v1' AS calls, 58 AS tgtype
    FROM made WHERE is_ours
    UNION ALL
    SELECT oid, 'check_entries', 'check_entries_v2', 4 FROM made
    WHERE is_ours AND name = 'ledger.entry'
    UNION ALL
    SELECT oid, 'check_transfers', 'check_transfers_v1', 4 FROM made
    WHERE is_ours AND (is_part OR name = 'ledger.transfer')
), present AS (
    SELECT pg_trigger.tgrelid, pg_trigger.tgname::text AS tgname, pg_trigger.tgenabled,
        pg_trigger.tgtype, pg_trigger.tgqual IS NULL AND pg_trigger.tgattr = '' AS is_always,
        pg_namespace.nspname || '.' || pg_proc.proname AS calls
    FROM made
    JOIN pg_catalog.pg_trigger ON pg_trigger.tgrelid = made.oid AND NOT pg_trigger.tgisinternal
    JOIN pg_catalog.pg_proc ON pg_proc.oid = pg_trigger.tgfoid
    JOIN pg_catalog.pg_namespace ON pg_namespace.oid = pg_proc.pronamespace
    WHERE made.is_ours
)
SELECT made.name || CASE
    WHEN present.tgname IS NULL THEN ' is without its trigger '
    WHEN guard.tgname IS NULL THEN ' has a trigger that is not of the book: '
    WHEN present.calls <> 'ledger.' || guard.calls OR present.tgtype <> guard.tgtype
        OR NOT present.is_always THEN ' has another trigger in the place of '
    ELSE ' does not always run its trigger '
END || tgname
FROM guard
FULL JOIN present USING (tgrelid, tgname)
JOIN made ON made.oid = tgrelid
WHERE (
    present.calls = 'ledger.' || guard.calls AND present.tgtype = guard.tgtype
    AND present.is_always AND present.tgenabled = 'A'
) IS NOT TRUE
UNION ALL
SELECT DISTINCT made.name || ' does not check its foreign keys'
FROM made
JOIN pg_catalog.pg_trigger ON pg_trigger.tgrelid = made.oid
WHERE made.is_ours AND pg_trigger.tgisinternal AND pg_trigger.tgenabled NOT IN ('O', 'A')
"""
_MONTHS_NOT_AS_MADE: Final = """
, bounds AS (
    SELECT name, pg_get_expr(relpartbound, oid) AS bounds FROM made WHERE is_part
), month AS (
    SELECT from_day, until_day, format('FOR VALUES FROM (%%L) TO (%%L)', from_day, until_day)
            AS bounds,
        coalesce(lag(until_day) OVER (ORDER BY from_day), date '2000-01-01') AS after
    FROM ledger.month
)
SELECT CASE
    WHEN bounds.name IS NULL THEN 'ledger.transfer has no part from '
        || to_char(month.from_day, 'YYYY-MM-DD') || ' until '
        || to_char(month.until_day, 'YYYY-MM-DD')
    ELSE bounds.name || ' is for no month of ledger.month: ' || bounds.bounds
END
FROM month
FULL JOIN bounds ON bounds.bounds = month.bounds
WHERE bounds.name IS NULL OR month.from_day IS NULL
UNION ALL
SELECT 'ledger.month does not go on from ' || to_char(after, 'YYYY-MM-DD') || ' but from '
    || to_char(from_day, 'YYYY-MM-DD')
FROM month
WHERE from_day <> after
"""
_DEFAULTS_NOT_AS_MADE: Final = """
SELECT 'ledger.' || pg_class.relname || '.' || wanted.column_name || ' is by default '
    || coalesce(pg_get_expr(pg_attrdef.adbin, pg_attrdef.adrelid), 'nothing')
FROM (VALUES
    ('ledger.entry', 'recorded_at', 'clock_timestamp()'),
    ('ledger.entry', 'written_in', '((pg_current_xact_id())::text)::bigint'),
    ('ledger.audit_record', 'recorded_at', 'clock_timestamp()'),
    ('ledger.closed_day', 'recorded_at', 'clock_timestamp()')
) AS wanted (table_name, column_name, expression)
JOIN pg_catalog.pg_class ON pg_class.oid = to_regclass(wanted.table_name)
    AND pg_class.relkind = 'r'
LEFT JOIN pg_catalog.pg_attribute ON pg_attribute.attrelid = pg_class.oid
    AND pg_attribute.attname = wanted.column_name
LEFT JOIN pg_catalog.pg_attrdef ON pg_attrdef.adrelid = pg_class.oid
    AND pg_attrdef.adnum = pg_attribute.attnum
WHERE pg_get_expr(pg_attrdef.adbin, pg_attrdef.adrelid) IS DISTINCT FROM wanted.expression
"""
_FUNCTIONS: Final = """
SELECT pg_proc.proname AS name, pg_get_userbyid(pg_proc.proowner) AS owner, pg_proc.prosecdef,
    coalesce(pg_proc.proconfig, '{}') AS settings, pg_proc.prosrc
FROM pg_catalog.pg_proc
WHERE pg_proc.pronamespace = 'ledger'::regnamespace
ORDER BY pg_proc.proname, pg_proc.oid
"""
_SIZE: Final = "SELECT count(*) AS tables FROM made WHERE is_table"

_DEFINITION: Final = re.compile(
    r"^CREATE (?:OR REPLACE )?FUNCTION ledger\.(?P<name>\w+)\("
    r"(?P<head>.*?)^(?:AS \$\$(?P<body>.*?)\$\$;|RETURN )",
    re.DOTALL | re.MULTILINE,
)
_SETTING: Final = re.compile(r"^SET (\w+) = '?(.*?)'?(?: --.*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Function:
    """What runs when a function is called, and as whom.

    `source` is empty where the body is one expression: the database keeps that in its own words.
    """

    is_definer: bool
    settings: tuple[str, ...]
    source: str


def tables_not_as_made(tx: Tx) -> Found:
    """Return what is, in the book's schema, no table of the owner's that shows all its rows."""
    return _find(tx, _TABLES_NOT_AS_MADE)


def triggers_not_as_made(tx: Tx) -> Found:
    """Return triggers of the book that are not there, not always run, or not of the book."""
    return _find(tx, _TRIGGERS_NOT_AS_MADE)


def months_not_as_made(tx: Tx) -> Found:
    """Return where the parts of the transfers and the months that are open differ."""
    return _find(tx, _MONTHS_NOT_AS_MADE)


def defaults_not_as_made(tx: Tx) -> Found:
    """Return columns that would not take the database's clock or transaction."""
    return find(tx, _DEFAULTS_NOT_AS_MADE)


def functions_not_as_written(tx: Tx) -> list[str]:
    """Return the functions of the book that are not what the project's files say.

    A body of one expression is not compared.
    """
    written = _written()
    return [
        f"the function ledger.{row.name} is not the one of the project"
        for row in tx.exec_driver_sql(_FUNCTIONS)
        if row.owner != OWNER
        or _Function(row.prosecdef, tuple(row.settings), row.prosrc) != written.get(row.name)
    ]


def guarded_size(tx: Tx) -> tuple[int, int]:
    """Return how many tables and functions the book has."""
    tables = int(tx.exec_driver_sql(_MADE + _SIZE, {"tables": list(TABLES)}).scalar_one())
    return tables, len(tx.exec_driver_sql(_FUNCTIONS).all())


def _find(tx: Tx, query: str) -> Found:
    return find(tx, _MADE + query, {"tables": list(TABLES), "owner": OWNER})


def _written() -> dict[str, _Function]:
    """Return each function as the last file that defines it has it: `a_v1_by_v2` after `a_v1`."""
    return dict(
        definition
        for path in sorted(SQL_FOLDER.glob("*.sql"))
        for definition in _definitions(path.read_text(encoding="utf-8"))
    )


def _definitions(text: str) -> Iterator[tuple[str, _Function]]:
    for found in _DEFINITION.finditer(text):
        head = found["head"]
        settings = tuple(f"{name}={value}" for name, value in _SETTING.findall(head))
        is_definer = "\nSECURITY DEFINER\n" in head
        yield found["name"], _Function(is_definer, settings, found["body"] or "")
