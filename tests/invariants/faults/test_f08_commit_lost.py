"""The connection breaks in mid-commit: nobody guesses, and doing it again does nothing twice."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool
from structlog.testing import capture_logs

from api.application import application
from api.house import House
from ledger.errors import BookUnreachable, CommitUnknown
from ledger.postgres.transaction import OpenTx, transactions
from tests.invariants.faults.at_vnpay import DOOR, PARTNER, at_work, paid, rows, under_way
from tests.invariants.faults.losing import Loss, Wire, wire
from tests.payments.scene import owe

BOTH = pytest.mark.parametrize("loss", [Loss.THE_WORD, Loss.THE_ANSWER])


@pytest.fixture
def line(dsn: str, reachable_path: Path) -> Iterator[Wire]:
    """Give a wire to the test's own database."""
    with wire(dsn, reachable_path) as made:
        yield made


@pytest.fixture
def open_lossy_tx(line: Wire) -> OpenTx:
    """Give transactions over that wire."""
    url = make_url(line.dsn).set(drivername="postgresql+psycopg")
    return transactions(create_engine(url, poolclass=NullPool))


@BOTH
def test_f08_a_commit_without_an_answer_is_unknown(
    open_tx: OpenTx, open_lossy_tx: OpenTx, line: Wire, loss: Loss
):
    line.loses = loss
    with pytest.raises(CommitUnknown), open_lossy_tx() as tx:
        owe(tx)
    with open_tx() as tx:
        kept = tx.execute(text("SELECT count(*) FROM payments.obligation")).scalar_one()
    assert kept == (loss is Loss.THE_ANSWER)
    assert line.lost == 1


def test_f08_a_connection_that_breaks_before_the_commit_wrote_nothing_for_sure(
    open_lossy_tx: OpenTx, owner_dsn: str
):
    assert owner_dsn
    with pytest.raises(BookUnreachable) as caught, open_lossy_tx() as tx:
        tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert caught.type is BookUnreachable


@BOTH
def test_f08_a_callback_whose_commit_was_lost_is_asked_for_again_and_booked_once(
    house: House, open_lossy_tx: OpenTx, line: Wire, loss: Loss
):
    (reference,) = under_way(house)
    lossy = replace(at_work(house), open_callback_tx=open_lossy_tx)
    line.loses = loss
    with capture_logs(), TestClient(application(lossy)) as door:
        told = [
            door.get(f"{DOOR}?{paid(reference)}", headers=PARTNER).json()["RspCode"]
            for _ in range(2)
        ]
    assert told == ["99", "00" if loss is Loss.THE_WORD else "02"]
    with house.open_tx() as tx:
        assert set(rows(tx).values()) == {1}
