"""How much a request may send: enough for any form of ours, and no more is read."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_BYTES_MAX: Final = 64 * 1024


class BodyLimit:
    """Stops reading a body that is longer than any of ours, whatever its headers say."""

    def __init__(self, app: ASGIApp, *, bytes_max: int = BODY_BYTES_MAX) -> None:
        """Wrap a host."""
        self._app = app
        self._bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a body that is too long is answered 413 by whoever reads it."""
        taken = 0

        async def receive_within() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._bytes_max:
                raise HTTPException(413)
            return message

        await self._app(scope, receive_within if scope["type"] == "http" else receive, send)
