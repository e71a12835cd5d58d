"""A receiver on this machine that notes who connects and what arrives, and answers given bytes."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Generator
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nerror"


@dataclass
class Listener:
    """What one receiver saw; `pieces` are sent one by one with `pause_s` between them."""

    port: int
    pieces: list[bytes]
    pause_ms: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list[bytes])
    names: list[str | None] = field(default_factory=list[str | None])
    stop: threading.Event = field(default_factory=threading.Event)

    def headers(self) -> dict[str, str]:
        """Return the headers of the last request."""
        head = self.requests[-1].partition(b"\r\n\r\n")[0].decode()
        lines = [line.partition(": ") for line in head.splitlines()[1:]]
        return {name.lower(): value for name, _, value in lines}

    def body(self) -> str:
        """Return the body of the last request."""
        return self.requests[-1].partition(b"\r\n\r\n")[2].decode()


@contextlib.contextmanager
def listener(
    *pieces: bytes,
    host: str = "127.0.0.1",
    port: int = 0,
    pause_ms: int = 0,
    tls: ssl.SSLContext | None = None,
) -> Generator[Listener]:
    """Give a receiver that answers each request with the pieces."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as server:
        server.settimeout(10)
        seen = Listener(server.getsockname()[1], list(pieces) or [OK], pause_ms)
        if tls is not None:
            tls.sni_callback = lambda _s, name, _c: seen.names.append(name)
        thread = threading.Thread(target=_serve, args=(server, seen, tls))
        thread.start()
        try:
            yield seen
        finally:
            seen.stop.set()
            with contextlib.suppress(OSError), socket.create_connection((host, seen.port), 1):
                pass
            thread.join()


def _serve(server: socket.socket, seen: Listener, tls: ssl.SSLContext | None) -> None:
    while True:
        client, _ = server.accept()
        with client:
            if seen.stop.is_set():
                return
            seen.connections += 1
            client.settimeout(5)
            with contextlib.suppress(OSError):
                _answer(tls.wrap_socket(client, server_side=True) if tls else client, seen)


def _answer(client: socket.socket, seen: Listener) -> None:
    with client:
        said = b""
        while b"\r\n\r\n" not in said:
            said += client.recv(65_536)
        head, _, body = said.partition(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        while len(body) < size:
            body += client.recv(65_536)
        seen.requests.append(head + b"\r\n\r\n" + body)
        for piece in seen.pieces:
            client.sendall(piece)
            seen.stop.wait(seen.pause_ms / 1_000)
