"""Bring a database to the newest shape of its tables."""

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from api.postgres.embedded import Server
from api.postgres.errors import DatabaseRefused
from api.postgres.prepare import MIGRATOR, prepare
from migrations.loading import AS_OWNER

_INI = Path(__file__).resolve().parents[2] / "alembic.ini"


def ready_database(server: Server, name: str) -> None:
    """Create a database on a server of our own unless it is there, and migrate it."""
    prepare(server.dsn(database=name))
    migrate(server.dsn(role=MIGRATOR, database=name))


def migrate(dsn: str, *, revision: str = "head") -> None:
    """Run the migrations up to a revision, one transaction each; nothing to do is fine.

    The role in `dsn` is `clearing_migrator`, or a superuser, for whom the database is prepared
    first. Either becomes `clearing_owner` as it connects, so a release never runs with more.

    Raises:
        DatabaseRefused: the server does not answer, is not prepared, or the role may not migrate.
    """
    try:
        if _is_superuser(dsn):
            prepare(dsn)
        psycopg.connect(dsn, options=AS_OWNER).close()
    except psycopg.OperationalError as error:
        told = " ".join(str(error).split())
        raise DatabaseRefused(f"{told} (was `clearing prepare-database` run?)") from error
    config = Config(str(_INI))
    engine = create_engine(
        make_url(dsn).set(drivername="postgresql+psycopg"),
        poolclass=NullPool,
        connect_args={"options": AS_OWNER},
    )
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _is_superuser(dsn: str) -> bool:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = session_user")
        return row.fetchone() == (True,)
