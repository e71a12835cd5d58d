"""Signing in: only with the answer to one's own question, and nothing of the person stays."""

from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from api.access.person_session import IDLE_MAX_S
from api.house import House
from tests.api.citizen.payer import Payer
from tests.api.citizen.signed_in import (
    ISSUER,
    PERSON,
    leave_to_sign_in,
    owe_the_usual,
    sign_in,
    with_identity,
)


def _back(payer: Payer, **answer: str) -> int:
    words = "&".join(f"{name}={value}" for name, value in answer.items())
    page = payer.get(f"/sign-in/back?{words}")
    assert "Không đăng nhập" in page.text, "a page that shows the other doors"
    assert payer.get("/mine").headers["location"] == "/sign-in"
    return page.status_code


def test_who_comes_back_from_the_provider_sees_what_is_owed(house: House) -> None:
    payer = Payer(with_identity(house))
    owe_the_usual(house)
    assert payer.get("/mine").headers["location"] == "/sign-in"
    assert sign_in(payer).headers["location"] == "/mine"
    assert "11/QĐ-XPHC" in payer.get("/mine").text
    assert payer.get("/sign-in").headers["location"] == "/mine"


def test_the_personal_id_is_in_no_cookie_and_no_log(house: House) -> None:
    payer = Payer(with_identity(house))
    owe_the_usual(house)
    with capture_logs() as logs:
        sign_in(payer)
        page = payer.get("/mine").text
    assert PERSON not in page
    assert PERSON not in str(logs)
    assert not any(PERSON in value for value in payer.client.cookies.values())


def test_the_page_may_lead_to_the_provider_and_nowhere_else(house: House) -> None:
    policy = Payer(with_identity(house)).get("/sign-in").headers["content-security-policy"]
    assert policy.endswith(f"form-action 'self' {ISSUER}")


def test_the_answer_to_another_question_signs_nobody_in(house: House) -> None:
    payer = Payer(with_identity(house))
    asked = leave_to_sign_in(payer)
    right = {"code": asked["nonce"], "state": asked["state"], "iss": ISSUER}
    assert _back(payer, **right | {"state": "t" * 43}) == 400
    # The first refusal ended that sign-in: not even the right answer helps any more.
    assert _back(payer, **right) == 400


def test_t06_an_answer_in_another_browser_signs_nobody_in(house: House) -> None:
    attacker, victim = Payer(with_identity(house)), Payer(with_identity(house))
    asked = leave_to_sign_in(attacker)
    assert _back(victim, code=asked["nonce"], state=asked["state"], iss=ISSUER) == 400
    victim.client.cookies.set("sign_in", attacker.client.cookies["sign_in"], domain="citizen.test")
    assert _back(victim, code=asked["nonce"], state=asked["state"], iss=ISSUER) == 400


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ({"nonce": "m" * 43}, 400),
        ({"aud": "them"}, 400),
        ({"iss": "http://evil.test"}, 400),
        ({"exp": 1}, 400),
        ({"identity_level": 1}, 403),
        ({"personal_id": "12"}, 400),
    ],
)
def test_a_token_that_does_not_fit_is_a_plain_page(
    house: House, other: dict[str, object], status: int
) -> None:
    payer = Payer(with_identity(house, say=lambda claims: claims | other))
    asked = leave_to_sign_in(payer)
    assert _back(payer, code=asked["nonce"], state=asked["state"], iss=ISSUER) == status


def test_who_says_no_at_the_provider_is_told_so(house: House) -> None:
    payer = Payer(with_identity(house))
    asked = leave_to_sign_in(payer)
    assert _back(payer, error="access_denied", state=asked["state"], iss=ISSUER) == 200


def test_a_provider_that_is_away_leaves_the_other_doors_open(house: House) -> None:
    payer = Payer(with_identity(house, is_up=False))
    page = payer.get("/sign-in")
    assert page.status_code == 503
    assert "VNeID không trả lời" in page.text
    assert "/find-fine" in page.text


def test_without_a_provider_nobody_is_asked_to_sign_in(house: House) -> None:
    page = Payer(house).get("/en/sign-in")
    assert page.status_code == 200
    assert "You cannot sign in here at present" in page.text


def test_a_quarter_of_an_hour_of_rest_ends_it_and_so_does_leaving(house: House) -> None:
    owe_the_usual(house)
    here = with_identity(house)
    payer = Payer(here)
    sign_in(payer)
    at = house.clock() + timedelta(seconds=IDLE_MAX_S + 1)
    rested = Payer(replace(here, clock=lambda: at))
    rested.client.cookies = payer.client.cookies
    assert rested.get("/mine").headers["location"] == "/sign-in"
    page = payer.get("/mine")
    assert payer.submit(page, "/sign-out").headers["location"] == "/"
    assert payer.get("/mine").headers["location"] == "/sign-in"


def test_in_english_one_comes_back_to_english(house: House) -> None:
    payer = Payer(with_identity(house))
    gone = payer.submit(payer.get("/en/sign-in"), "/en/sign-in")
    state = gone.headers["location"].split("state=")[1].split("&")[0]
    nonce = gone.headers["location"].split("nonce=")[1].split("&")[0]
    back = payer.get(f"/sign-in/back?code={nonce}&state={state}&iss={ISSUER}")
    assert back.headers["location"].startswith("/en/sign-in/back?")
    assert payer.get(back.headers["location"]).headers["location"] == "/en/mine"


def test_t11_a_return_with_too_much_in_it_is_no_error(house: House) -> None:
    payer = Payer(with_identity(house))
    for query in ("", "code=1", "state=%00", "state=%ff&code=%F0%9F%98%80", "iss=x&iss=y"):
        assert payer.get(f"/sign-in/back?{query}").status_code == 400
