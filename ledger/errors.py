"""What the book refuses, each by its name.

BookRefused
├── KeyUsedDifferently   the key is already there with other content
├── DayClosed            the business date is closed for ever
├── DayOutOfOrder        an earlier day is still open, or this one was passed over
├── AlreadyReversed      another entry takes this one back already
└── EntryRefused         the database's own checks: a fault of ours, never of the world
InstantOpen              what was recorded by an instant may still grow: nothing can be told of it
├── InstantAhead         it has not come yet
└── StillRecording       somebody who may have written by then has not finished
BookUnreachable          the database is away, busy or full: try again, nothing was written
└── CommitUnknown        it went away in mid-commit: look before doing it again
"""

from datetime import date, datetime


class BookRefused(Exception):
    """The book did not take it; nothing was written."""


class KeyUsedDifferently(BookRefused):
    """An entry with this key is already there, and says something else."""

    def __init__(self, key: str) -> None:
        """Keep the key."""
        super().__init__(f"entry {key} is already in the book with other content")
        self.key = key


class DayClosed(BookRefused):
    """The business date is closed; a correction belongs to an open day."""

    def __init__(self, business_date: date) -> None:
        """Keep the date."""
        super().__init__(f"business day {business_date.isoformat()} is closed")
        self.business_date = business_date


class DayOutOfOrder(BookRefused):
    """Days close one after the other; `business_date` is the one in the way."""

    def __init__(self, business_date: date) -> None:
        """Keep the date."""
        super().__init__(f"business day {business_date.isoformat()} comes first or was passed over")
        self.business_date = business_date


class AlreadyReversed(BookRefused):
    """Another entry reverses the same one: what was taken back cannot be taken back again."""


class EntryRefused(BookRefused):
    """The database's checks refused what our code should never try."""


class InstantOpen(Exception):
    """What was recorded by this instant may still grow; an answer now could differ from a later."""

    def __init__(self, instant: datetime, why: str) -> None:
        """Keep the instant."""
        super().__init__(f"{instant.isoformat()}: {why}")
        self.instant = instant


class InstantAhead(InstantOpen):
    """The instant has not come yet by the database's clock."""

    def __init__(self, instant: datetime) -> None:
        """Keep the instant."""
        super().__init__(instant, "this instant has not come yet")


class StillRecording(InstantOpen):
    """Somebody who may have written by this instant has not finished; ask again in a while."""

    def __init__(self, instant: datetime) -> None:
        """Keep the instant."""
        super().__init__(instant, "entries of this instant are still being written; ask again")


class BookUnreachable(Exception):
    """The database is away, has nothing free or no room left; nothing was written."""


class CommitUnknown(BookUnreachable):
    """The answer to a commit never came: all of it is written or nothing, and nobody knows which.

    What is done under a natural key is safe to do again; everything else is looked for first.
    """
