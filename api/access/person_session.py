"""Who has signed in as a person: only what finds the person's own obligations, and nothing else."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.access.citizen_session import Visitor
from api.access.cookies import Cookie
from api.access.sealed import Seal, seal_for
from api.settings import Settings

IDLE_MAX_S: Final = 15 * 60
WHOLE_MAX: Final = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Person:
    """A person signed in since an instant.

    `indexes` find what the person owes under each key known when that was; none of them leads to
    the personal id.
    """

    indexes: tuple[bytes, ...] = field(repr=False)
    since: datetime


def person_of(request: Request, visitor: Visitor, *, now: datetime) -> Person | None:
    """Return who is signed in at this browser.

    None when nobody is, after resting for `IDLE_MAX_S`, and after `WHOLE_MAX` in all.
    """
    words = _seal(visitor.settings).open(_cookie(visitor.settings).read(request), now=now)
    if words is None or words["visitor"] != visitor.name:
        return None
    since = datetime.fromisoformat(words["since"])
    indexes = tuple(map(bytes.fromhex, words["index"].split()))
    return Person(indexes, since) if now - since <= WHOLE_MAX else None


def remember_person(
    response: Response, person: Person | None, visitor: Visitor, *, now: datetime
) -> Response:
    """Return the answer, with the quarter of an hour begun anew for who is signed in."""
    if person is not None:
        words = {
            "visitor": visitor.name,
            "index": " ".join(index.hex() for index in person.indexes),
            "since": person.since.isoformat(),
        }
        _cookie(visitor.settings).keep(response, _seal(visitor.settings).close(words, now=now))
    return response


def forget_person(response: Response, settings: Settings) -> None:
    """Let the browser forget that somebody was signed in."""
    _cookie(settings).drop(response)


def _cookie(settings: Settings) -> Cookie:
    https = settings.citizen_url.startswith("https:")
    return Cookie("person", https=https, age_max_s=IDLE_MAX_S)


def _seal(settings: Settings) -> Seal:
    return seal_for(settings, "person", age_max_s=IDLE_MAX_S)
