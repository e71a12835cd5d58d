"""The yardstick of doors: a bare asynchronous route that reads a body and does one insert."""

import multiprocessing
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import psycopg
from fastapi import FastAPI
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel, ConfigDict

from api.processes import open_port
from api.web import work
from bench.place import Place
from bench.push_http import LOOPBACK, STOP_MAX_S, WORKERS, wait_until_up

CONNECTIONS: Final = 8
PATH: Final = "/bare"

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS public.bare (
    bare_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number text NOT NULL, amount_vnd bigint NOT NULL, at timestamptz NOT NULL DEFAULT now()
)
"""
_INSERT: Final = "INSERT INTO public.bare (number, amount_vnd) VALUES (%s, %s) RETURNING bare_id"


class BareIn(BaseModel):
    """As little as a payment could be."""

    model_config = ConfigDict(extra="forbid")

    number: str
    amount_vnd: int


class BareOut(BaseModel):
    """The row that was made."""

    bare_id: int


def bare(address: str) -> FastAPI:
    """Return the program with the one route."""
    pool = AsyncConnectionPool(address, min_size=CONNECTIONS, max_size=CONNECTIONS, open=False)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with pool:
            yield

    app = FastAPI(lifespan=lifespan, openapi_url=None)

    @app.post(PATH)
    async def insert(body: BareIn) -> BareOut:
        async with pool.connection() as connection:
            found = await connection.execute(_INSERT, (body.number, body.amount_vnd))
            row = await found.fetchone()
        assert row is not None, "an insert returns its row"
        return BareOut(bare_id=int(row[0]))

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "up"}

    return app


@contextmanager
def bare_serving(place: Place, database: str) -> Generator[int]:
    """Answer on a port of its own, with as many workers as the program is shipped with."""
    address = place.address(database)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(_TABLE)
    listening = open_port(host=LOOPBACK, port=0)
    port = int(listening.getsockname()[1])
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_answer, args=(address, listening)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    listening.close()
    try:
        wait_until_up(port, path="/health")
        yield port
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join(STOP_MAX_S)


def _answer(address: str, listening: socket.socket) -> None:
    work(bare(address), [listening])
