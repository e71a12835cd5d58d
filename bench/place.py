"""Where a bench works: a throw-away PostgreSQL that syncs every commit, and its conditions."""

import os
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import create_engine, make_url

from api.postgres.embedded import Server
from api.postgres.migrate import migrate
from ledger.postgres.transaction import OpenTx, transactions

BOOK = "bench_book"
SHOWN = ("server_version", "fsync", "synchronous_commit", "shared_buffers", "max_wal_size")


@dataclass(frozen=True, slots=True)
class Place:
    """A server by its superuser's address, its pgbench if it has one, and the disk it is on."""

    dsn: str
    pgbench: Path | None
    folder: Path

    def address(self, database: str, *, role: str | None = None) -> str:
        """Return the address of one database, as the superuser or another role."""
        url = make_url(self.dsn).set(drivername="postgresql", database=database)
        return (url.set(username=role) if role else url).render_as_string(hide_password=False)

    @contextmanager
    def book(self, database: str, *, role: str) -> Generator[OpenTx]:
        """Give the way to open transactions of a role, on one connection that is kept."""
        url = make_url(self.address(database, role=role)).set(drivername="postgresql+psycopg")
        engine = create_engine(url, pool_size=1)
        try:
            yield transactions(engine)
        finally:
            engine.dispose()


@contextmanager
def throw_away() -> Generator[Place]:
    """Start a server with settings as shipped, and remove it with all its data afterwards."""
    with tempfile.TemporaryDirectory(prefix="clearing-bench-") as folder:
        Path(folder).chmod(0o755)
        server = Server(Path(folder) / "postgres")
        server.start()
        try:
            yield place_of(server)
        finally:
            server.stop()


def place_of(server: Server) -> Place:
    """Return a running server as a place to measure on."""
    pgbench = Path(server.binaries().program("pgbench"))
    return Place(server.dsn(), pgbench if pgbench.exists() else None, server.data)


def new_database(place: Place, name: str) -> None:
    """Create an empty database, in the place of one that is there."""
    drop_database(place, name)
    _administer(place, "CREATE DATABASE {}", name)


def new_book(place: Place, name: str) -> None:
    """Create a database with an empty book, in the place of one that is there."""
    new_database(place, name)
    migrate(place.address(name))


def drop_database(place: Place, name: str) -> None:
    """Remove a database and everybody's connections to it."""
    _administer(place, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def conditions(place: Place) -> list[str]:
    """Return what figures depend on, one line each: processors, load, server and its settings."""
    one, five, _ = (f"{load:.2f}" for load in os.getloadavg())
    with psycopg.connect(place.dsn) as connection:
        found = connection.execute(
            "SELECT name, current_setting(name) FROM unnest(%s::text[]) AS name", [list(SHOWN)]
        ).fetchall()
    return [
        f"{os.cpu_count()} processors, shared with the clients; load average {one} (1 min), {five}",
        "PostgreSQL " + ", ".join(f"{name} {value}" for name, value in found),
    ]


def say(progress: str) -> None:
    """Tell the person who waits."""
    print(progress, file=sys.stderr, flush=True)


def _administer(place: Place, statement: LiteralString, name: str) -> None:
    with psycopg.connect(place.dsn, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
