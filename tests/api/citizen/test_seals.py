"""The sealed days for everybody: all of them, each with its note, never too much on one page."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from api.citizen.seals import SHOWN_MAX
from api.house import House
from api.keys import seal_key_of
from api.seals import seal_days
from ledger.postgres import seal_rows
from tests.api.citizen.payer import Payer
from tests.ledger.sealing import close

FIRST = date(2026, 10, 1)
CHECKED_WITH = "clearing verify-log --proof FILE --key KEY"
BYTES_MAX = 60_000
DAYS = SHOWN_MAX + 4


@pytest.fixture
def visitor(house: House) -> Payer:
    """Give a browser of somebody who has never paid."""
    return Payer(house)


@pytest.fixture
def sealed(house: House) -> House:
    """Give a house with one sealed day."""
    close(house.open_recon_tx, FIRST, 1)
    assert len(seal_days(house.open_recon_tx, house)) == 1
    return house


def test_before_the_first_seal_the_page_says_so(visitor: Payer) -> None:
    assert "Chưa có ngày nào được niêm phong." in visitor.get("/seals").text
    assert "No day has been sealed yet." in visitor.get("/en/seals").text


def test_the_newest_days_stand_on_one_page_and_all_under_their_month(
    sealed: House, visitor: Payer
) -> None:
    for number in range(1, DAYS):
        close(sealed.open_recon_tx, FIRST + timedelta(days=number))
    seal_days(sealed.open_recon_tx, sealed)
    with sealed.open_tx() as tx:
        roots = [one.root.hex() for one in seal_rows.all_seals(tx)]
    newest, october, november = (
        visitor.get(path).text for path in ("/seals", "/seals/2026-10", "/seals/2026-11")
    )
    assert [root in newest for root in roots] == [False] * 4 + [True] * SHOWN_MAX
    assert [root in october for root in roots] == [True] * 31 + [False] * 4
    assert [root in november for root in roots] == [False] * 31 + [True] * 4
    for page in (newest, october, november):
        assert 'href="/seals/2026-10"' in page
        assert len(page.encode()) < BYTES_MAX
    assert "31/10/2026" in october


def test_a_note_is_given_as_it_was_signed(sealed: House, visitor: Payer) -> None:
    with sealed.open_tx() as tx:
        kept = seal_rows.seal_of(tx, FIRST)
    assert kept is not None
    for path in ("/seals/2026-10-01.note", "/en/seals/2026-10-01.note"):
        answer = visitor.get(path)
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.content == kept.note.encode()


def test_the_key_stands_on_the_page_and_by_itself(sealed: House, visitor: Payer) -> None:
    line = seal_key_of(sealed.settings).verifier.line
    page = visitor.get("/en/seals").text
    assert line in page.replace("&#43;", "+")
    assert visitor.get("/seals/key.pub").text == line + "\n"


def test_notes_and_key_are_saved_under_their_names_and_the_page_says_what_checks_a_proof(
    sealed: House, visitor: Payer
) -> None:
    assert sealed.settings.seal_key
    for path, words in (("/seals", "Kiểm tra bằng chứng đã tải"), ("/en/seals", "Check a down")):
        page = visitor.get(path).text
        assert 'seals/2026-10-01.note" download="2026-10-01.note"' in page
        assert 'seals/key.pub" download="key.pub"' in page
        assert words in page
        assert CHECKED_WITH in page


def test_without_a_key_there_is_none_to_show(house: House) -> None:
    settings = house.settings.model_copy(update={"seal_key": None})
    visitor = Payer(replace(house, settings=settings))
    assert visitor.get("/seals/key.pub").status_code == 404
    assert "Khóa kiểm tra" not in visitor.get("/seals").text


@pytest.mark.parametrize(
    "path",
    [
        "/seals/2026-11-09.note",
        "/seals/20261001.note",
        "/seals/never.note",
        "/seals/2026-12",
        "/seals/2026-13",
        "/seals/2026-10-01",
        "/seals/never",
    ],
)
def test_what_was_never_sealed_is_not_found(sealed: House, visitor: Payer, path: str) -> None:
    assert sealed.settings.sandbox
    assert visitor.get(path).status_code == 404


def test_every_page_leads_there(visitor: Payer) -> None:
    assert 'href="/seals"' in visitor.get("/").text
    assert 'href="/en/seals"' in visitor.get("/en/help").text
