"""The first page: what can be done here, and how to know us from a clone."""

from fastapi import APIRouter, Request, Response

from api.citizen.fine import gateway_names
from api.house import House
from api.language import vietnamese_key
from api.page import in_both_languages


def routes(house: House) -> APIRouter:
    """Return the landing page."""
    pages = APIRouter()

    @pages.get("/")
    def home(request: Request) -> Response:
        names = gateway_names(house, house.pages.speech(request)).values()
        in_order = sorted(names, key=vietnamese_key)
        return house.pages.show(request, "citizen/home.html", gateways=in_order)

    return in_both_languages(pages)
