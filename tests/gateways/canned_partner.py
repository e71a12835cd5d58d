"""A partner on this machine that says what a test tells it to, word for word."""

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from gateways.transport import Limits, Transport, open_client

LIMITS = Limits(connect_s_max=2, answer_s_max=2, body_bytes_max=10_000)


def http(status: int, body: bytes, *headers: bytes) -> bytes:
    """Return an HTTP answer."""
    lines = [b"HTTP/1.1 %d Word" % status, b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join([*lines, b"Connection: close", b"", body])


@dataclass(slots=True)
class Canned:
    """Where the partner listens, what it heard, and what it will say next ('' hangs up)."""

    url: str
    says: list[bytes]
    heard: list[bytes] = field(default_factory=list[bytes])
    targets: list[str] = field(default_factory=list[str])


@contextmanager
def canned_partner(*says: bytes) -> Generator[Canned]:
    """Give a partner with its answers in order; the last one is repeated."""
    listener = socket.create_server(("127.0.0.1", 0))
    canned = Canned(f"http://127.0.0.1:{listener.getsockname()[1]}/api", list(says))
    thread = threading.Thread(target=_serve, args=(listener, canned), daemon=True)
    thread.start()
    try:
        yield canned
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@contextmanager
def transport(limits: Limits = LIMITS) -> Generator[Transport]:
    """Give a transport whose time stands still."""
    with open_client(limits) as client:
        yield Transport(client, monotonic_ms=lambda: 0, limits=limits)


def _serve(listener: socket.socket, canned: Canned) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:  # The test is over.
            return
        with connection:
            target, body = _request(connection)
            canned.targets.append(target)
            canned.heard.append(body)
            answer = canned.says.pop(0) if len(canned.says) > 1 else canned.says[0]
            if answer:
                connection.sendall(answer)


def _request(connection: socket.socket) -> tuple[str, bytes]:
    """Return the address asked for and the body of what is asked."""
    heard = b""
    while b"\r\n\r\n" not in heard:
        heard += connection.recv(65_536)
    head, _, body = heard.partition(b"\r\n\r\n")
    lengths = [
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    ]
    length = sum(lengths)
    while len(body) < length:
        body += connection.recv(65_536)
    return head.split(b" ")[1].decode(), body
