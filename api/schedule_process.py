"""The schedule process: the acts that are due, one process at a time."""

import signal
import socket
import threading

import structlog

from api.close_days import close_due_days
from api.composition import SCHEDULE, jobs_of, open_house
from api.keys import seal_key_of
from api.schedule import Fenced, Holder, Job, run
from api.seals import seal_days
from api.settings import Settings

_log = structlog.get_logger()


def run_schedule(settings: Settings) -> None:
    """Run what is due until told to stop; a second one started by mistake waits its turn."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    seal_key_of(settings)  # Missed now rather than when the first day closes.
    house = open_house(settings, process="schedule", roles=SCHEDULE)

    def close(fenced: Fenced) -> object:
        closed = close_due_days(fenced(house.open_recon_tx), house)
        return closed, seal(fenced)

    def seal(fenced: Fenced) -> object:
        sealed = seal_days(fenced(house.open_recon_tx), house)
        for one in sealed:
            day = one.day.business_date.isoformat()
            _log.info("day.sealed", day=day, sequence=one.day.sequence, root=one.root.hex())
        return sealed

    holder = Holder(house, name=f"{socket.gethostname()}:{settings.inbox}")
    # By itself, too: a crash between a close and its seal heals, whatever keeps the next day open.
    jobs = [*jobs_of(house), Job("seal_days", seal, every_s=60)]
    run(holder, jobs, nightly=Job("close_days", close, every_s=60), stop=stop)
