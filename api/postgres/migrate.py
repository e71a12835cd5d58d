"""Bring a database to the newest shape of its tables."""

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.pool import NullPool

from api.postgres.embedded import Server
from api.postgres.errors import DatabaseRefused
from api.postgres.prepare import MIGRATOR, database_at, prepare
from migrations.loading import AS_OWNER

_INI = Path(__file__).resolve().parents[2] / "alembic.ini"


def ready_database(server: Server, name: str) -> None:
    """Create a database on a server of our own unless it is there, and migrate it."""
    prepare(server.dsn(database=name))
    migrate(server.dsn(role=MIGRATOR, database=name))


def migrate(dsn: str, *, revision: str = "head") -> tuple[str, str]:
    """Run the migrations up to a revision, one transaction each; nothing to do is fine.

    Returns the revisions before and after, '' for a database without one.

    The role in `dsn` is `clearing_migrator`, or a superuser, for whom the database is prepared
    first. Either becomes `clearing_owner` as it connects, so a release never runs with more.

    Raises:
        DatabaseRefused: the server does not answer, is not prepared, or the role may not migrate;
            or there is no such address or revision.
    """
    database_at(dsn)
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
        before = _revision(connection)
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            raise DatabaseRefused(" ".join(str(error).split())) from error
        return before, _revision(connection)


def _revision(connection: Connection) -> str:
    context = MigrationContext.configure(connection, opts={"version_table_schema": "public"})
    revision = context.get_current_revision() or ""
    connection.rollback()
    return revision


def _is_superuser(dsn: str) -> bool:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = session_user")
        return row.fetchone() == (True,)
