"""What every console test begins with: a browser signed in, and days that money passed through."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from api.application import application
from api.house import House
from ledger.postgres.transaction import OpenTx, transactions
from tests.api.citizen.payer import forms_of
from tests.api.conftest import PERSON_KEYS


def came_in(house: House, key: str) -> TestClient:
    """Return a browser of its own at the staff host, signed in with this key."""
    browser = TestClient(
        application(house), base_url=house.settings.staff_url, follow_redirects=False
    )
    shown = forms_of(browser.get("/sign-in"))[0].values
    assert browser.post("/sign-in", data=shown | {"key": key}).headers["location"] == "/"
    return browser


@pytest.fixture
def stranger(house: House) -> TestClient:
    """Give a browser at the staff host that has shown no key."""
    return TestClient(application(house), base_url=house.settings.staff_url, follow_redirects=False)


@pytest.fixture
def staff(house: House) -> TestClient:
    """Give a browser that is signed in with the shared key."""
    return came_in(house, house.settings.staff_key.get_secret_value())


@pytest.fixture
def first(house: House) -> TestClient:
    """Give the browser of one person."""
    return came_in(house, PERSON_KEYS["ketoan1"])


@pytest.fixture
def second(house: House) -> TestClient:
    """Give the browser of another person."""
    return came_in(house, PERSON_KEYS["ketoan2"])


@pytest.fixture
def open_all_tx(owner_dsn: str) -> Iterator[OpenTx]:
    """Give transactions that may play every part: payer, gateway, treasury, night work."""
    engine = create_engine(
        make_url(owner_dsn).set(drivername="postgresql+psycopg"), poolclass=NullPool
    )
    yield transactions(engine)
    engine.dispose()
