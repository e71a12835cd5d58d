"""What each role may do with the book: post through its one function, read, and nothing else."""

from collections.abc import Iterator, Sequence

import pytest
from psycopg import errors
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from api.postgres.embedded import Server
from ledger.digest import digest_of
from ledger.money import Money
from ledger.postgres.balances import balance
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import Tx
from tests.ledger.attempts import BOTH, EVERYONE, TABLES, as_role, filled, leg, on, refusal
from tests.ledger.samples import capture

POST_NOTHING = "SELECT ledger.post_entries_v1(" + ", ".join(["'{}'"] * 11) + ")"
CLOSE = "SELECT ledger.close_day_v1('2026-11-20', now())"
FORBIDDEN_ON_TABLES = [
    "INSERT INTO <table> DEFAULT VALUES",
    "UPDATE <table> SET <column> = <column>",
    "DELETE FROM <table>",
    "TRUNCATE <table> CASCADE",
    "COPY <table> FROM '/dev/null'",
    "LOCK TABLE <table> IN SHARE MODE",
    "SELECT * FROM <table> FOR UPDATE",
    "ALTER TABLE <table> DISABLE TRIGGER ALL",
    "DROP TRIGGER refuse_change ON <table>",
    "DROP TABLE <table> CASCADE",
    "CREATE RULE other AS ON INSERT TO <table> DO INSTEAD NOTHING",
    "CREATE INDEX ON <table> ((1))",
    "CREATE POLICY other ON <table>",
]
FORBIDDEN = [
    "SELECT setval('ledger.entry_entry_id_seq', 1)",
    "SELECT nextval('ledger.entry_entry_id_seq')",
    "CREATE TABLE ledger.entry_of_mine ()",
    "CREATE TABLE public.entry ()",
    "CREATE FUNCTION ledger.mine() RETURNS int LANGUAGE sql RETURN 1",
    "CREATE SCHEMA mine",
    "DROP SCHEMA ledger CASCADE",
    "ALTER SCHEMA ledger RENAME TO book",
    "ALTER FUNCTION ledger.post_entries_v1 SECURITY INVOKER",
    "DROP FUNCTION ledger.check_entries_v1 CASCADE",
    "SET session_replication_role = replica",
    "SET ROLE clearing_owner",
    "ALTER ROLE clearing_app SUPERUSER",
    "ALTER DEFAULT PRIVILEGES FOR ROLE clearing_owner GRANT ALL ON TABLES TO clearing_app",
    "SET SESSION AUTHORIZATION postgres",
    "GRANT clearing_owner TO clearing_app",
    "REASSIGN OWNED BY clearing_owner TO clearing_app",
    "DROP OWNED BY clearing_owner",
    "CREATE ROLE mine",
    "CREATE PUBLICATION mine FOR ALL TABLES",
    "COPY (SELECT 1) TO PROGRAM 'id'",
    "SELECT pg_read_file('/etc/hostname')",
    "SELECT lo_import('/etc/hostname')",
]


@pytest.fixture(params=EVERYONE)
def role_tx(request: pytest.FixtureRequest, server: Server, shared_database: str) -> Iterator[Tx]:
    """Give a transaction of each role of ours, undone after the test."""
    url = make_url(server.dsn(role=request.param, database=shared_database))
    engine = create_engine(url.set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def test_no_role_of_ours_gets_at_the_book_but_by_posting(role_tx: Tx) -> None:
    on_tables = [on(table, statement) for table in TABLES for statement in FORBIDDEN_ON_TABLES]
    allowed = [
        statement
        for statement in on_tables + FORBIDDEN
        if refusal(role_tx, statement) != errors.InsufficientPrivilege.sqlstate
    ]
    assert allowed == []


@pytest.mark.parametrize(
    ("role", "statements"),
    [
        ("clearing_app", [CLOSE]),
        ("clearing_report", [CLOSE, POST_NOTHING]),
        ("clearing_auditor", [CLOSE, POST_NOTHING]),
    ],
)
def test_only_who_must_may_post_or_close(
    owner_tx: Tx, role: str, statements: Sequence[str]
) -> None:
    as_role(owner_tx, role)
    for statement in statements:
        assert refusal(owner_tx, statement) == errors.InsufficientPrivilege.sqlstate


@pytest.mark.parametrize("role", EVERYONE)
def test_everyone_may_read_the_book(owner_tx: Tx, role: str) -> None:
    as_role(owner_tx, role)
    for table in TABLES:
        owner_tx.execute(text(on(table, "SELECT count(*) FROM <table>")))


@pytest.mark.parametrize("role", EVERYONE)
def test_no_role_of_ours_may_make_temporary_tables(owner_tx: Tx, template: str, role: str) -> None:
    # Rights on a database are not copied with it, so the migrated one is asked.
    may = text("SELECT has_database_privilege(:role, :database, 'TEMP, CREATE')")
    assert not owner_tx.execute(may, {"role": role, "database": template}).scalar_one()


def test_temporary_tables_cannot_take_the_place_of_ours(owner_tx: Tx) -> None:
    for table in TABLES:
        owner_tx.execute(text(f"CREATE TEMP TABLE {table} (LIKE ledger.{table})"))
        owner_tx.execute(text(f"GRANT ALL ON pg_temp.{table} TO clearing_app"))
    owner_tx.execute(text("SET LOCAL search_path = pg_temp, ledger"))
    as_role(owner_tx, "clearing_app")
    post_entries(owner_tx, [capture(1)])
    for table in TABLES:
        counted = text("SELECT count(*) FROM <table>".replace("<table>", f"pg_temp.{table}"))
        assert owner_tx.execute(counted).scalar_one() == 0
    assert balance(owner_tx, capture(1).transfers[0].debit).net == Money(750_000)


def test_saying_that_a_write_was_checked_gives_no_right_to_write(role_tx: Tx) -> None:
    role_tx.execute(text("SET LOCAL ledger.checked = 'by post_entries_v1'"))
    refused = refusal(role_tx, filled(BOTH, digest=digest_of(capture(1)), legs=leg()))
    assert refused == errors.InsufficientPrivilege.sqlstate


@pytest.mark.parametrize("role", EVERYONE)
def test_no_role_of_ours_can_do_more_than_it_is_given(owner_tx: Tx, role: str) -> None:
    found = owner_tx.execute(
        text(
            "SELECT rolconfig, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
            " FROM pg_roles WHERE rolname = :role",
        ),
        {"role": role},
    ).one()
    assert found == (["search_path=pg_catalog"], False, False, False, False, False)
