"""The schedule orders refunds and asks about them."""

from contextlib import AbstractContextManager

from api.house import House
from api.refund_jobs import refund_jobs
from ledger.postgres.transaction import OpenTx, Tx


def unfenced(open_tx: OpenTx) -> OpenTx:
    def open_it() -> AbstractContextManager[Tx]:
        return open_tx()

    return open_it


def test_both_jobs_run_and_find_nothing_to_do(house: House):
    jobs = refund_jobs(house)
    assert [job.name for job in jobs] == ["send_refunds", "ask_refunds"]
    assert [str(job.act(unfenced)) for job in jobs] == [
        "SentRefunds(answered=0, unanswered=0, called_off=0)",
        "AskedRefunds(answered=0, unanswered=0, put_off=0)",
    ]
