"""Tests stand alone: no way out, nothing left behind, nothing shared."""

import socket
import warnings

import psycopg
import pytest
from pytest_socket import SocketConnectBlockedError
from sqlalchemy import text

from ledger.postgres.transaction import OpenTx, Tx


def test_no_test_reaches_another_machine():
    refused = pytest.raises(SocketConnectBlockedError)
    with socket.socket() as reaching, refused, pytest.warns(UserWarning, match="tried to use"):
        reaching.connect(("192.0.2.1", 80))  # An address for documentation: nobody's.


def test_a_warning_is_an_error():
    with pytest.raises(UserWarning, match="heard"):
        warnings.warn("heard", stacklevel=1)


@pytest.mark.parametrize("turn", [1, 2])
def test_what_one_test_writes_the_next_does_not_see(turn: int, owner_tx: Tx):
    owner_tx.execute(text("CREATE TABLE public.seen (turn int)"))
    owner_tx.execute(text("INSERT INTO public.seen VALUES (:turn)"), {"turn": turn})
    assert owner_tx.execute(text("SELECT count(*) FROM public.seen")).scalar_one() == 1


@pytest.mark.parametrize("turn", [1, 2])
def test_what_one_test_commits_the_next_does_not_see(turn: int, owner_dsn: str):
    with psycopg.connect(owner_dsn) as connection:
        connection.execute("CREATE TABLE public.kept (turn int)")
        connection.execute("INSERT INTO public.kept VALUES (%s)", (turn,))
    with psycopg.connect(owner_dsn) as connection:
        assert connection.execute("SELECT turn FROM public.kept").fetchall() == [(turn,)]


def test_tests_have_the_rights_of_the_application_and_no_more(tx: Tx, open_tx: OpenTx):
    asks = text("SELECT current_user, usesuper FROM pg_user WHERE usename = current_user")
    with open_tx() as own:
        answers = [connection.execute(asks).one() for connection in (tx, own)]
    assert [tuple(answer) for answer in answers] == [("clearing_app", False)] * 2
