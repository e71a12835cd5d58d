"""Who a citizen's browser is to us: a random name, and the payment it began."""

import re
import secrets
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.access.cookies import Cookie
from api.access.csrf import form_token, require_own_form
from api.settings import Settings

SESSION_AGE_MAX_S: Final = 12 * 3600
PAYMENT_AGE_MAX_S: Final = 24 * 3600

_SECRET_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]{43}")  # 256 bits


@dataclass(frozen=True, slots=True)
class Visitor:
    """One browser; `name` is drawn at its first form and tells nothing about the person.

    `payment_handle` opens the payment this browser began last, '' when it began none.
    """

    name: str
    payment_handle: str
    settings: Settings

    def token(self) -> str:
        """Return what this visitor's next form must bring back."""
        return form_token(self.settings, self.name)

    def require_own_form(self, request: Request, token: str) -> None:
        """Let only this visitor's own forms pass.

        Raises:
            FormForged: sent from elsewhere, or shown to somebody else.
        """
        require_own_form(request, settings=self.settings, session=self.name, token=token)

    def remember(self, response: Response) -> Response:
        """Return the answer, with the visitor's name kept in the browser."""
        _session(self.settings).keep(response, self.name)
        return response


def visitor_of(request: Request, settings: Settings) -> Visitor:
    """Return who asks: the name the browser kept, or a new one."""
    name = _session(settings).read(request)
    handle = payment_cookie(settings).read(request)
    return Visitor(
        name=name if is_secret(name) else secrets.token_urlsafe(32),
        payment_handle=handle if is_secret(handle) else "",
        settings=settings,
    )


def is_secret(text: str) -> bool:
    """Say whether a text has the shape of a name or handle that we draw."""
    return _SECRET_SHAPE.fullmatch(text) is not None


def payment_cookie(settings: Settings) -> Cookie:
    """Return the cookie that holds the handle of the payment begun last."""
    return Cookie("payment", https=_is_https(settings.citizen_url), age_max_s=PAYMENT_AGE_MAX_S)


def _session(settings: Settings) -> Cookie:
    return Cookie("visitor", https=_is_https(settings.citizen_url), age_max_s=SESSION_AGE_MAX_S)


def _is_https(address: object) -> bool:
    return str(address).startswith("https:")
