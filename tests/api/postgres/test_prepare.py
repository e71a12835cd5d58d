"""Preparing a database: roles, their limits, whose it is, and what stays closed."""

from collections.abc import Iterator

import psycopg
import pytest

from api.postgres.embedded import Server
from api.postgres.errors import DatabaseRefused
from api.postgres.prepare import database_at, prepare

NAME = "being_prepared"
LIMITS = """
SELECT rolname, unnest(rolconfig) FROM pg_roles WHERE rolname ~ '^clearing_' ORDER BY 1, 2
"""
OWNER = """
SELECT pg_get_userbyid(datdba), datacl::text FROM pg_database WHERE datname = current_database()
"""


@pytest.fixture
def dsn(server: Server) -> Iterator[str]:
    """Give a superuser's address of a database that is not there yet."""
    yield server.dsn(database=NAME)
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


def test_preparing_twice_changes_nothing_more(dsn: str) -> None:
    prepare(dsn)
    with psycopg.connect(dsn) as connection:
        limits = connection.execute(LIMITS).fetchall()
        owner = connection.execute(OWNER).fetchall()
        prepare(dsn)
        assert connection.execute(LIMITS).fetchall() == limits
        assert connection.execute(OWNER).fetchall() == owner
    assert ("clearing_app", "statement_timeout=15s") in limits
    assert ("clearing_migrator", "log_statement=ddl") in limits
    assert owner[0][0] == "clearing_owner"


@pytest.mark.parametrize(
    "address", ["nonsense", "host=/nowhere dbname=x", "mysql://a@b/c", "postgresql://root@b"]
)
def test_an_address_that_cannot_be_one_is_refused_in_a_line(address: str) -> None:
    with pytest.raises(DatabaseRefused, match="an address is like postgresql://"):
        prepare(address)
    with pytest.raises(DatabaseRefused, match="an address is like postgresql://"):
        database_at(address)


def test_only_the_roles_of_ours_may_connect(dsn: str) -> None:
    prepare(dsn)
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE ROLE somebody_else LOGIN")
        found = connection.execute(
            "SELECT rolname FROM pg_roles WHERE NOT rolsuper AND rolcanlogin"
            " AND has_database_privilege(oid, current_database(), 'CONNECT') ORDER BY 1"
        ).fetchall()
        connection.rollback()
    assert [name for (name,) in found] == [
        *("clearing_app", "clearing_auditor", "clearing_migrator"),
        *("clearing_recon", "clearing_report"),
    ]


def test_who_is_no_superuser_is_told_so(server: Server, template: str, dsn: str) -> None:
    prepare(dsn)
    for database in (template, "not_there"):
        with pytest.raises(DatabaseRefused):
            prepare(server.dsn(role="clearing_app", database=database))


def test_a_server_that_is_away_is_one_line() -> None:
    with pytest.raises(DatabaseRefused) as refused:
        prepare("postgresql://postgres@/clearing?host=/nowhere")
    assert "\n" not in str(refused.value)
