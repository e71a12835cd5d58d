"""Ports nobody listens on, for programs under test."""

import socket


def free_ports(count: int) -> int:
    """Return the first of some ports in a row that nobody listens on now."""
    for first in range(20_000, 30_000, count):
        try:
            for offset in range(count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", first + offset))
        except OSError:
            continue
        return first
    raise RuntimeError("no free ports in a row")
