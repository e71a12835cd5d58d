"""What the person who is signed in owes, in full and by deadline."""

from fastapi import APIRouter, Request, Response

from api.citizen.basket import show_list
from api.house import House
from api.page import in_both_languages


def routes(house: House) -> APIRouter:
    """Return the list of one's own."""
    pages = APIRouter()

    @pages.get("/mine")
    def mine(request: Request) -> Response:
        return show_list(house, request, "mine", errors={})

    return in_both_languages(pages)
