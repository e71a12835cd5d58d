"""A person's session: this browser's only, a quarter of an hour of rest, hours in all."""

from datetime import datetime, timedelta

import pytest
from starlette.requests import Request
from starlette.responses import Response

from api.access.citizen_session import Visitor
from api.access.person_session import (
    IDLE_MAX_S,
    WHOLE_MAX,
    Person,
    forget_person,
    person_of,
    remember_person,
)
from tests.api.access.browser import SETTINGS
from tests.api.conftest import NOON

VISITOR = Visitor("v" * 43, SETTINGS, "")
PERSON = Person((b"i" * 16, b"j" * 16), NOON)


def _kept(at: datetime = NOON) -> str:
    answer = Response()
    remember_person(answer, PERSON, VISITOR, now=at)
    return answer.headers["set-cookie"].split(";")[0]


def _read(cookie: str, visitor: Visitor = VISITOR, *, at: datetime = NOON) -> Person | None:
    scope = {"type": "http", "headers": [(b"cookie", cookie.encode())]}
    return person_of(Request(scope), visitor, now=at)


def test_it_comes_back_and_shows_nothing_of_the_person() -> None:
    assert _read(_kept()) == PERSON
    assert (b"i" * 16).hex() not in _kept()
    assert "index" not in repr(PERSON)


def test_another_browser_is_not_signed_in_by_it() -> None:
    assert _read(_kept(), Visitor("w" * 43, SETTINGS, "")) is None
    assert _read("person=x") is None


@pytest.mark.parametrize(
    ("rested_s", "is_there"), [(IDLE_MAX_S - 1, True), (IDLE_MAX_S + 1, False)]
)
def test_rest_ends_it(rested_s: int, *, is_there: bool) -> None:
    assert (_read(_kept(), at=NOON + timedelta(seconds=rested_s)) is not None) == is_there


def test_it_ends_after_hours_however_busy() -> None:
    late = NOON + WHOLE_MAX
    assert _read(_kept(late), at=late) == PERSON
    assert _read(_kept(late), at=late + timedelta(seconds=1)) is None


def test_it_can_be_forgotten() -> None:
    answer = Response()
    forget_person(answer, SETTINGS)
    assert "Max-Age=0" in answer.headers["set-cookie"]
