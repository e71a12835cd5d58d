"""Answers that leave at a fixed time, so that how long they took to find tells nothing."""

import time
from typing import Final

from anyio import sleep
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_NS_PER_MS: Final = 1_000_000
_NS_PER_S: Final = 1_000_000_000


def begun_ns() -> int:
    """Return the instant to hold an answer from."""
    return time.monotonic_ns()


class Held(Response):
    """Another answer, sent when a whole number of `every_ms` has passed since `begun`.

    It waits without a thread and without a connection to the database.
    """

    def __init__(self, answer: Response, *, begun: int, every_ms: int) -> None:
        """Hold an answer that is ready; 0 holds nothing."""
        super().__init__(status_code=answer.status_code)
        self.body = answer.body
        self.raw_headers = answer.raw_headers
        self._begun = begun
        self._every_ns = every_ms * _NS_PER_MS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait, then answer."""
        if self._every_ns:
            over_ns = (time.monotonic_ns() - self._begun) % self._every_ns
            await sleep((self._every_ns - over_ns) / _NS_PER_S)
        await super().__call__(scope, receive, send)
