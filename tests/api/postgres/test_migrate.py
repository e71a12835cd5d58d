"""Migrating a database, from nothing and again."""

import psycopg

from api.postgres.embedded import Server
from api.postgres.migrate import ready_database


def test_an_empty_database_gets_all_tables_and_a_second_run_changes_nothing(
    server: Server, template: str
):
    del template  # The roles are made once per server, by whoever comes first.
    dsn = server.dsn(database="migrated_twice")
    ready_database(server, "migrated_twice")
    first = tables_in(dsn)
    ready_database(server, "migrated_twice")
    assert tables_in(dsn) == first
    assert "ledger.transfer" in first


def tables_in(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
        )
        return [str(row[0]) for row in rows]
