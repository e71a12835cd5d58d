"""The sealed days for everybody: roots, signed notes, and the key they are checked with."""

import calendar
from datetime import date
from typing import Final

from fastapi import APIRouter, Request, Response

from api.house import House
from api.page import in_both_languages
from api.seals import known_key
from ledger.postgres import seal_rows
from ledger.postgres.seal_rows import KeptSeal
from payments.errors import NotFound

SHOWN_MAX: Final = 31
"""Days on the first page; the others are found by their month."""


def routes(house: House) -> APIRouter:
    """Return the pages of seals, and the notes as they were signed."""
    pages = APIRouter()

    @pages.get("/seals")
    def newest(request: Request) -> Response:
        with house.open_tx() as tx:
            seals = seal_rows.newest(tx, limit_max=SHOWN_MAX)
        return _page(house, request, seals, month=None)

    @pages.get("/seals/{day}.note")
    def note(day: str) -> Response:
        with house.open_tx() as tx:
            sealed = seal_rows.seal_of(tx, _date(day))
        if sealed is None:
            raise NotFound(day)
        return _plain(sealed.note)

    @pages.get("/seals/key.pub")
    def key() -> Response:
        known = known_key(house.settings)
        if known is None:
            raise NotFound
        return _plain(f"{known.line}\n")

    @pages.get("/seals/{month}")
    def of_month(request: Request, month: str) -> Response:
        first = _date(f"{month}-01")
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        with house.open_tx() as tx:
            seals = seal_rows.between(tx, first=first, last=last)
        if not seals:
            raise NotFound(month)
        return _page(house, request, seals, month=first)

    return in_both_languages(pages)


def _page(house: House, request: Request, seals: list[KeptSeal], *, month: date | None) -> Response:
    with house.open_tx() as tx:
        months = seal_rows.months(tx)
    return house.pages.show(
        request,
        "citizen/seals.html",
        seals=seals,
        month=month,
        months=months,
        key=known_key(house.settings),
    )


def _plain(text: str) -> Response:
    return Response(text, media_type="text/plain; charset=utf-8")


def _date(text: str) -> date:
    """Return the date that a text spells in full, such as 2026-11-23.

    Raises:
        NotFound: it spells none.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise NotFound(text) from error
    if day.isoformat() != text:
        raise NotFound(text)
    return day
