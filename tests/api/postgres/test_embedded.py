"""The server of our own, really started."""

import psycopg

from api.postgres.embedded import Server
from ledger.postgres.transaction import OpenTx, Tx


def test_a_started_server_answers(server: Server):
    assert server.is_running()
    with psycopg.connect(server.dsn()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_transactions_are_there(tx: Tx, open_tx: OpenTx):
    assert tx.exec_driver_sql("SELECT 1").scalar_one() == 1
    with open_tx() as own:
        assert own.exec_driver_sql("SELECT 2").scalar_one() == 2
