"""Coming in with the staff key, and leaving."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from api.access.quotas import SIGN_INS_PER_SOURCE_MAX
from api.application import application
from api.house import House
from ledger.postgres.audit_rows import newest
from tests.api.citizen.payer import forms_of
from tests.api.conftest import PERSON_KEYS
from tests.api.console.conftest import came_in

PAGES = ("/", "/trial-balance", "/day/2026-11-18", "/en/", "/en/trial-balance")


@pytest.mark.parametrize("path", PAGES)
def test_nobody_sees_anything_without_signing_in(stranger: TestClient, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"] == ("/en/sign-in" if path.startswith("/en/") else "/sign-in")


def test_the_key_opens_and_a_wrong_one_does_not(stranger: TestClient, house: House) -> None:
    shown = forms_of(stranger.get("/sign-in"))[0].values
    wrong = stranger.post("/sign-in", data=shown | {"key": "open-sesame"})
    assert wrong.status_code == 422
    assert wrong.text.count("Khóa không đúng") == 2
    assert "open-sesame" not in wrong.text
    key = house.settings.staff_key.get_secret_value()
    assert stranger.post("/sign-in", data=shown | {"key": key}).status_code == 303
    assert stranger.get("/").status_code == 200


def test_t22_the_key_is_guessed_at_a_few_times_only(stranger: TestClient, house: House) -> None:
    shown = forms_of(stranger.get("/sign-in"))[0].values
    for _ in range(SIGN_INS_PER_SOURCE_MAX):
        assert stranger.post("/sign-in", data=shown | {"key": "open-sesame"}).status_code == 422
    key = house.settings.staff_key.get_secret_value()
    assert stranger.post("/sign-in", data=shown | {"key": key}).status_code == 429


def test_t20_the_key_must_come_from_our_own_form(stranger: TestClient, house: House) -> None:
    key = house.settings.staff_key.get_secret_value()
    assert stranger.post("/sign-in", data={"key": key}).status_code == 403


def test_signing_out_forgets(staff: TestClient) -> None:
    out = forms_of(staff.get("/"))[0]
    assert out.action == "/sign-out"
    assert staff.post("/sign-out", data={"form_token": "x"}).status_code == 403
    assert staff.post("/sign-out", data=out.values).headers["location"] == "/sign-in"
    assert staff.get("/").status_code == 303


def test_t22_a_quarter_of_an_hour_of_rest_ends_the_session(staff: TestClient, house: House) -> None:
    at = house.clock() + timedelta(minutes=16)
    later = TestClient(
        application(replace(house, clock=lambda: at)),
        base_url=house.settings.staff_url,
        follow_redirects=False,
    )
    later.cookies = staff.cookies
    assert later.get("/").headers["location"] == "/sign-in"


def test_t21_the_staff_cookie_opens_nothing_on_the_citizens_host(
    staff: TestClient, house: House
) -> None:
    assert staff.get("/trial-balance").status_code == 200
    citizen = TestClient(application(house), base_url=house.settings.citizen_url)
    citizen.cookies = staff.cookies
    assert citizen.get("/trial-balance").status_code == 404


def test_coming_guessing_and_going_stand_in_the_book(stranger: TestClient, house: House) -> None:
    shown = forms_of(stranger.get("/sign-in"))[0].values
    stranger.post("/sign-in", data=shown | {"key": "open-sesame"})
    stranger.post("/sign-in", data=shown | {"key": house.settings.staff_key.get_secret_value()})
    stranger.post("/sign-out", data=forms_of(stranger.get("/"))[0].values)
    with house.open_tx() as tx:
        out, came, guessed = (kept.record for kept in newest(tx, limit_max=9))
    told = [(one.action, one.reason) for one in (guessed, came, out)]
    assert told == [
        ("staff.sign_in_refused", "staff key refused"),
        ("staff.sign_in", "staff key shown"),
        ("staff.sign_out", "asked to leave"),
    ]
    assert guessed.actor == "staff:unknown"
    assert came.actor == out.actor
    assert re.fullmatch(r"staff:[0-9a-f]{12}", came.actor)
    assert {one.subject for one in (guessed, came, out)} == {"source:0.0.0.0/24"}


def test_a_person_stands_in_the_book_by_name(house: House) -> None:
    browser = came_in(house, PERSON_KEYS["ketoan1"])
    browser.post("/sign-out", data=forms_of(browser.get("/"))[0].values)
    with house.open_tx() as tx:
        out, came = (kept.record for kept in newest(tx, limit_max=9))
    assert [came.actor, out.actor] == ["staff:ketoan1"] * 2


def test_t22_whoever_is_taken_out_of_the_settings_is_out_at_once(house: House) -> None:
    first = came_in(house, PERSON_KEYS["ketoan1"])
    assert first.get("/").status_code == 200
    without = house.settings.model_copy(update={"staff_keys": {}})
    later = TestClient(
        application(replace(house, settings=without)),
        base_url=house.settings.staff_url,
        follow_redirects=False,
    )
    later.cookies = first.cookies
    assert later.get("/").headers["location"] == "/sign-in"
