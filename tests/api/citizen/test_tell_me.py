"""Tell me when there is one: from a search without result to one mail, and back out again."""

from dataclasses import replace

import httpx2
import pytest
from sqlalchemy import text

from api import composition
from api.house import House
from api.mail_settings import MailServer
from api.page import Pages
from payments.tell_watchers import tell_watchers
from payments.watch import Word
from tests.api.citizen.payer import QUESTION, Payer, owe_late_fine

MAIL = MailServer(host="127.0.0.1", port=1, security="none", sender="no-reply@example.vn")


@pytest.fixture
def visitor(house: House) -> Payer:
    """Give a browser at a house that sends mail and knows of no fine."""
    settings = house.settings.model_copy(update={"mail": MAIL})
    pages = Pages(
        sandbox=True,
        citizen_url=settings.citizen_url,
        staff_url=settings.staff_url,
        sends_mail=True,
    )
    return Payer(replace(house, settings=settings, pages=pages))


def leave(visitor: Payer, address: str = "an@example.vn") -> httpx2.Response:
    missed = visitor.submit(visitor.get("/find-fine"), "/find-fine", QUESTION)
    assert 'href="/tell-me"' in missed.text
    return visitor.submit(visitor.get("/tell-me"), "/tell-me", {"address": address})


def told(visitor: Payer) -> list[Word]:
    sent: list[Word] = []

    def send(word: Word) -> str:
        sent.append(word)
        return ""

    house = visitor.house
    tell_watchers(house.open_tx, send, keys=house.personal_keys, now=house.clock(), limit_max=10)
    return sent


def test_an_address_far_too_long_stays_and_is_named(visitor: Payer) -> None:
    address = "a" * 5_000 + "@example.vn"
    refused = leave(visitor, address)
    assert refused.status_code == 422
    assert f'value="{address}"' in refused.text
    assert 'href="#address"' in refused.text


def test_who_found_nothing_is_told_once_when_it_comes(visitor: Payer) -> None:
    kept = leave(visitor)
    assert kept.status_code == 200
    assert "Đã ghi nhận" in kept.text
    assert told(visitor) == []
    owe_late_fine(visitor.house)
    assert [word.address for word in told(visitor)] == ["an@example.vn"]
    assert told(visitor) == []


def test_the_answer_is_the_same_whatever_is_known(visitor: Payer) -> None:
    unknown = leave(visitor).text
    owe_late_fine(visitor.house)
    # The question is still carried; by now its decision is known.
    known = visitor.submit(visitor.get("/tell-me"), "/tell-me", {"address": "an@example.vn"}).text
    assert known == unknown


def test_what_is_no_address_is_named_and_nothing_is_kept(visitor: Payer) -> None:
    refused = leave(visitor, "nobody")
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text
    owe_late_fine(visitor.house)
    assert told(visitor) == []


def test_without_a_search_there_is_nothing_to_wait_for(visitor: Payer) -> None:
    assert visitor.get("/tell-me").headers["location"] == "/find-fine"
    assert visitor.get("/en/tell-me").headers["location"] == "/en/find-fine"


def test_who_thinks_better_of_it_is_forgotten(visitor: Payer) -> None:
    kept = leave(visitor)
    end = kept.text.partition('href="/tell-me/end/')[2].partition('"')[0]
    before = visitor.get(f"/tell-me/end/{end}")
    ended = visitor.submit(before, f"/tell-me/end/{end}")
    assert "Đã xóa" in ended.text
    with visitor.house.open_tx() as tx:
        assert tx.scalar(text("SELECT count(*) FROM payments.decision_watch")) == 0
    assert visitor.get("/tell-me/end/made-up").status_code == 404


def test_too_many_wishes_of_one_browser_are_refused(visitor: Payer) -> None:
    leave(visitor)
    statuses = [
        visitor.submit(
            visitor.get("/tell-me"), "/tell-me", {"address": f"a{ordinal}@example.vn"}
        ).status_code
        for ordinal in range(5)
    ]
    assert statuses == [200] * 4 + [429]


def test_a_house_that_sends_no_mail_offers_none(house: House) -> None:
    payer = Payer(house)
    missed = payer.submit(payer.get("/find-fine"), "/find-fine", QUESTION)
    assert "/tell-me" not in missed.text
    assert payer.get("/tell-me").status_code == 404


def test_the_schedule_looks_after_who_waits(house: House) -> None:
    assert "tell_watchers" in {job.name for job in composition.jobs_of(house)}
