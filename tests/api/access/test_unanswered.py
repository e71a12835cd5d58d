"""The question carried to who wants to be told: sealed, an hour, and this browser's alone."""

from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import Response

from api.access.citizen_session import visitor_of
from api.access.unanswered import keep_unanswered, unanswered
from api.house import House
from payments.look_up import Question

QUESTION = Question(number="1/QĐ", decided_on=date(2026, 11, 1), subject="59A-123.45")


def request_with(cookies: dict[str, str]) -> Request:
    text = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return Request({"type": "http", "headers": [(b"cookie", text.encode())]})


def test_a_question_comes_back_to_its_own_browser_for_an_hour(house: House) -> None:
    visitor = visitor_of(request_with({}), house.settings)
    for question in (QUESTION, Question(number="2", decided_on=None, subject="1234")):
        response = keep_unanswered(Response(), question, visitor, now=house.clock())
        cookie = response.headers["set-cookie"].partition(";")[0]
        assert "59A" not in cookie
        name, _, value = cookie.partition("=")
        asking = request_with({name: value})
        assert unanswered(asking, visitor, now=house.clock()) == question
        late = house.clock() + timedelta(hours=1, seconds=1)
        assert unanswered(asking, visitor, now=late) is None
        stranger = visitor_of(request_with({}), house.settings)
        assert unanswered(asking, stranger, now=house.clock()) is None
    assert unanswered(request_with({}), visitor, now=house.clock()) is None
