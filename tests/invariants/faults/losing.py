"""A wire to the database that can be cut while a transaction commits."""

import enum
import selectors
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

PORT = 5432
BYTES_MAX = 65_536


class Loss(enum.Enum):
    """What is lost of the next commit."""

    NOTHING = enum.auto()
    THE_WORD = enum.auto()  # the server never hears of it
    THE_ANSWER = enum.auto()  # the server did it, and nobody is told


@dataclass(slots=True)
class Wire:
    """The address to connect to instead, and what happens to the next commit that passes."""

    dsn: str
    loses: Loss = Loss.NOTHING
    lost: int = 0


@contextmanager
def wire(dsn: str, folder: Path) -> Generator[Wire]:
    """Give a wire to the database of a DSN, through a socket in a folder."""
    url = make_url(dsn)
    there = f"{url.query['host']}/.s.PGSQL.{url.query.get('port', PORT)}"
    query = {**url.query, "host": str(folder), "port": str(PORT)}
    made = Wire(url.set(query=query).render_as_string(hide_password=False))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/.s.PGSQL.{PORT}")
        listener.listen(50)
        threading.Thread(target=_accept, args=(made, listener, there), daemon=True).start()
        yield made
        listener.shutdown(socket.SHUT_RDWR)


def _accept(made: Wire, listener: socket.socket, there: str) -> None:
    while True:
        try:
            near, _ = listener.accept()
        except OSError:  # The test is over.
            return
        threading.Thread(target=_carry, args=(made, near, there), daemon=True).start()


def _carry(made: Wire, near: socket.socket, there: str) -> None:
    """Carry bytes both ways until an end hangs up or a commit is lost."""
    with near, socket.socket(socket.AF_UNIX) as far, selectors.DefaultSelector() as ready:
        far.connect(there)
        ready.register(near, selectors.EVENT_READ, far)
        ready.register(far, selectors.EVENT_READ, near)
        while True:
            for key, _ in ready.select():
                source = near if key.data is far else far
                read = source.recv(BYTES_MAX)
                if not read:
                    return
                is_commit = source is near and b"COMMIT" in read
                loses, made.loses = (made.loses, Loss.NOTHING) if is_commit else (None, made.loses)
                if loses in (Loss.THE_WORD, Loss.THE_ANSWER):
                    made.lost += 1
                    if loses is Loss.THE_ANSWER:
                        far.sendall(read)
                        far.recv(BYTES_MAX)
                    return
                key.data.sendall(read)
