"""The door of partners as a whole: each door asks for a right, and no key is ever shown."""

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, Final

import pytest
import structlog
from fastapi.testclient import TestClient

from api.access.key_text import SANDBOX, digest_of
from api.access.scope import Scope
from api.application import application
from api.house import House
from api.issue_key import issue_key
from tests.api.conftest import MINISTRY_KEY, NOON, PARTNER_KEY, house

__all__ = ["house"]

OPEN: Final[Mapping[str, str]] = {
    "GET /v1/keys": "public keys, for whoever checks a proof",
    "GET /v1/revocations": "proofs that ended, for whoever checks one",
}
"""Doors that ask for no key, and why."""


@pytest.fixture
def client(house: House) -> TestClient:
    """Give a client of the partner host."""
    return TestClient(application(house), base_url="http://partner.test")


def doors(client: TestClient) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each documented door and what the documentation says of it."""
    for path, operations in client.get("/v1/openapi.json").json()["paths"].items():
        for method, operation in operations.items():
            yield f"{method.upper()} {path}", operation


def asked(client: TestClient, door: str, key: str) -> tuple[int, str]:
    """Ask at a door with nothing but a key, and return status and problem type."""
    method, _, path = door.partition(" ")
    headers = {
        "authorization": f"Bearer {key}",
        "content-type": "application/json",
        "idempotency-key": "partner-door-0001",
    }
    got = client.request(
        method,
        re.sub(r"{\w+}", "0", path),
        headers=headers,
        content=b"" if method == "GET" else b"{}",
    )
    return got.status_code, str(got.json().get("type", "")) if got.content else ""


def scope_of(operation: Mapping[str, Any]) -> Scope:
    ((_, scopes),) = operation["security"][0].items()
    return Scope(scopes[0])


def test_every_door_names_a_scope_or_is_open_for_a_reason(client: TestClient) -> None:
    without = {door for door, operation in doors(client) if "security" not in operation}
    assert without <= OPEN.keys()
    for door, operation in doors(client):
        if door not in without:
            assert scope_of(operation), door
            assert {"401", "403", "429"} <= operation["responses"].keys(), door


def test_reading_never_needs_the_right_to_write(client: TestClient) -> None:
    for door, operation in doors(client):
        if door.startswith("GET") and "security" in operation and "template" not in door:
            assert not scope_of(operation).endswith(":write"), door


def test_no_door_opens_without_its_scope_whatever_else_a_key_may(
    client: TestClient, house: House
) -> None:
    with house.open_tx() as tx:
        keys = {
            scope: issue_key(
                tx, "portal", environment=SANDBOX, scopes=set(Scope) - {scope}, now=NOON
            )
            for scope in Scope
        }
    for door, operation in doors(client):
        if "security" in operation:
            status, problem = asked(client, door, keys[scope_of(operation)])
            assert (status, problem) == (403, "urn:clearing:problem:scope-missing"), door


def test_t17_no_key_stands_in_a_log_an_answer_or_what_is_printed(
    client: TestClient, house: House
) -> None:
    with house.open_tx() as tx:
        secret = issue_key(tx, "portal", environment=SANDBOX, scopes=[Scope.EVENTS_READ], now=NOON)
    digests = [digest_of(key) for key in (secret, PARTNER_KEY, MINISTRY_KEY)]
    printed, answers = io.StringIO(), ""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(printed))
    try:
        with redirect_stdout(printed), redirect_stderr(printed):
            for door, _ in doors(client):
                method, _, path = door.partition(" ")
                for sent in (secret, secret[:-1] + "~", f"{secret} "):
                    got = client.request(
                        method,
                        re.sub(r"{\w+}", "0", path),
                        headers={"authorization": f"Bearer {sent}"},
                    )
                    answers += got.text + str(got.headers)
    finally:
        structlog.reset_defaults()
    heard = printed.getvalue() + answers
    assert "door.refused" in heard
    assert secret.rpartition("_")[2][:20] not in heard
    assert not any(digest.hex() in heard or repr(digest) in heard for digest in digests)
