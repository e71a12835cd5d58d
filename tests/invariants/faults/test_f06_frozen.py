"""A schedule frozen for longer than its lease: what it still wanted to write is refused."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from api.house import House
from api.schedule import LEASE_S, Holder, LeaseLost
from tests.invariants.faults.killing import forked
from tests.payments.scene import owe


def freeze() -> None:
    """Stop this process until somebody lets it go on."""
    os.kill(os.getpid(), signal.SIGSTOP)


def frozen_meanwhile_another_takes_over(house: House, zombie: Callable[[], None]) -> int:
    """Let a process freeze and thaw after another took the lease; return what it ended with."""
    later = house.clock() + timedelta(seconds=LEASE_S + 1)
    with forked(zombie) as pid:
        assert os.WIFSTOPPED(os.waitpid(pid, os.WUNTRACED)[1])
        follower = Holder(replace(house, clock=lambda: later), "b")
        follower.renew()
        assert follower.fence == 2
        os.kill(pid, signal.SIGCONT)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def refused(write: Callable[[], None]) -> None:
    """Write, and be refused for having lost the lease."""
    try:
        write()
    except LeaseLost:
        return
    raise AssertionError("a zombie wrote")


def nothing_was_written(house: House) -> bool:
    with house.open_tx() as tx:
        return tx.execute(text("SELECT count(*) FROM payments.obligation")).scalar_one() == 0


def test_f06_frozen_between_two_transactions_the_next_is_refused(house: House):
    def zombie() -> None:
        holder = Holder(house, "a")
        holder.renew()
        open_tx = holder.fenced(house.open_tx)
        freeze()

        def write() -> None:
            with open_tx() as tx:
                owe(tx)

        refused(write)

    assert frozen_meanwhile_another_takes_over(house, zombie) == 0
    assert nothing_was_written(house)


def test_f06_frozen_inside_a_transaction_it_is_undone(house: House):
    def zombie() -> None:
        holder = Holder(house, "a")
        holder.renew()

        def write() -> None:
            with holder.fenced(house.open_tx)() as tx:
                owe(tx)
                freeze()

        refused(write)

    assert frozen_meanwhile_another_takes_over(house, zombie) == 0
    assert nothing_was_written(house)
