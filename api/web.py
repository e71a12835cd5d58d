"""The web process: one parent that owns the ports, workers that answer on them."""

import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

import uvicorn
from starlette.types import ASGIApp

from api.processes import open_port
from api.settings import Settings

GRACE_S = 5


def ports_of(settings: Settings) -> list[tuple[str, int]]:
    """Return the addresses to listen on, each once, for the three hosts."""
    parts = [
        urlsplit(url) for url in (settings.citizen_url, settings.staff_url, settings.partner_url)
    ]
    return sorted({(part.hostname or "", part.port or 80) for part in parts})


def open_ports(settings: Settings) -> list[socket.socket]:
    """Return the listening sockets, opened before any worker so that no caller is refused.

    Raises:
        api.processes.ProcessFailed: a port is in use or not ours to open.
    """
    return [open_port(host=host, port=port) for host, port in ports_of(settings)]


def work(app: ASGIApp, sockets: Sequence[socket.socket]) -> None:
    """Answer on the sockets until told to stop; what is under way is finished first.

    `app` is built before the fork, so that a worker killed without warning is back at once.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    uvicorn.Server(config).run(sockets=list(sockets))
