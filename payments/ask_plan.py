"""When to ask a gateway what became of an order, and what its answer means by then."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateways.contract import Outcome


@dataclass(frozen=True, slots=True)
class AskPlan:
    """Intervals between questions; each is twice the one before, up to `interval_max`.

    `lease` is how long a claimed question may take before another process may ask it.
    `not_started_margin` and `pending_margin` are how long after an order's time a gateway's
    "never came" and "not finished" are taken as an end without money.
    """

    first: timedelta = timedelta(seconds=60)
    interval_max: timedelta = timedelta(minutes=30)
    lease: timedelta = timedelta(minutes=2)
    not_started_margin: timedelta = timedelta(minutes=5)
    pending_margin: timedelta = timedelta(hours=1)

    def first_ask_at(self, *, created_at: datetime) -> datetime:
        """Return when to ask for the first time."""
        return created_at + self.first

    def next_ask_at(
        self,
        *,
        asked_count: int,
        now: datetime,
        expires_at: datetime,
        until: datetime,
    ) -> datetime | None:
        """Return when to ask again, None when the gateway answers no more after `until`.

        The moment at which "never came" begins to count is not slept through.
        """
        doubled = self.first * 2 ** min(asked_count, 16)
        following = now + min(doubled, self.interval_max)
        decisive = expires_at + self.not_started_margin
        if now < decisive < following:
            following = decisive
        if following <= until:
            return following
        return until if now < until else None

    def meaning(self, outcome: Outcome, *, expires_at: datetime, now: datetime) -> Outcome:
        """Return what an answer means: before the time is over, "never came" ends nothing."""
        margins = {
            Outcome.NOT_STARTED: self.not_started_margin,
            Outcome.PENDING: self.pending_margin,
        }
        margin = margins.get(outcome)
        is_over = margin is not None and now >= expires_at + margin
        return Outcome.EXPIRED if is_over else outcome


USUAL = AskPlan()
