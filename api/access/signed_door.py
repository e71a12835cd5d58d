"""Signed requests of partners: checked over the bytes as they came, before anybody reads them."""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlsplit

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access.errors import SignatureRefused
from api.access.kept_tries import KeptTries
from api.access.partner_key import caller_in
from api.access.partner_signature import (
    AGE_MAX,
    AHEAD_MAX,
    Asked,
    Signed,
    check_signature,
    is_signed,
)
from api.access.strict_json import said_again, whole_body
from api.access.tries import Limit, SharedTries
from api.house import House
from api.registered_partner import Caller

REMEMBERED: Final = AGE_MAX + AHEAD_MAX
"""How long a nonce may not come again: as long as its signature could be believed."""

Refuse = Callable[[Request, Exception], Response]


class SignedDoor:
    """Refuses what a partner did not sign as it must, and whatever is signed and does not hold."""

    def __init__(self, app: ASGIApp, *, house: House, refuse: Refuse) -> None:
        """Wrap a host; `refuse` makes the answer to what cannot be believed."""
        self._app = app
        self._house = house
        self._refuse = refuse
        self._scheme = urlsplit(house.settings.partner_url).scheme
        secret = bytes.fromhex(house.settings.secret_key.get_secret_value())
        self._nonces = SharedTries(KeptTries(house.open_tx, secret=secret))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        caller = caller_in(scope) if scope["type"] == "http" else None
        headers = Headers(scope=scope) if caller is not None else Headers()
        if caller is None or not (caller.partner.must_sign or is_signed(headers)):
            await self._app(scope, receive, send)
            return
        try:
            _require_signed(headers)
            body = await whole_body(receive)
            asked = self._asked(scope, headers, body)
            await to_thread.run_sync(self._check, caller, asked, self._house.clock())
        except (SignatureRefused, HTTPException) as error:
            await self._refuse(Request(scope), error)(scope, receive, send)
            return
        await self._app(scope, said_again(body, receive), send)

    def _check(self, caller: Caller, asked: Asked, now: datetime) -> None:
        signed = check_signature(asked, caller.signing_keys, now=now)
        if not self._is_first(signed, now=now):
            raise SignatureRefused(field="signature", reason="came before: draw a new nonce")

    def _is_first(self, signed: Signed, *, now: datetime) -> bool:
        limit = Limit(("signature nonce", signed.key_id, signed.nonce), 1, REMEMBERED)
        return self._nonces.take([limit], now=now) is not None

    def _asked(self, scope: Scope, headers: Headers, body: bytes) -> Asked:
        raw: bytes = scope.get("raw_path") or quote(str(scope["path"])).encode()
        path = raw.partition(b"?")[0].decode("latin-1")
        query = bytes(scope["query_string"]).decode("latin-1")
        return Asked(
            method=str(scope["method"]),
            scheme=self._scheme,
            authority=headers.get("host", "").lower(),
            target=f"{path}?{query}" if query else path,
            headers=headers,
            body=body,
        )


def _require_signed(headers: Headers) -> None:
    if not is_signed(headers):
        reason = "is missing: this partner signs every request (docs/partners/security.md)"
        raise SignatureRefused(field="signature", reason=reason)
