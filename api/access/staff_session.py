"""Who is at the console: a person with a key of their own, or whoever brought the shared key.

Only persons act on money; the shared key looks. docs/decisions/0088-named-staff.md says why.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.access.cookies import Cookie, is_secret
from api.access.csrf import FormOwner
from api.access.sealed import Seal, seal_for
from api.settings import Settings
from api.staff_right import StaffRight
from ledger.audit_record import Doer

IDLE_MAX_S: Final = 15 * 60
WHOLE_MAX: Final = timedelta(hours=10)
NOBODY: Final = ""
"""The name of whoever came with the shared key."""


class SignInNeeded(HTTPException):
    """Nobody is signed in, or not any more."""

    def __init__(self) -> None:
        """Answer 401, which the console shows as its sign-in page."""
        super().__init__(401)


class RightMissing(HTTPException):
    """Whoever is signed in has not this right, or not any more."""

    def __init__(self) -> None:
        """Answer 403, as for any form that may not be sent."""
        super().__init__(403)


@dataclass(frozen=True, slots=True)
class Staff(FormOwner):
    """Somebody signed in, since the instant the key was shown; `person` may be `NOBODY`."""

    since: datetime
    person: str = NOBODY

    @property
    def actor(self) -> str:
        """Return who this is in audit records: the person, or the session without its secret."""
        mark = hashlib.sha256(self.name.encode()).hexdigest()[:12]
        return f"staff:{self.person or mark}"

    def doer(self, reason: str) -> Doer:
        """Return whoever is about to act, and why."""
        return Doer(actor=self.actor, reason=reason)

    def may(self, right: StaffRight) -> bool:
        """Say whether the settings, as they are now, give this person a right."""
        return actor_may(self.settings, right, self.actor)

    def require(self, right: StaffRight) -> None:
        """Let only those with the right pass.

        Raises:
            RightMissing: this is nobody by name, or has not the right (any more).
        """
        if not self.may(right):
            raise RightMissing

    def remember(self, response: Response, *, now: datetime) -> Response:
        """Return the answer, with the quarter of an hour begun anew."""
        words = {
            "name": self.name,
            "since": self.since.isoformat(),
            "person": self.person,
            "key": _key_mark(self.settings, self.person),
        }
        _cookie(self.settings).keep(response, _seal(self.settings).close(words, now=now))
        return response


@dataclass(frozen=True, slots=True)
class SignInVisitor(FormOwner):
    """Somebody at the sign-in page."""

    def remember(self, response: Response) -> Response:
        """Return the answer, with the name kept in the browser."""
        _before(self.settings).keep(response, self.name)
        return response


def sign_in_visitor(request: Request, settings: Settings) -> SignInVisitor:
    """Return who is at the sign-in page: the name the browser kept, or a new one."""
    name = _before(settings).read(request)
    return SignInVisitor(name if is_secret(name) else secrets.token_urlsafe(32), settings)


def person_with(settings: Settings, key: str) -> str | None:
    """Return whose key this is, `NOBODY` for the shared one, None for a wrong one."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    found = None
    if hmac.compare_digest(digest, _key_digest(settings, NOBODY)):
        found = NOBODY
    # Every key is compared, so that time tells nothing about which one nearly fitted.
    for person, expected in settings.staff_keys.items():
        if hmac.compare_digest(digest, expected):
            found = person
    return found


def actor_may(settings: Settings, right: StaffRight, actor: str) -> bool:
    """Say whether whoever audit records call so has a right, and still has a key of their own."""
    kind, _, person = actor.partition(":")
    is_known = kind == "staff" and person in settings.staff_keys
    return is_known and right in settings.staff_rights.get(person, ())


def staff_begun(settings: Settings, *, person: str = NOBODY, now: datetime) -> Staff:
    """Return a session that begins now."""
    return Staff(secrets.token_urlsafe(32), settings, now, person)


def staff_of(request: Request, settings: Settings, *, now: datetime) -> Staff:
    """Return who is signed in.

    Raises:
        SignInNeeded: nobody, or resting for `IDLE_MAX_S`, or since more than `WHOLE_MAX`, or with
            a key that opens nothing any more.
    """
    words = _seal(settings).open(_cookie(settings).read(request), now=now)
    if words is None or set(words) != {"name", "since", "person", "key"}:
        raise SignInNeeded
    since = datetime.fromisoformat(words["since"])
    if now - since > WHOLE_MAX or words["key"] != _key_mark(settings, words["person"]):
        raise SignInNeeded
    return Staff(words["name"], settings, since, words["person"])


def forget_staff(response: Response, settings: Settings) -> None:
    """Let the browser forget that somebody was signed in."""
    _cookie(settings).drop(response)


def _key_mark(settings: Settings, person: str) -> str:
    """Return what ties a session to the key it began with."""
    return _key_digest(settings, person)[:16]


def _key_digest(settings: Settings, person: str) -> str:
    if person == NOBODY:
        return hashlib.sha256(settings.staff_key.get_secret_value().encode()).hexdigest()
    return settings.staff_keys.get(person, "")


def _cookie(settings: Settings) -> Cookie:
    return Cookie("staff", https=_is_https(settings), age_max_s=IDLE_MAX_S)


def _before(settings: Settings) -> Cookie:
    return Cookie("sign_in", https=_is_https(settings), age_max_s=IDLE_MAX_S)


def _is_https(settings: Settings) -> bool:
    return settings.staff_url.startswith("https:")


def _seal(settings: Settings) -> Seal:
    return seal_for(settings, "staff", age_max_s=IDLE_MAX_S)
