"""Callers who keep their connections."""

import socket
import threading
from collections.abc import Iterator

import pytest

from bench.callers import CallFailed, Held, Talk, get, hold, post

ANSWERS = {
    b"/well": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell",
    b"/none": b"HTTP/1.1 204 No Content\r\n\r\n",
    b"/away": b"HTTP/1.1 503 Away\r\ncontent-length: 4\r\n\r\nback",
}


@pytest.fixture
def port() -> Iterator[int]:
    """Give the port of a server that answers by path, one connection after the other."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = threading.Thread(target=answer, args=(listening,), daemon=True)
        server.start()
        yield int(listening.getsockname()[1])


def answer(listening: socket.socket) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection:
            while asked := connection.recv(65_536):
                connection.sendall(ANSWERS[asked.split(b" ")[1]])


def turns(path: str, count: int, *, wanted: int = 200):
    """Return a conversation that has so many turns, and what was heard in them."""
    heard: list[bytes] = []

    async def ask(talk: Talk) -> bool:
        if len(heard) == count:
            return False
        heard.append(await talk.ask(get(path, host="here"), wanted=wanted))
        return True

    return ask, heard


def test_a_conversation_is_held_until_nothing_is_left(port: int):
    ask, heard = turns("/well", 3)
    held = hold(ask, port=port, clients=1, seconds=30)
    assert heard == [b"well"] * 3
    assert (held.clients, len(held.times_us)) == (1, 3)


def test_an_answer_without_a_body_is_heard_as_nothing(port: int):
    ask, heard = turns("/none", 1, wanted=204)
    hold(ask, port=port, clients=1, seconds=30)
    assert heard == [b""]


def test_another_answer_than_wanted_ends_the_measurement(port: int):
    ask, _ = turns("/away", 1)
    with pytest.raises(ExceptionGroup) as raised:
        hold(ask, port=port, clients=1, seconds=30)
    assert raised.group_contains(CallFailed, match="503")


def test_a_line_of_the_table_has_rate_median_and_tail():
    held = Held(clients=8, elapsed_us=2_000_000, times_us=tuple(range(1_000, 101_000, 1_000)))
    assert held.per_second == 50
    assert held.told("calls").split() == ["calls", "8", "50", "50.00", "99.00"]


def test_a_request_says_how_long_its_body_is():
    request = post("/pay", b"{}", host="here:1", headers="a: b\r\n")
    assert request.startswith(b"POST /pay HTTP/1.1\r\nhost: here:1\r\n")
    assert request.endswith(b"content-length: 2\r\na: b\r\n\r\n{}")
