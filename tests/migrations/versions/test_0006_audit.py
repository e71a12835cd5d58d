"""Audit records come, and go again only while there are none."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, inspect, make_url, text
from sqlalchemy.pool import NullPool

from api.postgres.embedded import Server
from api.postgres.migrate import migrate
from ledger.audit_record import Act, Doer
from ledger.postgres.audit_rows import record
from migrations.loading import MigrationRefused

INI = Path(__file__).parents[3] / "alembic.ini"
NAME = "clearing_migrating_audit"

Create = Callable[[str], Engine]


@pytest.fixture
def create(server: Server) -> Generator[Create]:
    """Give what creates a database with an encoding; its superuser's connections."""
    url = make_url(server.dsn()).set(drivername="postgresql+psycopg")
    administer = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")

    def created(encoding: str) -> Engine:
        statement = text(
            f"CREATE DATABASE {NAME} ENCODING {encoding} TEMPLATE template0 LOCALE 'C'"
        )
        with administer.connect() as connection:
            connection.execute(statement)
        return create_engine(url.set(database=NAME), poolclass=NullPool)

    yield created
    with administer.connect() as connection:
        connection.execute(text(f"DROP DATABASE {NAME} WITH (FORCE)"))


def test_the_way_back_is_open_until_something_is_recorded(server: Server, create: Create) -> None:
    engine = create("UTF8")
    dsn = server.dsn(database=NAME)
    migrate(dsn, revision="0006")
    _back(engine)
    assert not inspect(engine).has_table("audit_record", schema="ledger")
    migrate(dsn, revision="0006")
    with engine.begin() as tx:
        record(tx, Doer(actor="os:lan", reason="why").did(Act.CLOSE_DAY, to="day:1"))
    with pytest.raises(MigrationRefused, match="going back would lose it"):
        _back(engine)


def test_a_database_that_cannot_tell_composed_letters_is_refused(
    server: Server, create: Create
) -> None:
    create("LATIN1")
    with pytest.raises(MigrationRefused, match="must be UTF8"):
        migrate(server.dsn(database=NAME), revision="0006")


def _back(engine: Engine) -> None:
    config = Config(str(INI))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0005")
