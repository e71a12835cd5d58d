"""The address in the code on a paper decision: opens it at once, with nothing to type or guess."""

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from api.access.carried import keep_found
from api.access.citizen_session import visitor_of
from api.access.qr_token import read_qr_token
from api.house import House
from api.page import in_both_languages, local
from payments.follow_paper import follow_paper


def routes(house: House) -> APIRouter:
    """Return the way in by code."""
    pages = APIRouter()

    @pages.get("/q/{token}")
    def scan(request: Request, token: str) -> Response:
        visitor = visitor_of(request, house.settings)
        paper = read_qr_token(house.settings, token)
        if paper is None:
            return house.pages.show(
                request, "citizen/qr.html", status=404, here="/find-fine", is_ours=False
            )
        with house.open_tx() as tx:
            obligation_id = follow_paper(
                tx,
                provider=paper.provider,
                kind=paper.kind,
                number=paper.number,
                keys=house.personal_keys,
            )
        if obligation_id is None:
            return house.pages.show(
                request, "citizen/qr.html", status=404, here="/find-fine", is_ours=True
            )
        response = RedirectResponse(local(request, "/fine"), 303)
        keep_found(request, response, visitor, obligation_id, now=house.clock())
        return visitor.remember(response)

    return in_both_languages(pages)
