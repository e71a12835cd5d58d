"""The schedule process: the acts that are due, one process at a time."""

import signal
import socket
import threading

from api.close_days import close_due_days
from api.composition import SCHEDULE, jobs_of, open_house
from api.schedule import Fenced, Holder, Job, run
from api.settings import Settings


def run_schedule(settings: Settings) -> None:
    """Run what is due until told to stop; a second one started by mistake waits its turn."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    house = open_house(settings, process="schedule", roles=SCHEDULE)

    def close(fenced: Fenced) -> object:
        return close_due_days(fenced(house.open_recon_tx), house)

    holder = Holder(house, name=f"{socket.gethostname()}:{settings.inbox}")
    run(holder, jobs_of(house), nightly=Job("close_days", close, every_s=60), stop=stop)
