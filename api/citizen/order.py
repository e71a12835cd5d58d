"""The address an agency's system sends its user to: opens exactly what that system ordered."""

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from api.access.carried import keep_found
from api.access.citizen_session import visitor_of
from api.access.order_token import open_order
from api.house import House
from api.page import in_both_languages, local


def routes(house: House) -> APIRouter:
    """Return the way from an agency's system to what is to be paid."""
    pages = APIRouter()

    @pages.get("/o/{token}")
    def arrive(request: Request, token: str) -> Response:
        order = open_order(house, token)
        visitor = visitor_of(request, house.settings)
        response = visitor.remember(RedirectResponse(local(request, "/fine"), 303))
        return keep_found(request, response, visitor, order.obligation_id, now=house.clock())

    return in_both_languages(pages)
