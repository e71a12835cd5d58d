"""What becomes of a question: work from the third on, and doors that stay open."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from api.access.look_up_quotas import WRONG_IN_ALL_MAX, WRONG_PER_SOURCE_MAX
from api.access.qr_token import Paper, qr_token
from api.house import House
from tests.api.citizen.payer import QUESTION, Payer, forms_of
from tests.api.citizen.signed_in import PERSON, owe, owed_by, sign_in, with_identity

PAGE = "/find-fine"


def _wrong(payer: Payer, ordinal: int) -> None:
    answer = payer.find(number=f"{ordinal}/QĐ-XPHC", plate=f"99A-000.{ordinal:02}")
    assert answer.status_code == 200


def test_work_is_asked_for_from_the_third_question_of_a_day(payer: Payer) -> None:
    for ordinal in range(2):
        assert "work.js" not in payer.get(PAGE).text
        _wrong(payer, ordinal)
    assert "work.js" in payer.get(PAGE).text
    assert payer.find().status_code == 303


def test_without_its_work_a_question_is_not_looked_up_and_nothing_typed_is_lost(
    payer: Payer,
) -> None:
    first = payer.get(PAGE)
    for ordinal in range(2):
        _wrong(payer, ordinal)
    answer = payer.submit(first, PAGE, QUESTION)
    assert answer.status_code == 422
    # Without script only what else there is: pressing once more leads nowhere.
    hidden = answer.text.partition("<div data-again hidden>")[2].partition("</form>")[0]
    assert "Hãy bấm tìm một lần nữa" in hidden.partition("<h1>")[0]
    assert answer.text.count("Hãy bấm tìm một lần nữa") == 1
    assert f'value="{QUESTION["number"]}"' in answer.text
    assert payer.submit(answer, PAGE, QUESTION).status_code == 303


def test_work_is_used_once_and_by_nobody_else(payer: Payer) -> None:
    for ordinal in range(2):
        _wrong(payer, ordinal)
    shown = payer.get(PAGE)
    assert payer.submit(shown, PAGE, QUESTION).status_code == 303
    assert payer.submit(shown, PAGE, QUESTION).status_code == 422
    stranger = Payer(payer.house)
    form = next(form for form in forms_of(payer.get(PAGE)) if form.work)
    shown = stranger.get(PAGE)
    stolen = {"work": form.values["work"], "work_number": "0"}
    assert stranger.submit(shown, PAGE, QUESTION | stolen).status_code == 422


def test_without_script_the_page_says_what_else_there_is(payer: Payer) -> None:
    for ordinal in range(2):
        _wrong(payer, ordinal)
    for page, words in (
        (PAGE, "cần bật JavaScript"),
        (f"/en{PAGE}", "This search needs JavaScript"),
    ):
        text = payer.get(page).text
        told = text[text.index("<noscript>") : text.index("</noscript>")]
        assert words in told
        assert "/sign-in" in told
        assert "1800" in told


def test_t04_who_used_up_the_form_is_shown_the_doors_that_stay_open(payer: Payer) -> None:
    for last_digit in range(WRONG_PER_SOURCE_MAX):
        assert payer.find(plate=f"29B1-678.8{last_digit}").status_code == 200
    page = payer.find()
    assert page.status_code == 429
    assert int(page.headers["retry-after"]) > 0
    assert "Bạn đã thử nhiều lần" in page.text
    assert "/sign-in" in page.text
    owner = Payer(payer.house, address="198.51.100.9")
    assert owner.find().status_code == 303


def test_t04_the_owner_gets_in_by_code_and_by_signing_in_while_the_number_is_used_up(
    house: House,
) -> None:
    settings = house.settings.model_copy(update={"qr_key": SecretStr("66" * 32)})
    open_house = with_identity(replace(house, settings=settings))
    owe(open_house, owed_by(PERSON, QUESTION["number"]))
    attackers = [Payer(open_house, address=f"198.51.{at}.1") for at in range(WRONG_IN_ALL_MAX // 5)]
    for at in range(WRONG_IN_ALL_MAX):
        attacker = attackers[at % len(attackers)]
        attacker.client.cookies.clear()
        assert attacker.find(plate=f"99A-000.{at:02}").status_code == 200
    owner = Payer(open_house, address="203.0.113.9")
    assert owner.find().status_code == 429
    paper = Paper("csgt", "traffic_fine", QUESTION["number"])
    assert owner.get(f"/q/{qr_token(settings, paper)}").headers["location"] == "/fine"
    assert QUESTION["number"] in owner.get("/fine").text
    other_browser = Payer(open_house, address="203.0.113.9")
    assert sign_in(other_browser).headers["location"] == "/mine"
    assert QUESTION["number"] in other_browser.get("/mine").text


@pytest.mark.parametrize("page", [PAGE, "/find?what=fee"])
def test_the_script_is_ours_and_alone(payer: Payer, page: str) -> None:
    for ordinal in range(2):
        _wrong(payer, ordinal)
    answer = payer.get(page)
    assert answer.text.count("<script") == 1
    script = payer.get(answer.text.split('<script src="')[1].split('"')[0])
    assert script.status_code == 200
    assert "eval" not in script.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]
