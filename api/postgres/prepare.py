"""What a superuser does once per database, so that every release after it needs none."""

from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from api.postgres.errors import DatabaseRefused

MIGRATOR = "clearing_migrator"
"""Who migrates: may become the owner of everything of ours, and is nothing else."""
_ROLES = Path(__file__).resolve().parents[2] / "ledger" / "postgres" / "sql" / "roles_v2.sql"


def prepare(dsn: str) -> None:
    """Create the database unless it is there, and its roles, owner, limits and closed doors.

    `dsn` names the database and a superuser. Again it changes nothing, and it takes along databases
    of earlier versions.

    Raises:
        DatabaseRefused: the server does not answer, or the role is no superuser; or no address.
    """
    name = database_at(dsn)
    try:
        _create(dsn, name)
        with psycopg.connect(dsn) as connection:
            connection.execute(_ROLES.read_bytes())
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseRefused("preparing a database takes a superuser, once") from error
    except psycopg.OperationalError as error:
        raise DatabaseRefused(" ".join(str(error).split())) from error


def database_at(dsn: str) -> str:
    """Return the name of the database an address leads to.

    Raises:
        DatabaseRefused: it is no address, or names none; what it is is not repeated, for it may
            hold a password.
    """
    try:
        url = make_url(dsn)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername not in {"postgresql", "postgres"} or not url.database:
        raise DatabaseRefused("an address is like postgresql://role@host/database, not as given")
    return url.database


def _create(dsn: str, name: str) -> None:
    with psycopg.connect(dsn, dbname="postgres", autocommit=True) as connection:
        found = connection.execute("SELECT FROM pg_database WHERE datname = %s", (name,))
        if found.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
