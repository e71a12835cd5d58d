"""What was typed to find an obligation, carried from page to page without being readable."""

from datetime import date, datetime
from typing import Final

from api.access.cookies import Cookie
from api.access.sealed import Seal, seal_for
from api.settings import Settings
from payments.look_up import Question

CARRIED_AGE_MAX_S: Final = 3600


def carry(settings: Settings, question: Question, *, visitor: str, now: datetime) -> str:
    """Return the question as an opaque text that opens for an hour, for this visitor only."""
    words = {
        "visitor": visitor,
        "number": question.number,
        "decided_on": question.decided_on.isoformat() if question.decided_on else "",
        "subject": question.subject,
    }
    return _seal(settings).close(words, now=now)


def carried(settings: Settings, text: str, *, visitor: str, now: datetime) -> Question | None:
    """Return the question that was carried, None when it is not ours, not theirs or too old."""
    words = _seal(settings).open(text, now=now)
    if words is None or words["visitor"] != visitor:
        return None
    return Question(
        number=words["number"],
        decided_on=date.fromisoformat(words["decided_on"]) if words["decided_on"] else None,
        subject=words["subject"],
    )


def carried_cookie(settings: Settings) -> Cookie:
    """Return the cookie that holds the question of the last look-up."""
    https = settings.citizen_url.startswith("https:")
    return Cookie("found", https=https, age_max_s=CARRIED_AGE_MAX_S)


def _seal(settings: Settings) -> Seal:
    return seal_for(settings, "found", age_max_s=CARRIED_AGE_MAX_S)
