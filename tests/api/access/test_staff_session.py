"""Staff sessions: a quarter of an hour of rest at most, ten hours in all."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from api.access.staff_session import (
    IDLE_MAX_S,
    NOBODY,
    WHOLE_MAX,
    RightMissing,
    SignInNeeded,
    Staff,
    actor_may,
    person_with,
    sign_in_visitor,
    staff_begun,
    staff_of,
)
from api.staff_right import StaffRight
from tests.api.access.browser import SETTINGS, request

NAMED = SETTINGS.model_copy(
    update={
        "staff_keys": {
            "ketoan1": hashlib.sha256(b"key of one").hexdigest(),
            "ketoan2": hashlib.sha256(b"key of two").hexdigest(),
        },
        "staff_rights": {"ketoan1": {StaffRight.REFUNDS_PROPOSE}},
    }
)
NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def _kept(staff: Staff, *, now: datetime) -> Request:
    """Return a request of the browser that was answered at `now`."""
    answer = staff.remember(Response(), now=now)
    return request({"cookie": answer.headers["set-cookie"].partition(";")[0]})


def test_only_the_very_key_opens() -> None:
    key = SETTINGS.staff_key.get_secret_value()
    assert person_with(NAMED, key) == NOBODY
    assert person_with(NAMED, "key of one") == "ketoan1"
    assert person_with(NAMED, "key of two") == "ketoan2"
    for wrong in ("", key[:-1], key + " ", key.upper(), "đ", "ketoan1"):
        assert person_with(NAMED, wrong) is None


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


def test_a_person_is_the_same_in_every_session() -> None:
    one = staff_begun(NAMED, person="ketoan1", now=NOW)
    assert one.actor == "staff:ketoan1" == staff_of(_kept(one, now=NOW), NAMED, now=NOW).actor
    assert one.name != staff_begun(NAMED, person="ketoan1", now=NOW).name


def test_the_shared_key_has_no_right_at_all() -> None:
    shared = staff_begun(NAMED, now=NOW)
    for right in StaffRight:
        assert not shared.may(right)
        with pytest.raises(RightMissing):
            shared.require(right)


def test_t25_a_right_taken_away_is_gone_at_the_next_request() -> None:
    sent = _kept(staff_begun(NAMED, person="ketoan1", now=NOW), now=NOW)
    before = staff_of(sent, NAMED, now=NOW)
    before.require(StaffRight.REFUNDS_PROPOSE)
    assert not before.may(StaffRight.REFUNDS_APPROVE)
    without = NAMED.model_copy(update={"staff_rights": {}})
    with pytest.raises(RightMissing):
        staff_of(sent, without, now=NOW).require(StaffRight.REFUNDS_PROPOSE)


@pytest.mark.parametrize("keys", [{}, {"ketoan1": hashlib.sha256(b"a new key").hexdigest()}])
def test_t22_a_person_or_key_taken_away_ends_the_session(keys: dict[str, str]) -> None:
    sent = _kept(staff_begun(NAMED, person="ketoan1", now=NOW), now=NOW)
    with pytest.raises(SignInNeeded):
        staff_of(sent, NAMED.model_copy(update={"staff_keys": keys}), now=NOW)


def test_a_new_shared_key_ends_the_sessions_of_the_old_one() -> None:
    sent = _kept(staff_begun(NAMED, now=NOW), now=NOW)
    other = NAMED.model_copy(update={"staff_key": SecretStr("another key of sixteen")})
    with pytest.raises(SignInNeeded):
        staff_of(sent, other, now=NOW)


def test_t25_only_people_who_still_have_key_and_right_may() -> None:
    right = StaffRight.REFUNDS_PROPOSE
    assert actor_may(NAMED, right, "staff:ketoan1")
    keyless = NAMED.model_copy(update={"staff_keys": {}})
    assert not actor_may(keyless, right, "staff:ketoan1")
    for nobody in ("staff:ketoan2", "staff:", "system:refunds", "partner:ketoan1", "ketoan1"):
        assert not actor_may(NAMED, right, nobody)
