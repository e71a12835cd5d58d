"""What the roles of the database may never do, statement by statement.

Tables, sequences and functions are found in the catalogue, so that a new one is covered by itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from sqlalchemy import Row, text

from ledger.postgres.transaction import Tx
from tests.invariants.given import ALL, MAY_CALL, MAY_CHANGE, MAY_COUNT, MAY_WRITE, REPORT_READS

DENIED: Final = "42501"
ON_TABLES: Final = (
    "TRUNCATE <t> CASCADE",
    "COPY <t> FROM '/dev/null'",
    "COPY <t> FROM PROGRAM 'id'",
    "ALTER TABLE <t> DISABLE TRIGGER ALL",
    "ALTER TABLE <t> DISABLE TRIGGER USER",
    "ALTER TABLE <t> ENABLE REPLICA TRIGGER refuse_change",
    "ALTER TABLE <t> RENAME TO other",
    "ALTER TABLE <t> SET SCHEMA public",
    "ALTER TABLE <t> OWNER TO <role>",
    "ALTER TABLE <t> ADD COLUMN other integer",
    "ALTER TABLE <t> DROP COLUMN <c> CASCADE",
    "ALTER TABLE <t> ALTER COLUMN <c> SET DEFAULT NULL",
    "ALTER TABLE <t> ALTER COLUMN <c> SET STATISTICS 0",
    "ALTER TABLE <t> SET (autovacuum_enabled = false)",
    "ALTER TABLE <t> REPLICA IDENTITY NOTHING",
    "ALTER TABLE <t> SET UNLOGGED",
    "ALTER TABLE <t> ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE <t> ADD CONSTRAINT other CHECK (false) NOT VALID",
    "DROP TABLE <t> CASCADE",
    "CREATE INDEX ON <t> ((1))",
    "CREATE RULE other AS ON INSERT TO <t> DO INSTEAD NOTHING",
    "CREATE POLICY other ON <t>",
    "CREATE TRIGGER other BEFORE TRUNCATE ON <t> EXECUTE FUNCTION ledger.refuse_change_v1()",
    "CREATE TABLE ledger.other () INHERITS (<t>)",
    "CREATE STATISTICS ledger.other ON <c>, <c> FROM <t>",
    "COMMENT ON TABLE <t> IS 'other'",
    "REINDEX TABLE <t>",
)
ON_PARTS: Final = (
    "ALTER TABLE <parent> DETACH PARTITION <t>",
    "ALTER TABLE <parent> ATTACH PARTITION <t> DEFAULT",
    "CREATE TABLE ledger.other PARTITION OF <parent> DEFAULT",
)
ON_FUNCTIONS: Final = (
    "DROP FUNCTION <f> CASCADE",
    "ALTER FUNCTION <f> SECURITY INVOKER",
    "ALTER FUNCTION <f> SET search_path = public",
    "ALTER FUNCTION <f> OWNER TO <role>",
    "ALTER FUNCTION <f> RENAME TO other",
    "COMMENT ON FUNCTION <f> IS 'other'",
)
ON_SEQUENCES: Final = (
    "SELECT setval('<s>', 1)",
    "ALTER SEQUENCE <s> RESTART",
    "DROP SEQUENCE <s> CASCADE",
)
ANYWHERE: Final = (
    # Make something of one's own, beside ours or in the place of ours.
    "CREATE TEMP TABLE entry (LIKE ledger.entry)",
    "CREATE TABLE pg_temp.entry ()",
    "CREATE TEMP VIEW entry AS SELECT 1",
    "CREATE TEMP SEQUENCE entry_entry_id_seq",
    "SELECT 1 AS entry_id INTO TEMP entry",
    "CREATE TABLE ledger.mine ()",
    "CREATE TABLE payments.mine ()",
    "CREATE TABLE public.entry ()",
    "CREATE VIEW ledger.mine AS SELECT 1",
    "CREATE SEQUENCE ledger.mine",
    "CREATE TYPE ledger.mine AS (one integer)",
    "CREATE DOMAIN ledger.mine AS integer",
    "CREATE FUNCTION ledger.mine() RETURNS integer LANGUAGE sql RETURN 1",
    "CREATE OR REPLACE FUNCTION ledger.refuse_change_v1() RETURNS trigger LANGUAGE plpgsql AS ''",
    "CREATE OR REPLACE FUNCTION ledger.is_batch_v1(text) RETURNS boolean LANGUAGE sql RETURN true",
    "CREATE SCHEMA mine",
    "DROP SCHEMA ledger CASCADE",
    "ALTER SCHEMA ledger RENAME TO book",
    "ALTER SCHEMA ledger OWNER TO <role>",
    "COMMENT ON SCHEMA ledger IS 'other'",
    "DROP VIEW payments.reconcilable_v1 CASCADE",
    "DROP OWNED BY clearing_owner",
    "REASSIGN OWNED BY clearing_owner TO <role>",
    "UPDATE public.alembic_version SET version_num = '0001'",
    "CREATE EXTENSION pg_trgm",
)
NOT_FOR_STRANGERS: Final = (
    "SET ROLE clearing_owner",
    "ALTER DEFAULT PRIVILEGES FOR ROLE clearing_owner GRANT ALL ON TABLES TO <role>",
)
"""What only a member of the owner may: PostgreSQL 15 does not ask it to become the owner first."""

OUT_OF_REACH: Final = (
    # Become somebody else.
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "ALTER ROLE <role> SUPERUSER",
    "ALTER ROLE <role> BYPASSRLS",
    "ALTER ROLE <role> REPLICATION",
    "ALTER ROLE postgres PASSWORD 'mine'",
    "ALTER ROLE postgres RENAME TO mine",
    "ALTER ROLE ALL SET search_path = mine",
    "CREATE ROLE mine",
    "DROP ROLE clearing_auditor",
    "GRANT pg_read_server_files TO <role>",
    "GRANT pg_write_all_data TO <role>",
    "GRANT postgres TO <role>",
    "GRANT clearing_owner TO clearing_app",
    # Switch off what protects.
    "SET session_replication_role = replica",
    "SET log_statement = 'none'",
    "SET zero_damaged_pages = on",
    "SET ignore_checksum_failure = on",
    "SET allow_system_table_mods = on",
    "SET lc_messages = 'C'",
    "CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION ledger.refuse_change_v1()",
    "UPDATE pg_catalog.pg_trigger SET tgenabled = 'D'",
    "DELETE FROM pg_catalog.pg_trigger",
    "UPDATE pg_catalog.pg_class SET relowner = 0",
    "UPDATE pg_catalog.pg_proc SET prosrc = ''",
    "UPDATE pg_catalog.pg_database SET datacl = NULL",
    # Read what is others', from the server or the machine.
    "SELECT rolpassword FROM pg_catalog.pg_authid",
    "SELECT passwd FROM pg_catalog.pg_shadow",
    "SELECT * FROM pg_catalog.pg_user_mapping",
    "SELECT * FROM pg_catalog.pg_statistic",
    "SELECT * FROM pg_catalog.pg_largeobject",
    "SELECT * FROM pg_catalog.pg_hba_file_rules",
    "SELECT * FROM pg_catalog.pg_file_settings",
    "SELECT pg_read_file('/etc/hostname')",
    "SELECT pg_read_binary_file('/etc/hostname')",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_stat_file('PG_VERSION')",
    "SELECT pg_ls_waldir()",
    "SELECT pg_current_logfile()",
    "COPY (SELECT 1) TO PROGRAM 'id'",
    "COPY (SELECT 1) TO '/tmp/mine'",
    "SELECT lo_import('/etc/hostname')",
    "SELECT lo_export(1, '/tmp/mine')",
    "SELECT lo_create(0)",
    "SELECT lo_creat(-1)",
    "SELECT lo_from_bytea(0, 'mine')",
    # Leave with everything, or wear the server down.
    "CREATE PUBLICATION mine FOR ALL TABLES",
    "CREATE SUBSCRIPTION mine CONNECTION '' PUBLICATION mine WITH (connect = false)",
    "SELECT pg_create_physical_replication_slot('mine')",
    "SELECT pg_create_logical_replication_slot('mine', 'pgoutput')",
    "SELECT pg_logical_emit_message(false, 'mine', 'mine')",
    "CREATE FOREIGN DATA WRAPPER mine",
    "CREATE LANGUAGE mine HANDLER plpgsql_call_handler",
    "ALTER EXTENSION plpgsql UPDATE",
    "DROP EXTENSION plpgsql CASCADE",
    "SELECT pg_reload_conf()",
    "SELECT pg_rotate_logfile()",
    "SELECT pg_switch_wal()",
    "SELECT pg_promote()",
    "SELECT pg_stat_reset()",
    "CHECKPOINT",
)
"""Refused to whoever is no superuser, the owner of our tables too."""

NOT_FOR_READERS: Final = (
    "SELECT pg_advisory_lock(1279543109, -1)",
    "SELECT pg_advisory_xact_lock(1279543109, -1)",
    "SELECT pg_try_advisory_lock(1)",
    "SELECT pg_advisory_xact_lock_shared(1279543109, -1)",
)
"""The locks that posting waits for."""

ON_THE_DATABASE: Final = (
    "ALTER DATABASE <db> OWNER TO <role>",
    "ALTER DATABASE <db> SET search_path = mine",
    "ALTER DATABASE <db> RENAME TO mine",
    "COMMENT ON DATABASE <db> IS 'other'",
)
OUTSIDE: Final = (
    "ALTER SYSTEM SET fsync = off",
    "ALTER SYSTEM RESET ALL",
    "CREATE DATABASE mine",
    "CREATE TABLESPACE mine LOCATION '/tmp'",
    "CREATE INDEX CONCURRENTLY ON ledger.entry ((1))",
    "REINDEX TABLE CONCURRENTLY ledger.entry",
)
"""Not for a transaction block, so tried without one."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view of ours; `parent` is the whole it is a part of, or ''."""

    name: str
    parent: str
    is_view: bool
    columns: Sequence[str]

    def of(self, statement: str, *, column: str = "") -> str:
        """Return a statement about this table, and one of its columns: the first unless named."""
        named = statement.replace("<t>", self.name).replace("<parent>", self.parent)
        return named.replace("<c>", column or self.columns[0])


