"""Who a citizen's browser is to us: a random name, and the payment it began."""

import secrets
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.access.cookies import Cookie, is_secret
from api.access.csrf import FormOwner
from api.settings import Settings

SESSION_AGE_MAX_S: Final = 12 * 3600
PAYMENT_AGE_MAX_S: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class Visitor(FormOwner):
    """One browser; `name` is drawn at its first form and tells nothing about the person.

    `payment_handle` opens the payment this browser began last, '' when it began none.
    """

    payment_handle: str

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


def payment_cookie(settings: Settings) -> Cookie:
    """Return the cookie that holds the handle of the payment begun last."""
    return Cookie("payment", https=_is_https(settings), age_max_s=PAYMENT_AGE_MAX_S)


def _session(settings: Settings) -> Cookie:
    return Cookie("visitor", https=_is_https(settings), age_max_s=SESSION_AGE_MAX_S)


def _is_https(settings: Settings) -> bool:
    return settings.citizen_url.startswith("https:")
