"""Bring a database to the newest shape of its tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

_INI = Path(__file__).resolve().parents[2] / "alembic.ini"


def migrate(dsn: str, *, revision: str = "head") -> None:
    """Run the migrations up to a revision, all in one transaction; nothing to do is fine.

    The role in `dsn` is a superuser or a member of `clearing_owner`.
    """
    config = Config(str(_INI))
    engine = create_engine(make_url(dsn).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
