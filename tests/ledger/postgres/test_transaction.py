"""Where a transaction begins and ends, and what an absent database looks like."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import ProgrammingError

from ledger.errors import BookUnreachable
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import FAULTS, OpenTx, alone, transactions
from tests.ledger.samples import capture

Opener = Callable[[str], OpenTx]


@pytest.fixture
def opener() -> Iterator[Opener]:
    """Give a maker of small, impatient pools that are closed after the test."""
    engines: list[Engine] = []

    def make(dsn: str) -> OpenTx:
        url = dsn.replace("postgresql://", "postgresql+psycopg://")
        engines.append(create_engine(url, pool_size=1, max_overflow=0, pool_timeout=1))
        return transactions(engines[-1])

    yield make
    for engine in engines:
        engine.dispose()


def test_leaving_the_block_commits(opener: Opener, dsn: str, owner_dsn: str) -> None:
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        owner.execute("CREATE TABLE public.mark (n int)")
        owner.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
        owner.execute("GRANT ALL ON public.mark TO PUBLIC")
        with opener(dsn)() as tx:
            tx.execute(text("INSERT INTO public.mark VALUES (1)"))
        assert owner.execute("SELECT n FROM public.mark").fetchall() == [(1,)]


def test_an_exception_undoes_everything(opener: Opener, dsn: str, owner_dsn: str) -> None:
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        owner.execute("CREATE TABLE public.mark (n int)")
        owner.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
        owner.execute("GRANT ALL ON public.mark TO PUBLIC")
        with pytest.raises(ProgrammingError):
            _write_then_fail(opener(dsn))
        assert owner.execute("SELECT n FROM public.mark").fetchall() == []


def test_a_database_that_is_not_there_is_unreachable(opener: Opener, tmp_path: Path) -> None:
    with pytest.raises(BookUnreachable) as caught, opener(f"postgresql://x@/x?host={tmp_path}")():
        pass
    assert "\n" not in str(caught.value)


def test_a_connection_that_breaks_mid_way_is_unreachable(
    opener: Opener, dsn: str, owner_dsn: str
) -> None:
    with pytest.raises(BookUnreachable):
        _lose_connection(opener(dsn), owner_dsn)


def test_no_free_connection_is_unreachable(opener: Opener, dsn: str) -> None:
    open_tx = opener(dsn)
    with open_tx(), pytest.raises(BookUnreachable), open_tx():
        pass


def test_a_lock_that_is_not_given_in_time_is_unreachable(opener: Opener, dsn: str) -> None:
    open_tx, waiting = opener(dsn), opener(dsn)
    with open_tx() as tx:
        post_entries(tx, [capture(1)])
        with pytest.raises(BookUnreachable):
            _post_impatiently(waiting)


def test_a_fault_of_ours_keeps_its_own_name(opener: Opener, dsn: str) -> None:
    with pytest.raises(ProgrammingError), opener(dsn)() as tx:
        tx.execute(text("SELECT nonsense"))


def test_what_fails_alone_undoes_nothing_else(opener: Opener, dsn: str) -> None:
    with opener(dsn)() as tx:
        post_entries(tx, [capture(1)])
        with pytest.raises(FAULTS), alone(tx):
            tx.execute(text("SELECT nonsense"))
        assert tx.execute(text("SELECT count(*) FROM ledger.entry")).scalar_one() == 1


def _post_impatiently(open_tx: OpenTx) -> None:
    with open_tx() as tx:
        tx.execute(text("SET LOCAL lock_timeout = '20ms'"))
        post_entries(tx, [capture(1)])


def _write_then_fail(open_tx: OpenTx) -> None:
    with open_tx() as tx:
        tx.execute(text("INSERT INTO public.mark VALUES (1)"))
        tx.execute(text("SELECT nonsense"))


def _lose_connection(open_tx: OpenTx, owner_dsn: str) -> None:
    with open_tx() as tx:
        pid = tx.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with psycopg.connect(owner_dsn, autocommit=True) as owner:
            owner.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        tx.execute(text("SELECT 1"))
