"""The first page: what can be done here, and how to know us from a clone."""

from fastapi import APIRouter, Request, Response

from api.house import House
from api.language import Language
from api.page import in_both_languages, language_of


def routes(house: House) -> APIRouter:
    """Return the landing page."""
    pages = APIRouter()

    @pages.get("/")
    def home(request: Request) -> Response:
        is_english = language_of(request) is Language.EN
        names = sorted(
            gateway.capabilities.name_en if is_english else gateway.capabilities.name_vi
            for gateway in house.gateways.values()
        )
        return house.pages.show(request, "citizen/home.html", gateways=names)

    return in_both_languages(pages)
