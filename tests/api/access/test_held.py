"""Answers that leave at a fixed time: the same answer, later, and without a thread."""

import time

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from api.access.held import Held, begun_ns


def _client(every_ms: int) -> TestClient:
    def answer(_request: Request) -> Response:
        begun = begun_ns()
        page = HTMLResponse("<p>Chưa tìm thấy", 404, headers={"x-kept": "yes"})
        page.set_cookie("a", "b")
        return Held(page, begun=begun, every_ms=every_ms)

    return TestClient(Starlette(routes=[Route("/", answer)]))


@pytest.mark.parametrize("every_ms", [0, 40])
def test_a_held_answer_is_the_same_answer(every_ms: int) -> None:
    answer = _client(every_ms).get("/")
    assert (answer.status_code, answer.text) == (404, "<p>Chưa tìm thấy")
    assert answer.headers["x-kept"] == "yes"
    assert answer.cookies["a"] == "b"
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_an_answer_is_held_at_least_so_long() -> None:
    client = _client(40)
    begun = time.monotonic_ns()
    client.get("/")
    assert time.monotonic_ns() - begun >= 40_000_000