_TABLES: Final = """
SELECT pg_class.oid::regclass::text AS name,
    coalesce((SELECT inhparent::regclass::text FROM pg_inherits WHERE inhrelid = pg_class.oid), '')
        AS parent,
    relkind = 'v' AS is_view,
    ARRAY(SELECT quote_ident(attname) FROM pg_attribute
        WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum)
        AS columns
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname IN ('ledger', 'payments', 'reconciliation', 'api') AND relkind IN ('r', 'p', 'v')
ORDER BY 1
"""
_FUNCTIONS: Final = """
SELECT pg_proc.oid::regprocedure::text AS signature,
    nspname || '.' || proname AS name,
    nspname || '.' || proname || '(' || coalesce((
        SELECT string_agg('NULL::' || format_type(type, NULL), ', ')
        FROM unnest(proargtypes) AS type), '') || ')' AS call
FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
WHERE nspname IN ('ledger', 'payments', 'reconciliation', 'api')
ORDER BY 1
"""
_SEQUENCES: Final = """
SELECT pg_class.oid::regclass::text AS name
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname IN ('ledger', 'payments', 'reconciliation', 'api') AND relkind = 'S'
ORDER BY 1
"""


def relations(tx: Tx) -> list[Table]:
    """Return every table of ours, every part of one, and every view."""
    return [
        Table(str(row.name), str(row.parent), bool(row.is_view), list(row.columns))
        for row in _rows(tx, _TABLES)
    ]


