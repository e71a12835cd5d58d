"""How much a request may send: enough for any form of ours, and no more is read."""

from collections.abc import Callable
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_BYTES_MAX: Final = 64 * 1024
BULK_BYTES_MAX: Final = 4 * 1024 * 1024
"""A thousand decisions with every field as long as it may sensibly be."""
BULK_DOORS: Final = frozenset(
    {"/v1/obligations", "/v1/obligations/changes", "/v1/obligations/files"}
)


def body_bytes_max(_scope: Scope) -> int:
    """Return how long a body may be at any ordinary door."""
    return BODY_BYTES_MAX


class BodyLimit:
    """Stops reading a body that is longer than the door takes, whatever its headers say."""

    def __init__(self, app: ASGIApp, *, bytes_max: Callable[[Scope], int] = body_bytes_max) -> None:
        """Wrap a host; `bytes_max` says how much one request may send."""
        self._app = app
        self._bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a body that is too long is answered 413 by whoever reads it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._bytes_max(scope)
        said = Headers(scope=scope).get("content-length", "")
        taken = int(said) if said.isdecimal() and int(said) > most else 0

        async def receive_within() -> Message:
            nonlocal taken
            if taken <= most:
                message = await receive()
                taken += len(message.get("body", b""))
                if taken <= most:
                    return message
            raise HTTPException(413)

        await self._app(scope, receive_within, send)
