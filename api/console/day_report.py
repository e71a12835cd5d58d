"""One business day on paper: three sides, files, differences and the book; closed or still open."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from fastapi import APIRouter, Request, Response

from api.access.staff_session import staff_of
from api.console.movement_words import movement_word
from api.console.words import word
from api.house import House
from api.page import in_both_languages
from ledger.audit_record import Act, StockReason
from ledger.money import total
from ledger.postgres import audit_rows, seal_rows
from ledger.postgres.seal_rows import KeptSeal
from ledger.postgres.transaction import Tx
from payments.errors import NotFound
from reconciliation.day_report import DayReport, report_of
from reconciliation.postgres import day_rows
from reconciliation.report_day import report_day


@dataclass(frozen=True, slots=True)
class Shown:
    """A day's figures; `closed_at` is None and `sha256` '' while they still change.

    `seal` is None until the closed day is sealed.
    """

    report: DayReport
    closed_at: datetime | None
    sha256: str
    seal: KeptSeal | None


def routes(house: House) -> APIRouter:
    """Return the report of a day."""
    pages = APIRouter()

    @pages.get("/day/{day}")
    def report(request: Request, day: str) -> Response:
        staff = staff_of(request, house.settings, now=house.clock())
        business_date = _date(day)
        with house.open_tx() as tx:
            viewed = staff.doer(StockReason.OPENED_PAGE).did(
                Act.VIEW_DAY, to=f"day:{business_date.isoformat()}"
            )
            audit_rows.record(tx, viewed)
        with house.open_report_tx() as tx:
            shown = _shown(tx, house, business_date)
        page = house.pages.show(
            request,
            "console/day_report.html",
            business_date=business_date,
            shown=shown,
            report=shown.report,
            total=total,
            word=partial(word, house.pages.speech(request)),
            movement=partial(movement_word, house.pages.speech(request)),
            staff_token=staff.token(),
        )
        return staff.remember(page, now=house.clock())

    return in_both_languages(pages)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotFound(text) from error


def _shown(tx: Tx, house: House, day: date) -> Shown:
    kept = day_rows.day_of(tx, day)
    if kept is not None:
        seal = seal_rows.seal_of(tx, day)
        return Shown(report_of(kept.figures), kept.closed_at, kept.sha256.hex(), seal)
    taken = day_rows.taken_on(tx, day)
    so_far = report_day(tx, day, taken=taken, calendar=house.calendar, now=house.clock())
    return Shown(so_far, None, "", None)
