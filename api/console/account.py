"""One account, by both clocks: what it held, took in and holds, and every line, page by page."""

import re
from datetime import date
from functools import partial
from typing import Final

from fastapi import APIRouter, Request, Response

from api.access.staff_session import staff_of
from api.console.movement_words import movement_word
from api.console.span_form import SpanForm, ask, query_of
from api.house import House
from api.page import in_both_languages
from ledger.accounts import Account, account_of
from ledger.audit_record import Act, StockReason
from ledger.exports.journal import Span, instant_text
from ledger.postgres import audit_rows
from ledger.postgres.statement import (
    EMPTY,
    Mark,
    Page,
    Turnover,
    adds_up,
    is_in_book,
    lines,
    turnovers,
)
from ledger.postgres.transaction import Tx
from payments.errors import InputRefused, NotFound

LINES_MAX: Final = 50
_MARK: Final = re.compile(r"(2[0-9]{3}-[0-9]{2}-[0-9]{2})\.([0-9]{1,18})\.([0-9]{1,4})")


def routes(house: House) -> APIRouter:
    """Return the page of an account."""
    pages = APIRouter()

    @pages.get("/account/{code}")
    def statement(
        request: Request,
        code: str,
        *,
        first: str = "",
        last: str = "",
        recorded_by: str = "",
        after: str = "",
    ) -> Response:
        staff = staff_of(request, house.settings, now=house.clock())
        place = _account(code)
        mark = _mark(after) if after else None
        with house.open_report_tx() as tx:
            if not is_in_book(tx, place):
                raise NotFound(code)
        with house.open_tx() as tx:
            audit_rows.record(
                tx,
                staff.doer(StockReason.OPENED_PAGE).did(Act.VIEW_ACCOUNT, to=f"account:{code}"),
            )
        form = SpanForm(first.strip(), last.strip(), recorded_by.strip())
        found = ask(house.open_report_tx, form, partial(_told, place=place, after=mark))
        query = "" if found.span is None else query_of(found.span)
        speech = house.pages.speech(request)
        page = house.pages.show(
            request,
            "console/account.html",
            status=found.status,
            here=f"/account/{code}?{query}" if query else f"/account/{code}",
            account=place,
            form=form,
            errors={field: speech.say(text) for field, text in found.errors.items()},
            span=found.span,
            query=query,
            instant_text=instant_text,
            told=found.told,
            adds_up=found.told is None or _adds_up(*found.told, is_first=mark is None),
            is_first=mark is None,
            after_text=_text,
            word=partial(movement_word, speech),
            staff_token=staff.token(),
        )
        return staff.remember(page, now=house.clock())

    return in_both_languages(pages)


def _told(tx: Tx, span: Span, *, place: Account, after: Mark | None) -> tuple[Turnover, Page]:
    turnover = turnovers(tx, span, [place]).get(place, EMPTY)
    return turnover, lines(tx, span, place, after=after, limit=LINES_MAX)


def _adds_up(turnover: Turnover, page: Page, *, is_first: bool) -> bool:
    """Say whether the lines lead to the closing, as far as the last page of them can tell."""
    if page.next_after is not None:
        return True
    if is_first:
        return adds_up(turnover, page.lines)
    return not page.lines or page.lines[-1].balance == turnover.closing.net


def _account(code: str) -> Account:
    try:
        return account_of(code)
    except ValueError as error:
        raise NotFound(code) from error


def _text(mark: Mark) -> str:
    """Return the mark as addresses carry it."""
    return f"{mark.business_date.isoformat()}.{mark.entry_id}.{mark.ordinal}"


def _mark(text: str) -> Mark:
    found = _MARK.fullmatch(text)
    try:
        if found is not None:
            return Mark(date.fromisoformat(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise InputRefused(field="after", reason="is not the mark of a line")
