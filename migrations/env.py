"""Runs the migrations on the database it is given: an open connection, or an address."""

import os

from alembic import context
from sqlalchemy import Connection, create_engine, make_url, pool

from migrations.loading import AS_OWNER, MigrationRefused

URL_VARIABLES = ("CLEARING_MIGRATE_URL", "DATABASE_URL")


def _url() -> str:
    given = context.get_x_argument(as_dictionary=True).get("url")
    for value in (given, *(os.environ.get(name) for name in URL_VARIABLES)):
        if value:
            return str(value)
    names = " or ".join(URL_VARIABLES)
    raise MigrationRefused(f"no database named: pass -x url=postgresql://... or set {names}")


def _run_on(connection: Connection) -> None:
    # One transaction each: a step may leave it for what PostgreSQL only does outside of any.
    context.configure(
        connection=connection, version_table_schema="public", transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()


def _run() -> None:
    if context.is_offline_mode():
        raise MigrationRefused("migrations read the database before they change it: no --sql here")
    given = context.config.attributes.get("connection")
    if given is not None:
        _run_on(given)
        return
    url = make_url(_url()).set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=pool.NullPool, connect_args={"options": AS_OWNER})
    with engine.connect() as connection:
        _run_on(connection)


_run()
