"""Connections of one process: bounded, impatient, and honest about a database that is away."""

import atexit

from sqlalchemy import create_engine, make_url

from ledger.postgres.transaction import OpenTx, transactions

WAIT_S = 2
CONNECT_S = 3
STATEMENT_MS = 15_000
LONG_STATEMENT_MS = 3_600_000
"""For matching and proving, where one statement looks at a whole day or the whole book."""
LOCK_MS = 5_000
IDLE_MS = 30_000
TCP_USER_MS = 20_000


def open_pool(
    dsn: str, *, connections_max: int, name: str, statement_ms: int = STATEMENT_MS
) -> OpenTx:
    """Return the way to open transactions on a pool of at most `connections_max`.

    Whoever waits longer than `WAIT_S` for a connection is refused; no statement runs longer than
    `statement_ms`. `name` shows in `pg_stat_activity`.
    """
    engine = create_engine(
        make_url(dsn).set(drivername="postgresql+psycopg"),
        pool_size=connections_max,
        max_overflow=0,
        pool_timeout=WAIT_S,
        pool_pre_ping=False,
        connect_args={
            "application_name": f"clearing {name}",
            "connect_timeout": CONNECT_S,
            "tcp_user_timeout": TCP_USER_MS,
            "options": (
                f"-c statement_timeout={statement_ms} -c lock_timeout={LOCK_MS}"
                f" -c idle_in_transaction_session_timeout={max(IDLE_MS, statement_ms)}"
            ),
        },
    )
    atexit.register(engine.dispose)  # The server hears of the end instead of finding out.
    return transactions(engine)
