"""Three hosts from one program, and what is shed before it piles up."""

import time
from concurrent.futures import ThreadPoolExecutor

import anyio
import anyio.lowlevel
import pytest
from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.application import IN_FLIGHT_MAX, Hosts, application
from api.house import House


@pytest.mark.parametrize("host", ["citizen.test", "staff.test", "partner.test"])
def test_each_host_answers_for_itself(house: House, host: str) -> None:
    client = TestClient(application(house), base_url=f"http://{host}")
    assert client.get("/health").json() == {"status": "up"}


def test_an_unknown_host_gets_a_problem(house: House) -> None:
    answer = TestClient(application(house), base_url="http://evil.test").get("/health")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_t21_no_host_answers_for_another(house: House) -> None:
    citizen = TestClient(application(house), base_url="http://citizen.test")
    assert citizen.post("/v1/look-ups", json={}).status_code == 404
    assert citizen.get("/callbacks/vnpay").status_code == 404


def test_t40_only_the_partner_host_tells_of_its_doors(house: House) -> None:
    program = application(house)
    for host, status in (("citizen.test", 404), ("staff.test", 404), ("partner.test", 200)):
        client = TestClient(program, base_url=f"http://{host}")
        assert client.get("/v1/openapi.json").status_code == status
        assert client.get("/docs").status_code == 404


def test_t02_no_door_finds_anything_by_plate_or_name_alone(house: House) -> None:
    partner = TestClient(application(house), base_url="http://partner.test")
    schema = partner.get("/v1/openapi.json").json()
    look_up = schema["components"]["schemas"]["LookUpIn"]
    assert set(look_up["required"]) == {"number", "subject"}
    parameters = [
        parameter["name"]
        for path in schema["paths"].values()
        for door in path.values()
        for parameter in door.get("parameters", [])
    ]
    assert not {"plate", "subject", "name"} & set(parameters)


def test_an_unknown_gateway_has_no_callback_door(house: House) -> None:
    partner = TestClient(application(house), base_url="http://partner.test")
    answer = partner.get("/callbacks/nobody")
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:clearing:problem:not-found"


def test_a_flood_of_callbacks_refuses_nobody_else() -> None:
    is_over = anyio.Event()
    statuses: list[int] = []

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != "/":
            await is_over.wait()
        await PlainTextResponse("done")(scope, receive, send)

    hosts = Hosts({"x": lambda: slow}, hearing={"x": lambda: slow}, threads_max=1)

    async def call(path: str) -> None:
        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(int(message["status"]))

        async def receive() -> Message:
            return {"type": "http.request", "body": b""}

        scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"host", b"x")]}
        await hosts(scope, receive, send)

    async def flood() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(IN_FLIGHT_MAX + 1):
                group.start_soon(call, "/callbacks/vnpay")
            await anyio.lowlevel.checkpoint()
            await call("/")
            is_over.set()

    anyio.run(flood)
    assert set(statuses) == {200}


def test_f11_more_than_can_be_worked_on_is_refused_at_once() -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await anyio.sleep(0.2)
        await PlainTextResponse("done")(scope, receive, send)

    hosts = Hosts({"x": lambda: slow}, hearing={"x": lambda: slow}, threads_max=1)
    statuses: list[int] = []

    async def call() -> None:
        scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"x")]}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(int(message["status"]))

        async def receive() -> Message:
            return {"type": "http.request", "body": b""}

        await hosts(scope, receive, send)

    async def flood() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(IN_FLIGHT_MAX + 10):
                group.start_soon(call)

    anyio.run(flood)
    assert statuses.count(503) == 10
    assert statuses.count(200) == IN_FLIGHT_MAX


def test_each_host_is_built_once_and_all_of_them_when_told_to(house: House) -> None:
    hosts = application(house).built()
    for address in (house.settings.citizen_url, house.settings.staff_url):
        first, again = (TestClient(hosts, base_url=address).get("/health") for _ in range(2))
        assert first.json() == again.json() == {"status": "up"}


def test_threads_that_ask_at_once_are_answered_by_one_program() -> None:
    built: list[int] = []

    def build() -> ASGIApp:
        built.append(len(built))
        time.sleep(0.05)
        return PlainTextResponse("done")

    hosts = Hosts({"x": build}, hearing={}, threads_max=1)
    with ThreadPoolExecutor(4) as pool:
        for waited in [pool.submit(hosts.built) for _ in range(4)]:
            waited.result()
    assert built == [0]
