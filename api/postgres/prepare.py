"""What a superuser does once per database, so that every release after it needs none."""

from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from api.postgres.errors import DatabaseRefused

MIGRATOR = "clearing_migrator"
"""Who migrates: may become the owner of everything of ours, and is nothing else."""
_ROLES = Path(__file__).resolve().parents[2] / "ledger" / "postgres" / "sql" / "roles_v2.sql"


def prepare(dsn: str) -> None:
    """Create the database unless it is there, and its roles, owner, limits and closed doors.

    `dsn` names the database and a superuser. Again it changes nothing, and it takes along databases
    of earlier versions.

    Raises:
        DatabaseRefused: the server does not answer, or the role is no superuser.
    """
    try:
        _create(dsn)
        with psycopg.connect(dsn) as connection:
            connection.execute(_ROLES.read_bytes())
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseRefused("preparing a database takes a superuser, once") from error
    except psycopg.OperationalError as error:
        raise DatabaseRefused(" ".join(str(error).split())) from error


def _create(dsn: str) -> None:
    name = str(conninfo_to_dict(dsn).get("dbname", ""))
    with psycopg.connect(dsn, dbname="postgres", autocommit=True) as connection:
        found = connection.execute("SELECT FROM pg_database WHERE datname = %s", (name,))
        if found.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
