"""Migrating a database: from nothing, again, and one that an earlier version left."""

from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from api.postgres.embedded import Server
from api.postgres.errors import DatabaseRefused
from api.postgres.migrate import migrate, ready_database
from api.postgres.prepare import MIGRATOR, prepare

INI = Path(__file__).parents[3] / "alembic.ini"
LEFT = "left_by_an_earlier_version"
TABLES = """
SELECT schemaname || '.' || tablename FROM pg_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""
NOT_THE_OWNERS = """
SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname IN ('public', 'ledger', 'payments', 'reconciliation', 'api')
    AND pg_get_userbyid(relowner) <> 'clearing_owner'
UNION ALL
SELECT proname FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
WHERE nspname IN ('ledger', 'payments', 'reconciliation', 'api')
    AND pg_get_userbyid(proowner) <> 'clearing_owner'
"""


@pytest.fixture
def newest() -> str:
    """Give the name of the newest revision."""
    (head,) = ScriptDirectory.from_config(Config(str(INI))).get_heads()
    return head


@pytest.fixture
def left(server: Server) -> Iterator[str]:
    """Give the superuser's address of a database migrated to 0004 the way 0004 was released."""
    dsn = server.dsn(database=LEFT)
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {LEFT}")
    config = Config(str(INI))
    engine = create_engine(make_url(dsn).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
    yield dsn
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {LEFT} WITH (FORCE)")


def test_an_empty_database_gets_all_tables_and_a_second_run_changes_nothing(server: Server):
    dsn = server.dsn(database="migrated_twice")
    ready_database(server, "migrated_twice")
    first = rows(dsn, TABLES)
    ready_database(server, "migrated_twice")
    assert rows(dsn, TABLES) == first
    assert "ledger.transfer" in first
    assert rows(dsn, NOT_THE_OWNERS) == []


def test_a_prepared_database_of_an_earlier_version_is_taken_along_without_a_superuser(
    server: Server, left: str, template: str
):
    prepare(left)
    migrate(server.dsn(role=MIGRATOR, database=LEFT))
    assert rows(left, TABLES) == rows(server.dsn(database=template), TABLES)
    assert rows(left, NOT_THE_OWNERS) == []


def test_a_superuser_still_migrates_as_earlier_versions_were(left: str, server: Server):
    migrate(left)
    assert rows(left, NOT_THE_OWNERS) == []
    assert rows(left, "SELECT rolname FROM pg_roles WHERE rolname = 'clearing_migrator'")
    migrate(server.dsn(role=MIGRATOR, database=LEFT))


def test_a_role_that_is_not_there_is_refused_with_a_way_on(server: Server, left: str):
    assert left
    with pytest.raises(DatabaseRefused, match="prepare-database"):
        migrate(server.dsn(role="nobody_of_ours", database=LEFT))


def test_it_says_from_which_revision_to_which(server: Server, left: str, newest: str):
    prepare(left)
    dsn = server.dsn(role=MIGRATOR, database=LEFT)
    assert migrate(dsn, revision="0006") == ("0004", "0006")
    assert migrate(dsn) == ("0006", newest)
    assert migrate(dsn) == (newest, newest)


@pytest.mark.parametrize("address", ["nonsense", "dbname=x"])
def test_an_address_that_cannot_be_one_is_refused_in_a_line(address: str):
    with pytest.raises(DatabaseRefused, match="an address is like postgresql://"):
        migrate(address)


def test_a_revision_that_is_not_there_is_refused_by_name(server: Server, template: str):
    dsn = server.dsn(role=MIGRATOR, database=template)
    with pytest.raises(DatabaseRefused, match="nonsense"):
        migrate(dsn, revision="nonsense")


@pytest.mark.parametrize("role", ["clearing_app", "clearing_recon", "clearing_auditor"])
def test_no_other_role_of_ours_may_migrate(server: Server, template: str, role: str):
    with pytest.raises(DatabaseRefused, match="permission denied to set role"):
        migrate(server.dsn(role=role, database=template))


def test_what_a_migration_changes_is_logged(server: Server, template: str):
    ready_database(server, "migrated_loudly")
    assert template
    told = server.log.read_text(encoding="utf-8", errors="replace")
    assert 'CREATE SCHEMA "ledger" AUTHORIZATION "clearing_owner"' in told


def rows(dsn: str, question: LiteralString) -> list[str]:
    """Return the only column of what a superuser is answered."""
    with psycopg.connect(dsn) as connection:
        return [str(row[0]) for row in connection.execute(question)]
