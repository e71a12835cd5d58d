"""When clients are told: each address by itself, several at a time, slow ones apart."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import structlog

from api.house import House
from api.schedule import Fenced, Job, LeaseLost
from api.webhook_sender import Rules, sender
from ledger.postgres.transaction import OpenTx
from payments.postgres import endpoint_rows
from payments.tell_client import Send, tell_client
from payments.tell_plan import USUAL

QUICK_MAX: Final = 8
SLOW_MAX: Final = 4
"""How many addresses are told at once, those that take long counted apart."""

_log = structlog.get_logger()


@dataclass(slots=True)
class Lanes:
    """Places for addresses that are told at the same time; who waits for one waits for no other."""

    house: House
    send: Send
    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(QUICK_MAX + SLOW_MAX, "webhooks")
    )
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _busy: dict[bool, int] = field(default_factory=lambda: {False: 0, True: 0})

    def fill(self, fenced: Fenced) -> int:
        """Begin to tell addresses that are due, as many as there is room for, and return how many.

        Nothing is waited for: the next time fills what came free meanwhile.
        """
        open_tx = fenced(self.house.open_tx)
        with self._lock:
            quick, slow = QUICK_MAX - self._busy[False], SLOW_MAX - self._busy[True]
        if quick + slow == 0:
            return 0
        now = self.house.clock()
        with open_tx() as tx:
            claimed = endpoint_rows.claim_endpoints(
                tx, now=now, lease_until=now + USUAL.lease, quick_max=quick, slow_max=slow
            )
        for endpoint_id, is_slow in claimed:
            with self._lock:
                self._busy[is_slow] += 1
            self._threads.submit(self._tell, open_tx, endpoint_id, is_slow=is_slow)
        return len(claimed)

    def close(self) -> None:
        """Wait for what is being told."""
        self._threads.shutdown()

    def _tell(self, open_tx: OpenTx, endpoint_id: str, *, is_slow: bool) -> None:
        try:
            told = tell_client(
                open_tx,
                self.send,
                endpoint_id=endpoint_id,
                keys=self.house.personal_keys,
                now=self.house.clock(),
            )
        except LeaseLost:
            _log.warning("webhooks.fenced_off", endpoint=endpoint_id)
        except Exception:  # noqa: BLE001 (the schedule: one address's trouble must not stop the others)
            _log.exception("webhooks.failed", endpoint=endpoint_id)
        else:
            _log.debug("webhooks.told", endpoint=endpoint_id, told=str(told))
        finally:
            with self._lock:
                self._busy[is_slow] -= 1


def webhook_job(house: House) -> Job:
    """Return the job that tells clients at their own addresses."""
    lanes = Lanes(house, sender(Rules(is_sandbox=house.settings.sandbox), clock=house.clock))
    return Job("tell_clients", lanes.fill, every_s=1)