def tables(tx: Tx) -> list[Table]:
    """Return every table of ours, and every part of one."""
    return [relation for relation in relations(tx) if not relation.is_view]


def changes(table: Table) -> Iterator[str]:
    """Yield every way to change or remove what a table holds that even its owner is refused."""
    may = MAY_CHANGE.get(table.name, frozenset[str]())
    if "*" not in may:
        for column in sorted(set(table.columns) - may):
            yield table.of("UPDATE <t> SET <c> = DEFAULT", column=column)
            yield table.of("UPDATE <t> SET <c> = DEFAULT WHERE false", column=column)
    if "DELETE" not in may:
        yield table.of("DELETE FROM <t>")
        yield table.of("DELETE FROM <t> WHERE false")
        yield table.of("MERGE INTO <t> USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE")
    if "TRUNCATE" not in may:
        yield table.of("TRUNCATE <t> CASCADE")


def unreadable(tx: Tx, role: str) -> Iterator[str]:
    """Yield a look at each column that a role is not to see."""
    for relation in relations(tx):
        whole = relation.parent or relation.name
        seen = frozenset[str]()
        if role == "clearing_report":
            seen = REPORT_READS.get(whole, seen)
        elif role == "clearing_app" and not whole.startswith("reconciliation."):
            seen = ALL
        if "*" not in seen:
            for column in sorted(set(relation.columns) - seen):
                yield relation.of("SELECT <c> FROM <t>", column=column)


