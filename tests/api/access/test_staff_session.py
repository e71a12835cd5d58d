"""Staff sessions: a quarter of an hour of rest at most, ten hours in all."""

from datetime import UTC, datetime, timedelta

import pytest
from starlette.requests import Request
from starlette.responses import Response

from api.access.staff_session import (
    IDLE_MAX_S,
    WHOLE_MAX,
    SignInNeeded,
    Staff,
    is_staff_key,
    sign_in_visitor,
    staff_begun,
    staff_of,
)
from tests.api.access.browser import SETTINGS, request

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def _kept(staff: Staff, *, now: datetime) -> Request:
    """Return a request of the browser that was answered at `now`."""
    answer = staff.remember(Response(), now=now)
    return request({"cookie": answer.headers["set-cookie"].partition(";")[0]})


def test_only_the_very_key_opens() -> None:
    key = SETTINGS.staff_key.get_secret_value()
    assert is_staff_key(SETTINGS, key)
    for wrong in ("", key[:-1], key + " ", key.upper(), "đ"):
        assert not is_staff_key(SETTINGS, wrong)


def test_a_session_lives_as_long_as_it_is_used() -> None:
    staff = staff_begun(SETTINGS, now=NOW)
    at = NOW
    for _ in range(8):
        sent = _kept(staff, now=at)
        at += timedelta(seconds=IDLE_MAX_S)
        staff = staff_of(sent, SETTINGS, now=at)
    assert staff.since == NOW


def test_t22_after_a_quarter_of_an_hour_of_rest_it_is_over() -> None:
    sent = _kept(staff_begun(SETTINGS, now=NOW), now=NOW)
    with pytest.raises(SignInNeeded):
        staff_of(sent, SETTINGS, now=NOW + timedelta(seconds=IDLE_MAX_S + 1))


def test_no_session_outlives_a_working_day() -> None:
    staff = staff_begun(SETTINGS, now=NOW)
    late = NOW + WHOLE_MAX
    assert staff_of(_kept(staff, now=late), SETTINGS, now=late).name == staff.name
    with pytest.raises(SignInNeeded):
        staff_of(_kept(staff, now=late), SETTINGS, now=late + timedelta(seconds=1))


@pytest.mark.parametrize("cookie", ["", "staff=", "staff=x", "staff=gAAAAAB"])
def test_nobody_is_signed_in_by_a_made_up_cookie(cookie: str) -> None:
    with pytest.raises(SignInNeeded):
        staff_of(request({"cookie": cookie}), SETTINGS, now=NOW)


def test_a_session_made_with_another_secret_is_none() -> None:
    other = SETTINGS.model_copy(update={"secret_key": SETTINGS.signing_key})
    with pytest.raises(SignInNeeded):
        staff_of(_kept(staff_begun(other, now=NOW), now=NOW), SETTINGS, now=NOW)


def test_the_sign_in_form_is_bound_to_its_browser() -> None:
    visitor = sign_in_visitor(request(), SETTINGS)
    answer = visitor.remember(Response())
    sent = request({"cookie": answer.headers["set-cookie"].partition(";")[0]})
    assert sign_in_visitor(sent, SETTINGS).name == visitor.name
    assert sign_in_visitor(request(), SETTINGS).name != visitor.name


def test_audit_records_name_the_session_and_not_its_secret() -> None:
    staff = staff_begun(SETTINGS, now=NOW)
    again = staff_of(_kept(staff, now=NOW), SETTINGS, now=NOW)
    assert staff.doer("why") == again.doer("why")
    assert staff.doer("why").actor != staff_begun(SETTINGS, now=NOW).doer("why").actor
    assert staff.name not in staff.doer("why").actor
