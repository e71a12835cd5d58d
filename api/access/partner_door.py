"""The door of partners: who is calling is known before anything else of a request is read."""

from collections.abc import Callable
from functools import partial
from typing import Final

from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.errors import PartnerRefused, RequestsSpent
from api.access.key_text import environment_of, read_key
from api.access.known_keys import KnownKeys, owner
from api.access.partner_certificate import check_certificate
from api.access.partner_quotas import PartnerQuotas, Standing, use_of
from api.house import House
from api.registered_partner import Caller, Partner
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
        self._quotas = PartnerQuotas(house.open_tx)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not str(scope["path"]).startswith(GUARDED):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        standing = None
        try:
            caller = await self._caller(headers)
            if caller is not None:
                peer = str((scope.get("client") or ("",))[0])
                check_certificate(caller.partner, headers, peer=peer, settings=self._house.settings)
                standing = await self._standing(caller.partner, scope)
                _require_open(standing)
        except (PartnerRefused, BookUnreachable) as error:
            answer = self._refuse(Request(scope), error)
            await answer(scope, receive, _telling(standing, send))
            return
        scope.setdefault("state", {})["caller"] = caller
        await self._app(scope, receive, _telling(standing, send))

    async def _standing(self, partner: Partner, scope: Scope) -> Standing:
        use = use_of(method=str(scope["method"]), path=str(scope["path"]))
        take = partial(self._quotas.take, partner, use, now=self._house.clock())
        standing = self._quotas.at_hand(partner, use, now=self._house.clock())
        return standing or await to_thread.run_sync(take)

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


def _require_open(standing: Standing) -> None:
    if not standing.is_open:
        raise RequestsSpent(
            field="requests",
            reason=f"at most {standing.most} of the sort {standing.use} in a minute",
            retry_after_s=standing.ends_in_s,
        )


def _telling(standing: Standing | None, send: Send) -> Send:
    """Return the way to answer that says how the partner stands, where it is known."""
    if standing is None:
        return send

    async def tell(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(standing.headers())
        await send(message)

    return tell
