"""The register of authorities comes, and goes again only while nobody is in it."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, inspect, make_url, text
from sqlalchemy.pool import NullPool

from api.postgres.embedded import Server
from api.postgres.migrate import migrate
from migrations.loading import MigrationRefused

INI = Path(__file__).parents[3] / "alembic.ini"
NAME = "clearing_migrating_authorities"


def test_the_way_back_is_open_until_somebody_is_registered(server: Server) -> None:
    url = make_url(server.dsn()).set(drivername="postgresql+psycopg")
    administer = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with administer.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {NAME} ENCODING UTF8 TEMPLATE template0"))
    engine = create_engine(url.set(database=NAME), poolclass=NullPool)
    try:
        migrate(server.dsn(database=NAME), revision="0011")
        _back(engine)
        assert not inspect(engine).has_table("authority", schema="payments")
        migrate(server.dsn(database=NAME), revision="0011")
        with engine.begin() as tx:
            tx.execute(
                text(
                    "INSERT INTO payments.authority (code, family, name, pushed_by, in_force_from,"
                    " items_per_minute_max) VALUES ('a', 'police', 'A', 'a', '2020-01-01', 1)"
                )
            )
        with pytest.raises(MigrationRefused, match="going back would lose it"):
            _back(engine)
    finally:
        with administer.connect() as connection:
            connection.execute(text(f"DROP DATABASE {NAME} WITH (FORCE)"))


def _back(engine: Engine) -> None:
    config = Config(str(INI))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0010")
