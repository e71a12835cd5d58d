"""A small book filled as the large ones are, on the tests' own server."""

from collections.abc import Iterator

import pytest

from api.clock import now, vietnam_day
from api.postgres.embedded import Server
from bench.growth import Plan, fill, plan_of
from bench.place import BOOK, Place, drop_database, place_of

STORED = 1_200


@pytest.fixture(scope="session")
def place(server: Server) -> Iterator[Place]:
    """Give the tests' server as a place to measure on."""
    place = place_of(server)
    yield place
    drop_database(place, BOOK)


@pytest.fixture(scope="session")
def filled(place: Place) -> Plan:
    """Give the plan of the book that stands in `BOOK`."""
    plan = plan_of(STORED, today=vietnam_day(now()))
    fill(place, BOOK, plan)
    return plan
