"""Who may see the console: whoever brought the staff key, until a quarter of an hour of rest.

One key for all is a beginning: docs/decisions/0042-access.md says what replaces it.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.access.cookies import Cookie
from api.access.csrf import form_token, require_own_form
from api.access.sealed import Seal, seal_for
from api.settings import Settings

IDLE_MAX_S: Final = 15 * 60
WHOLE_MAX: Final = timedelta(hours=10)


class SignInNeeded(HTTPException):
    """Nobody is signed in, or not any more."""

    def __init__(self) -> None:
        """Answer 401, which the console shows as its sign-in page."""
        super().__init__(401)


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody signed in; `name` binds forms to this session, `since` is when the key was shown."""

    name: str
    since: datetime
    settings: Settings

    def token(self) -> str:
        """Return what the next form of this session must bring back."""
        return form_token(self.settings, self.name)

    def require_own_form(self, request: Request, token: str) -> None:
        """Let only this session's own forms pass.

        Raises:
            FormForged: sent from elsewhere, or shown in another session.
        """
        require_own_form(request, settings=self.settings, session=self.name, token=token)

    def remember(self, response: Response, *, now: datetime) -> Response:
        """Return the answer, with the quarter of an hour begun anew."""
        words = {"name": self.name, "since": self.since.isoformat()}
        _cookie(self.settings).keep(response, _seal(self.settings).close(words, now=now))
        return response


def is_staff_key(settings: Settings, given: str) -> bool:
    """Say whether a text is the staff key; takes as long for every wrong one."""
    expected = settings.staff_key.get_secret_value()
    return hmac.compare_digest(given.encode(), expected.encode())


def staff_begun(settings: Settings, *, now: datetime) -> Staff:
    """Return a session that begins now."""
    return Staff(secrets.token_urlsafe(32), now, settings)


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
    return Staff(words["name"], since, settings)


def forget_staff(response: Response, settings: Settings) -> None:
    """Let the browser forget that somebody was signed in."""
    _cookie(settings).drop(response)


def _cookie(settings: Settings) -> Cookie:
    return Cookie("staff", https=str(settings.staff_url).startswith("https:"), age_max_s=IDLE_MAX_S)


def _seal(settings: Settings) -> Seal:
    return seal_for(settings, "staff", age_max_s=IDLE_MAX_S)
