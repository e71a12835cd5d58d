"""Callers over HTTP/1.1 who keep their connections, and take little of the processor themselves.

One process stands for all of them: what it takes itself, the yardstick beside it takes too.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import uvloop

from bench.timing import Timing, in_ms

HEAD_MAX: Final = 64 * 1024


class CallFailed(Exception):
    """An answer that is not the one a measurement counts on; the text has its beginning."""


@dataclass(frozen=True, slots=True)
class Talk:
    """One kept connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, request: bytes, *, wanted: int = 200) -> bytes:
        """Return the body of the answer.

        Raises:
            CallFailed: it has another status than the wanted one.
        """
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(_header(head, b"content-length:") or b"0")
        body = await self.reader.readexactly(length) if length else b""
        if int(head[9:12]) != wanted:
            raise CallFailed(f"{head[:40]!r} {body[:400]!r}")
        return body


Conversation = Callable[[Talk], Awaitable[bool]]
"""What one caller does once; False when there is nothing left to do."""


@dataclass(frozen=True, slots=True)
class Held:
    """How many conversations were held in how long, and how long each took."""

    clients: int
    elapsed_us: int
    times_us: tuple[int, ...]

    @property
    def per_second(self) -> int:
        """Return how many were held in a second."""
        return len(self.times_us) * 1_000_000 // max(1, self.elapsed_us)

    def told(self, name: str) -> str:
        """Return one line of a table: clients, conversations a second, median, 99th percentile."""
        timing = Timing(name, self.times_us or (0,))
        p50, p99 = (in_ms(timing.percentile_us(percent)) for percent in (50, 99))
        return f"{name:34}{self.clients:>8}{self.per_second:>10,}{p50:>10}{p99:>10}"


HEADINGS: Final = f"{'over HTTP':34}{'clients':>8}{'a second':>10}{'p50 ms':>10}{'p99 ms':>10}"


def hold(conversation: Conversation, *, port: int, clients: int, seconds: int) -> Held:
    """Let so many callers repeat a conversation for so long, or until nothing is left."""
    return uvloop.run(_hold(conversation, port=port, clients=clients, seconds=seconds))


async def _hold(conversation: Conversation, *, port: int, clients: int, seconds: int) -> Held:
    talks = [
        Talk(*await asyncio.open_connection("127.0.0.1", port, limit=HEAD_MAX))
        for _ in range(clients)
    ]
    times: list[int] = []
    began = time.perf_counter_ns()
    until = began + seconds * 1_000_000_000

    async def go_on(talk: Talk) -> None:
        while (start := time.perf_counter_ns()) < until:
            if not await conversation(talk):
                return
            times.append((time.perf_counter_ns() - start) // 1_000)

    try:
        async with asyncio.TaskGroup() as group:
            for talk in talks:
                group.create_task(go_on(talk))
    finally:
        for talk in talks:
            talk.writer.transport.abort()
    elapsed_us = (time.perf_counter_ns() - began) // 1_000
    return Held(clients, elapsed_us, tuple(times))


def post(path: str, body: bytes, *, host: str, headers: str = "") -> bytes:
    """Return the bytes of a request with a JSON body; `headers` are whole lines."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n{headers}\r\n"
    )
    return head.encode() + body


def get(path: str, *, host: str) -> bytes:
    """Return the bytes of a request without a body."""
    return f"GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n".encode()


def _header(head: bytes, name: bytes) -> bytes:
    at = head.lower().find(name)
    return head[at + len(name) : head.index(b"\r\n", at)].strip() if at >= 0 else b""
