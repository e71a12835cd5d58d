"""The whole book on one page, as of a business day or now."""

from datetime import date

from fastapi import APIRouter, Request, Response

from api.access.staff_session import staff_of
from api.house import House
from api.page import in_both_languages
from ledger.postgres.trial_balance import trial_balance
from payments.errors import InputRefused


def routes(house: House) -> APIRouter:
    """Return the trial balance."""
    pages = APIRouter()

    @pages.get("/trial-balance")
    def show(request: Request, as_of: str = "") -> Response:
        staff = staff_of(request, house.settings, now=house.clock())
        day = _day(as_of.strip())
        with house.open_report_tx() as tx:
            book = trial_balance(tx, as_of=day)
        page = house.pages.show(
            request,
            "console/trial_balance.html",
            here=f"/trial-balance?as_of={day or ''}",
            as_of=day,
            book=book,
            staff_token=staff.token(),
        )
        return staff.remember(page, now=house.clock())

    return in_both_languages(pages)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InputRefused(field="as_of", reason="is not a date such as 2026-11-22") from error
