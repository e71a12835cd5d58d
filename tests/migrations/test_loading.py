"""What migrations stand on: the owner, closed rights, and no way back over anything kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from api.postgres.embedded import Server
from api.postgres.prepare import prepare
from migrations.loading import MigrationRefused
from tests.ledger.attempts import ENTRY, filled

INI = Path(__file__).parents[2] / "alembic.ini"
OBJECTS_OF_OTHERS = text(
    "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
    " WHERE nspname = 'ledger' AND pg_get_userbyid(relowner) <> 'clearing_owner'"
    " UNION ALL SELECT proname FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace"
    " WHERE nspname = 'ledger' AND pg_get_userbyid(proowner) <> 'clearing_owner'"
    " UNION ALL SELECT nspname FROM pg_namespace"
    " WHERE nspname = 'ledger' AND pg_get_userbyid(nspowner) <> 'clearing_owner'",
)
UNSAFE_DEFINERS = text(
    "SELECT proname FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace"
    " WHERE nspname = 'ledger' AND (prosecdef OR prorettype = 'trigger'::regtype)"
    " AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false)",
)
OPEN_TO_ALL = text(
    "SELECT proname FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace"
    " WHERE nspname = 'ledger' AND has_function_privilege('public', pg_proc.oid, 'EXECUTE')",
)
TRIGGERS_NOT_ALWAYS_ON = text(
    "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
    " JOIN pg_namespace ON pg_namespace.oid = relnamespace"
    " WHERE nspname = 'ledger' AND NOT tgisinternal AND tgenabled <> 'A'",
)


@pytest.fixture
def empty(server: Server) -> Iterator[Connection]:
    """Give a superuser's connection to a database of its own without anything in it."""
    url = make_url(server.dsn()).set(drivername="postgresql+psycopg")
    administer = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    engine = create_engine(url.set(database="clearing_migrating"), poolclass=NullPool)
    with administer.connect() as connection:
        connection.execute(text("CREATE DATABASE clearing_migrating"))
        with engine.connect() as migrating:
            yield migrating
        connection.execute(text("DROP DATABASE clearing_migrating WITH (FORCE)"))


def _config(connection: Connection) -> Config:
    config = Config(str(INI))
    config.attributes["connection"] = connection
    return config


def test_the_book_goes_up_and_down_and_up_again(empty: Connection) -> None:
    for _ in range(2):
        with empty.begin():
            command.upgrade(_config(empty), "0001")
        with empty.begin():
            command.downgrade(_config(empty), "base")
            found = empty.execute(text("SELECT to_regnamespace('ledger')")).scalar_one()
            assert found is None


def test_there_is_no_way_back_over_a_single_entry(empty: Connection) -> None:
    command.upgrade(_config(empty), "0005")
    with empty.begin():
        empty.execute(text("ALTER TABLE ledger.entry DISABLE TRIGGER check_entries"))
        empty.execute(text(filled(ENTRY, digest=b"", legs="")))
    refused = pytest.raises(MigrationRefused, match=r"ledger\.entry is not empty")
    with refused, empty.begin():
        command.downgrade(_config(empty), "base")
    assert empty.execute(text("SELECT count(*) FROM ledger.entry")).scalar_one() == 1


def test_everything_belongs_to_the_owner_and_is_closed_to_the_public(empty: Connection) -> None:
    with empty.begin():
        command.upgrade(_config(empty), "0001")
        for question in (OBJECTS_OF_OTHERS, UNSAFE_DEFINERS, OPEN_TO_ALL, TRIGGERS_NOT_ALWAYS_ON):
            assert empty.execute(question).all() == []


def test_a_migration_by_the_address_alone_finds_its_database(
    empty: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = empty.engine.url.render_as_string(hide_password=False)
    prepare(empty.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    monkeypatch.delenv("CLEARING_MIGRATE_URL", raising=False)
    monkeypatch.setenv("DATABASE_URL", address)
    command.upgrade(Config(str(INI)), "0001")
    with empty.begin():
        found = empty.execute(text("SELECT version_num FROM public.alembic_version"))
        assert found.scalar_one() == "0001"


def test_a_migration_without_a_database_says_which_settings_name_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("CLEARING_MIGRATE_URL", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(MigrationRefused, match="CLEARING_MIGRATE_URL or DATABASE_URL"):
        command.upgrade(Config(str(INI)), "head")


def test_migrations_are_not_written_out_without_a_database(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(MigrationRefused, match="--sql"):
        command.upgrade(Config(str(INI)), "head", sql=True)
    assert capsys.readouterr().out == ""
