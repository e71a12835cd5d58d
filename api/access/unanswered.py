"""The question that found nothing, kept in the browser for who wants to be told of an answer."""

from datetime import date, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.access.citizen_session import Visitor
from api.access.cookies import Cookie
from api.access.sealed import Seal, seal_for
from api.settings import Settings
from payments.look_up import Question

AGE_MAX_S: Final = 3600


def keep_unanswered(
    response: Response, question: Question, visitor: Visitor, *, now: datetime
) -> Response:
    """Return the answer, with the question sealed in the browser for an hour."""
    words = {
        "visitor": visitor.name,
        "number": question.number,
        "decided_on": question.decided_on.isoformat() if question.decided_on else "",
        "subject": question.subject,
    }
    _cookie(visitor.settings).keep(response, _seal(visitor.settings).close(words, now=now))
    return response


def unanswered(request: Request, visitor: Visitor, *, now: datetime) -> Question | None:
    """Return the question this visitor asked last in vain, None when it asked none lately."""
    text = _cookie(visitor.settings).read(request)
    words = _seal(visitor.settings).open(text, now=now)
    if words is None or words["visitor"] != visitor.name:
        return None
    return Question(
        number=words["number"],
        decided_on=date.fromisoformat(words["decided_on"]) if words["decided_on"] else None,
        subject=words["subject"],
    )


def _cookie(settings: Settings) -> Cookie:
    https = settings.citizen_url.startswith("https:")
    return Cookie("unanswered", https=https, age_max_s=AGE_MAX_S)


def _seal(settings: Settings) -> Seal:
    return seal_for(settings, "unanswered", age_max_s=AGE_MAX_S)
