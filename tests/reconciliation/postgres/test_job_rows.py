"""A job is done once for a day, whoever tries it, however often."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger.postgres.transaction import OpenTx, Tx
from reconciliation.postgres import job_rows
from tests.reconciliation.samples import DAY, EVENING, NEXT_DAY


def done(tx: Tx) -> bool:
    return job_rows.mark_done(tx, "close_day", DAY, result={"entries": 3}, now=EVENING)


def test_a_job_is_done_once_for_a_day(recon_tx: Tx):
    assert not job_rows.is_done(recon_tx, "close_day", DAY)
    assert done(recon_tx)
    assert not done(recon_tx)
    assert job_rows.is_done(recon_tx, "close_day", DAY)
    assert not job_rows.is_done(recon_tx, "close_day", NEXT_DAY)
    assert not job_rows.is_done(recon_tx, "other", DAY)


def test_f39_of_many_at_once_one_does_it(open_recon_tx: OpenTx):
    def attempt() -> bool:
        with open_recon_tx() as tx:
            return done(tx)

    with ThreadPoolExecutor(6) as pool:
        attempts = [pool.submit(attempt) for _ in range(6)]
        assert sorted(each.result() for each in attempts) == [*[False] * 5, True]


def test_a_job_whose_work_failed_is_not_done(open_recon_tx: OpenTx):
    def fail(*, after: bool) -> None:
        assert after
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), open_recon_tx() as tx:
        fail(after=done(tx))
    with open_recon_tx() as tx:
        assert not job_rows.is_done(tx, "close_day", DAY)
