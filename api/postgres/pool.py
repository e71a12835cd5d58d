"""Connections of one process: bounded, impatient, and honest about a database that is away."""

import atexit

from sqlalchemy import create_engine, make_url

from ledger.postgres.transaction import OpenTx, transactions

WAIT_S = 1
CONNECT_S = 3
TCP_USER_MS = 20_000


def open_pool(dsn: str, *, connections_max: int, name: str) -> OpenTx:
    """Return the way to open transactions on a pool of at most `connections_max`.

    Whoever waits longer than `WAIT_S` for a connection is refused. How long a statement may run is
    said by the role in `dsn`, in roles_v2.sql. `name` shows in `pg_stat_activity`.
    """
    engine = create_engine(
        make_url(dsn).set(drivername="postgresql+psycopg"),
        pool_size=connections_max,
        max_overflow=0,
        pool_timeout=WAIT_S,
        pool_pre_ping=False,
        isolation_level="READ COMMITTED",  # Whatever a role was told to begin with.
        connect_args={
            "application_name": f"clearing {name}",
            "connect_timeout": CONNECT_S,
            "tcp_user_timeout": TCP_USER_MS,
        },
    )
    atexit.register(engine.dispose)  # The server hears of the end instead of finding out.
    return transactions(engine)
