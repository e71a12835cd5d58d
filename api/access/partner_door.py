"""The door of partners: who is calling is known before anything else of a request is read."""

from collections.abc import Callable
from typing import Final

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access.errors import PartnerRefused
from api.access.key_text import environment_of, read_key
from api.access.known_keys import KnownKeys, owner
from api.house import House
from api.registered_partner import Caller
from ledger.errors import BookUnreachable

GUARDED: Final = "/v1/"
"""Where keys of partners count; callbacks and the portal's dialect have checks of their own."""

Refuse = Callable[[Request, Exception], Response]


class PartnerDoor:
    """Says who is calling, as `caller` of the request's state, None when nobody known is.

    Doors open to anyone stay open: each other one asks by `partner_of`.
    """

    def __init__(self, app: ASGIApp, *, house: House, refuse: Refuse) -> None:
        """Wrap a host; `refuse` makes the answer to whom it turns away."""
        self._app = app
        self._house = house
        self._refuse = refuse
        self._environment = environment_of(is_sandbox=house.settings.sandbox)
        self._keys = KnownKeys(house)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not str(scope["path"]).startswith(GUARDED):
            await self._app(scope, receive, send)
            return
        try:
            caller = await self._caller(Headers(scope=scope))
        except (PartnerRefused, BookUnreachable) as error:
            await self._refuse(Request(scope), error)(scope, receive, send)
            return
        scope.setdefault("state", {})["caller"] = caller
        await self._app(scope, receive, send)

    async def _caller(self, headers: Headers) -> Caller | None:
        said = headers.getlist("authorization")
        scheme, _, text = said[0].partition(" ") if len(said) == 1 else ("", "", "")
        shown = read_key(text.strip(), environment=self._environment)
        if shown is None or scheme.lower() != "bearer":
            return None
        known = self._keys.at_hand(shown)
        if known is None:
            known = await to_thread.run_sync(self._keys.ask, shown)
        return owner(known.caller, shown, now=self._house.clock())
