"""Who may see the console: whoever brought the staff key, until a quarter of an hour of rest.

One key for all is a beginning: docs/decisions/0042-access.md says what replaces it.
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
from ledger.audit_record import Doer

IDLE_MAX_S: Final = 15 * 60
WHOLE_MAX: Final = timedelta(hours=10)


class SignInNeeded(HTTPException):
    """Nobody is signed in, or not any more."""

    def __init__(self) -> None:
        """Answer 401, which the console shows as its sign-in page."""
        super().__init__(401)


@dataclass(frozen=True, slots=True)
class Staff(FormOwner):
    """Somebody signed in, since the instant the key was shown."""

    since: datetime

    def doer(self, reason: str) -> Doer:
        """Return the session as audit records name it, from which nobody finds its secret name."""
        return Doer(
            actor=f"staff:{hashlib.sha256(self.name.encode()).hexdigest()[:12]}", reason=reason
        )

    def remember(self, response: Response, *, now: datetime) -> Response:
        """Return the answer, with the quarter of an hour begun anew."""
        words = {"name": self.name, "since": self.since.isoformat()}
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


def is_staff_key(settings: Settings, given: str) -> bool:
    """Say whether a text is the staff key; takes as long for every wrong one."""
    expected = settings.staff_key.get_secret_value()
    return hmac.compare_digest(given.encode(), expected.encode())


def staff_begun(settings: Settings, *, now: datetime) -> Staff:
    """Return a session that begins now."""
    return Staff(secrets.token_urlsafe(32), settings, now)


def staff_of(request: Request, settings: Settings, *, now: datetime) -> Staff:
    """Return who is signed in.

    Raises:
        SignInNeeded: nobody, or resting for `IDLE_MAX_S`, or since more than `WHOLE_MAX`.
    """
    words = _seal(settings).open(_cookie(settings).read(request), now=now)
    if words is None:
        raise SignInNeeded
    since = datetime.fromisoformat(words["since"])
    if now - since > WHOLE_MAX:
        raise SignInNeeded
    return Staff(words["name"], settings, since)


def forget_staff(response: Response, settings: Settings) -> None:
    """Let the browser forget that somebody was signed in."""
    _cookie(settings).drop(response)


def _cookie(settings: Settings) -> Cookie:
    return Cookie("staff", https=_is_https(settings), age_max_s=IDLE_MAX_S)


def _before(settings: Settings) -> Cookie:
    return Cookie("sign_in", https=_is_https(settings), age_max_s=IDLE_MAX_S)


def _is_https(settings: Settings) -> bool:
    return settings.staff_url.startswith("https:")


def _seal(settings: Settings) -> Seal:
    return seal_for(settings, "staff", age_max_s=IDLE_MAX_S)
