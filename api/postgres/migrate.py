"""Bring a database to the newest shape of its tables."""

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from api.postgres.embedded import Server

_INI = Path(__file__).resolve().parents[2] / "alembic.ini"


def ready_database(server: Server, name: str) -> None:
    """Create a database on a server of our own unless it is there, and migrate it."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        if found.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    migrate(server.dsn(database=name))


def migrate(dsn: str, *, revision: str = "head") -> None:
    """Run the migrations up to a revision, one transaction each; nothing to do is fine.

    The role in `dsn` is a superuser or a member of `clearing_owner`.
    """
    config = Config(str(_INI))
    engine = create_engine(make_url(dsn).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
