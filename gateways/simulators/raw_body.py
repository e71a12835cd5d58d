"""The bytes of a request as they came, up to a limit."""

from typing import Final

from fastapi import HTTPException, Request

BODY_BYTES_MAX: Final = 100_000


async def raw_body(request: Request) -> bytes:
    """Return the body; a longer one than any partner sends is refused with 413."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > BODY_BYTES_MAX:
            raise HTTPException(413, "the message is too long")
    return bytes(body)