def forbidden_writes(role: str, table: Table) -> Iterator[str]:
    """Yield the writes to a table that a role is not given."""
    rights = MAY_WRITE[role].get(table.name, frozenset[str]())
    columns = rights - {"INSERT", "DELETE"}
    if "INSERT" not in rights:
        yield table.of("INSERT INTO <t> DEFAULT VALUES")
    if "DELETE" not in rights:
        yield table.of("DELETE FROM <t>")
        yield table.of("MERGE INTO <t> USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE")
    if "*" not in columns:
        for column in sorted(set(table.columns) - columns):
            yield table.of("UPDATE <t> SET <c> = DEFAULT", column=column)
    if not columns:
        yield table.of("SELECT FROM <t> FOR UPDATE")
        yield table.of("SELECT FROM <t> FOR KEY SHARE")
        if "DELETE" not in rights:
            yield table.of("LOCK TABLE <t> IN ACCESS EXCLUSIVE MODE")


def forbidden_on_tables(tx: Tx, role: str) -> list[str]:
    """Return what a role may not do to the tables of ours."""
    found: list[str] = []
    for table in tables(tx):
        found += forbidden_writes(role, table)
        found += [table.of(statement) for statement in ON_TABLES]
        if table.parent:
            found += [table.of(statement) for statement in ON_PARTS]
    return [statement.replace("<role>", role) for statement in found]


def forbidden_on_functions(tx: Tx, role: str) -> list[str]:
    """Return what a role may not do with the functions and sequences of ours."""
    found: list[str] = []
    for function in _rows(tx, _FUNCTIONS):
        if role not in MAY_CALL.get(str(function.name), frozenset()):
            found.append(f"SELECT {function.call}")
        found += [each.replace("<f>", str(function.signature)) for each in ON_FUNCTIONS]
    for sequence in _rows(tx, _SEQUENCES):
        name = str(sequence.name)
        if role not in MAY_COUNT.get(name, frozenset()):
            found.append(f"SELECT nextval('{name}')")
        found += [each.replace("<s>", name) for each in ON_SEQUENCES]
    return [statement.replace("<role>", role) for statement in found]


def _rows(tx: Tx, question: LiteralString) -> Sequence[Row[Any]]:
    return tx.execute(text(question)).all()
