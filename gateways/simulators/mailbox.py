"""A simulated mail server: takes any mail, delivers none, and shows them to people."""

import asyncio
import threading
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment

from gateways.simulators.clock import moment, now_ms
from gateways.simulators.store import Store

LINE_MAX: Final = 10_000
MAIL_BYTES_MAX: Final = 200_000
_SHOWN_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as the page shows it."""

    received_at: str
    to: str
    subject: str
    text: str


class Mailbox:
    """A listener for SMTP on loopback, in a thread of its own."""

    def __init__(self, store: Store, *, port: int = 0) -> None:
        """Say where to listen; port 0 takes a free one."""
        self._store = store
        self._wanted = port
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        assert self._server is not None, "it was started"
        return int(self._server.sockets[0].getsockname()[1])

    def start(self) -> None:
        """Listen from now on."""
        self._thread.start()
        listening = asyncio.start_server(self._converse, "127.0.0.1", self._wanted, limit=LINE_MAX)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result()

    def stop(self) -> None:
        """Listen no more."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Who breaks off or says too much is left without an answer.
        with suppress(ConnectionError, ValueError):
            await self._answer(reader, writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 simulated\r\n")
        to = ""
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                await writer.drain()
                return
            if verb == b"RCPT":
                to = line.decode(errors="replace").partition("<")[2].partition(">")[0]
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                body = await _body(reader)
                self._keep(to, body)
            writer.write(b"250 ok\r\n")
            await writer.drain()

    def _keep(self, to: str, body: bytes) -> None:
        with self._store.change() as tx:
            tx.execute(
                "INSERT INTO mail (received_at_ms, recipient, body) VALUES (?, ?, ?)",
                (now_ms(), to, body.decode(errors="replace")),
            )


def routes(store: Store, pages: Environment) -> APIRouter:
    """Return the addresses that show what came."""
    router = APIRouter()

    @router.get("/simulator/mails")
    def mails() -> dict[str, list[Mail]]:
        return {"mails": read_mails(store)}

    @router.get("/simulator/mailbox", response_class=HTMLResponse)
    def page(lang: str = "vi") -> str:
        return pages.get_template("mailbox.html").render(
            lang="en" if lang == "en" else "vi", mails=read_mails(store)
        )

    return router


def read_mails(store: Store) -> list[Mail]:
    """Return what came, newest first."""
    rows = store.rows("SELECT * FROM mail ORDER BY mail_id DESC LIMIT ?", _SHOWN_MAX)
    return [
        _mail(str(row["recipient"]), str(row["body"]), int(row["received_at_ms"])) for row in rows
    ]


def _mail(to: str, body: str, at_ms: int) -> Mail:
    read = message_from_bytes(body.encode(), policy=default)
    assert isinstance(read, EmailMessage), "the policy makes it one"
    text = read.get_body(("plain",))
    return Mail(
        received_at=f"{moment(at_ms):%d/%m/%Y %H:%M:%S}",
        to=to,
        subject=str(read.get("subject", "")),
        text="" if text is None else str(text.get_content()).replace("\r\n", "\n"),
    )


async def _body(reader: asyncio.StreamReader) -> bytes:
    """Return a mail up to the line that holds one dot; doubled dots are single again."""
    lines = bytearray()
    while (line := await reader.readline()) not in (b".\r\n", b""):
        lines += line[1:] if line.startswith(b"..") else line
        if len(lines) > MAIL_BYTES_MAX:
            raise ValueError("a mail is too long")
    return bytes(lines)
