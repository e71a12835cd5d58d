"""What payments must know of business days; reconciliation keeps the calendar itself."""

from datetime import date, datetime
from typing import Protocol


class BusinessCalendar(Protocol):
    """Assigns each instant the day it is settled on, per gateway."""

    def assign(self, gateway: str, instant: datetime) -> date:
        """Return the business day on which this gateway settles what it took at this instant."""
        ...

    def after(self, day: date) -> date:
        """Return the next business day."""
        ...
