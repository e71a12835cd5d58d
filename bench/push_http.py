"""The door for authorities over HTTP: workers of the program on loopback, and who calls them."""

import http.client
import json
import multiprocessing
import os
import socket
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

import structlog

from api import clock
from api.access.key_text import LIVE, SECRET_BYTES, key_text
from api.application import application
from api.composition import WEB, open_house
from api.issue_key import enrol
from api.processes import open_port
from api.registered_partner import REQUESTS_PER_MINUTE_MAX, Partner, Sort
from api.settings import read_settings
from api.web import work
from bench.decisions import POLICE
from bench.place import Place

WORKERS: Final = 2
LOOPBACK: Final = "127.0.0.1"
KEY: Final = key_text(LIVE, id_bytes=b"of the bench", secret=bytes(SECRET_BYTES))
PARTNER: Final = Partner(
    name=POLICE.pushed_by,
    sort=Sort.AUTHORITY,
    requests_per_minute_max=REQUESTS_PER_MINUTE_MAX,
)
UP_MAX_S: Final = 60
STOP_MAX_S: Final = 15
POLL_MS: Final = 100


@contextmanager
def serving(
    place: Place, database: str, *, more: Mapping[str, str] = MappingProxyType({})
) -> Generator[int]:
    """Answer for one database on a port of its own, as many workers as are shipped with.

    `more` are settings besides, by whole names.
    """
    with place.book(database, role="clearing_app") as open_tx, open_tx() as tx:
        enrol(tx, PARTNER, key=KEY, now=clock.now())
    listening = open_port(host=LOOPBACK, port=0)
    port = int(listening.getsockname()[1])
    spawn = multiprocessing.get_context("spawn")
    environment = environment_of(place, database, port) | dict(more)
    workers = [spawn.Process(target=_answer, args=(environment, listening)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    listening.close()
    try:
        wait_until_up(port)
        yield port
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join(STOP_MAX_S)


def post(connection: http.client.HTTPConnection, body: bytes) -> None:
    """Push one body and read the whole answer."""
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    connection.request("POST", "/v1/obligations", body, headers)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    assert answer.status == http.HTTPStatus.OK, told
    assert told["counts"].keys() == {"new"}, told["counts"]


def _answer(environment: Mapping[str, str], listening: socket.socket) -> None:
    os.environ.update(environment)
    structlog.configure(processors=[_drop])
    settings = read_settings()
    work(application(open_house(settings, process="bench", roles=WEB)).built(), [listening])


def _drop(_logger: object, _method: str, _event: object) -> str:
    raise structlog.DropEvent


def wait_until_up(port: int, *, path: str = "/v1/openapi.json") -> None:
    """Wait until every worker of a port most likely answers."""
    until = time.monotonic() + UP_MAX_S
    answered = 0
    while answered < 2 * WORKERS:
        assert time.monotonic() < until, "the workers of the bench did not come up"
        answered += _answers(port, path)


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=UP_MAX_S)
    try:
        connection.request("GET", path)
        connection.getresponse().read()
    except ConnectionRefusedError:
        time.sleep(POLL_MS / 1_000)
        return False
    finally:
        connection.close()
    return True


def environment_of(place: Place, database: str, port: int) -> dict[str, str]:
    """Return the settings of a program that answers on one port of loopback."""
    keys = ("SECRET_KEY", "SIGNING_KEY", "PERSONAL_KEY", "PERSONAL_INDEX_KEY")
    given = dict.fromkeys(keys, "11" * 32) | {
        "DATABASE_URL": place.address(database, role="clearing_app"),
        "REPORT_DATABASE_URL": place.address(database, role="clearing_report"),
        "CITIZEN_URL": f"http://citizen.bench:{port}",
        "STAFF_URL": f"http://staff.bench:{port}",
        "PARTNER_URL": f"http://{LOOPBACK}:{port}",
        "STAFF_KEY": "staff-key-of-the-bench",
        "INBOX": str(place.folder / "inbox"),
        "SEALS": str(place.folder / "seals"),
    }
    return {f"CLEARING_{name}": value for name, value in given.items()}
