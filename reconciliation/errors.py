"""What a caller did wrong, or what a file or the calendar cannot answer.

ReconciliationError
├── CalendarRefused     the calendar's data contradicts itself or lacks something
│   └── YearMissing     no rest days are known for that year: no guess
├── NotABusinessDay     the date is a rest day, no business belongs to it
├── FileRefused         a file that cannot be believed: nothing of it is kept but its bytes
├── SourceUnknown       nobody sends us files under that name
├── LineNotTaken        a line of a report made our own program fail: nothing was matched
└── DayAltered          a closed day's entries are not those it was closed with: it gets no seal
"""

from datetime import date


class ReconciliationError(Exception):
    """Any refusal of this package."""


class CalendarRefused(ReconciliationError):
    """The calendar's data contradicts itself or lacks something."""


class YearMissing(CalendarRefused):
    """No rest days are known for a year; a day computed without them would be a guess."""

    def __init__(self, year: int) -> None:
        """Name the year."""
        super().__init__(f"the calendar holds no rest days for {year}")
        self.year = year


class NotABusinessDay(ReconciliationError):
    """The date is a rest day: what happens on it belongs to the next working day."""

    def __init__(self, day: date) -> None:
        """Name the day."""
        super().__init__(f"{day.isoformat()} is not a working day")
        self.day = day


class FileRefused(ReconciliationError):
    """A file that cannot be believed; `reason` says where and why."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason


class SourceUnknown(ReconciliationError):
    """Nobody sends us files under that name."""


class LineNotTaken(ReconciliationError):
    """A line of a report made our own program fail; nothing was matched, the day stays open."""

    def __init__(self, *, gateway: str, reference: str, fault: Exception) -> None:
        """Keep where, and name the fault without what it quotes."""
        super().__init__(
            f"{gateway}'s report says {reference} was paid, and taking that in failed"
            f" ({type(fault).__name__}): nothing was matched, the day stays open"
        )
        self.reference = reference


class DayAltered(ReconciliationError):
    """A closed day's entries are not those it was closed with; nobody may sign them."""

    def __init__(self, day: date) -> None:
        """Name the day."""
        super().__init__(f"{day.isoformat()} does not hold the entries it was closed with")
        self.day = day
