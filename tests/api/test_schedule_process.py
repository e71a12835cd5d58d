"""The schedule process: runs what is due under the lease, and stops when told."""

import os
import signal
import threading
import time

from sqlalchemy import text

from api.house import House
from api.schedule_process import run_schedule


def test_it_takes_the_lease_and_gives_it_back_when_told_to_stop(house: House) -> None:
    seen: list[str] = []

    def watch() -> None:
        for _ in range(200):
            with house.open_tx() as tx:
                holder = tx.execute(text("SELECT holder FROM api.lease")).scalar_one_or_none()
            if holder is not None:
                seen.append(str(holder))
                break
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        run_schedule(house.settings)
    finally:
        signal.signal(signal.SIGTERM, before)
        watcher.join()
    assert seen
    with house.open_tx() as tx:
        is_over = tx.execute(text("SELECT until <= now() FROM api.lease")).scalar_one()
    assert is_over
