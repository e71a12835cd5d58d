"""The whole book on one page, by both clocks: what every account held, took in and holds."""

from fastapi import APIRouter, Request, Response

from api.access.staff_session import staff_of
from api.console.span_form import SpanForm, ask, query_of
from api.house import House
from api.page import in_both_languages
from ledger.exports.journal import instant_text
from ledger.postgres.statement import sheet


def routes(house: House) -> APIRouter:
    """Return the trial balance."""
    pages = APIRouter()

    @pages.get("/trial-balance")
    def show(
        request: Request, *, first: str = "", last: str = "", recorded_by: str = ""
    ) -> Response:
        staff = staff_of(request, house.settings, now=house.clock())
        form = SpanForm(first.strip(), last.strip(), recorded_by.strip())
        found = ask(house.open_report_tx, form, sheet)
        query = "" if found.span is None else query_of(found.span)
        speech = house.pages.speech(request)
        page = house.pages.show(
            request,
            "console/trial_balance.html",
            status=found.status,
            here=f"/trial-balance?{query}" if query else "/trial-balance",
            form=form,
            errors={field: speech.say(text) for field, text in found.errors.items()},
            span=found.span,
            query=query,
            instant_text=instant_text,
            book=found.told,
            staff_token=staff.token(),
        )
        return staff.remember(page, now=house.clock())

    return in_both_languages(pages)
