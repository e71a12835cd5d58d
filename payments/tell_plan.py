"""When to tell an authority again that did not take an event in, and when to stop trying."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

JITTER_PARTS = 5  # a fifth either way, so that what failed together does not come back together


@dataclass(frozen=True, slots=True)
class TellPlan:
    """Waits between tries; each is twice the one before, up to `interval_max`.

    `lease` is how long a claimed event may take before another process may send it, `away_after`
    how long all tries fail before an authority counts as away. `interval_max` is also how late it
    may be noticed that it is back.
    """

    first: timedelta = timedelta(seconds=5)
    interval_max: timedelta = timedelta(minutes=10)
    give_up_after: timedelta = timedelta(hours=72)
    lease: timedelta = timedelta(minutes=2)
    away_after: timedelta = timedelta(minutes=10)

    def wait(self, event_id: str, *, attempts: int) -> timedelta | None:
        """Return how long to wait after so many failed tries, None when it is time to give up."""
        if attempts >= self._tries_max():
            return None
        interval = self._interval(attempts)
        draw = hashlib.sha256(f"{event_id}/{attempts}".encode()).digest()[0]
        # The first byte spreads evenly over -1/5 to +1/5 of the interval.
        return interval + interval * (2 * draw - 255) / (255 * JITTER_PARTS)

    def _interval(self, attempts: int) -> timedelta:
        return min(self.first * 2 ** min(attempts - 1, 30), self.interval_max)

    def _tries_max(self) -> int:
        """Return after how many tries the waits between them come to `give_up_after`."""
        waited = timedelta(0)
        tries = 1
        while waited < self.give_up_after:
            waited += self._interval(tries)
            tries += 1
        return tries


USUAL = TellPlan()
