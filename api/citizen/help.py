"""Help, what is kept about a visitor, and what is known not to work for everyone."""

from fastapi import APIRouter, Request, Response

from api.access.carried import CARRIED_AGE_MAX_S
from api.access.citizen_session import PAYMENT_AGE_MAX_S, SESSION_AGE_MAX_S
from api.access.person_session import IDLE_MAX_S
from api.citizen.sign_in import FLOW_AGE_MAX_S
from api.house import House
from api.page import in_both_languages


def routes(house: House) -> APIRouter:
    """Return the pages that explain."""
    pages = APIRouter()

    @pages.get("/help")
    def show_help(request: Request) -> Response:
        return house.pages.show(request, "citizen/help.html")

    @pages.get("/privacy")
    def privacy(request: Request) -> Response:
        return house.pages.show(
            request,
            "citizen/privacy.html",
            visitor_hours=SESSION_AGE_MAX_S // 3600,
            payment_hours=PAYMENT_AGE_MAX_S // 3600,
            found_hours=CARRIED_AGE_MAX_S // 3600,
            person_minutes=IDLE_MAX_S // 60,
            sign_in_minutes=FLOW_AGE_MAX_S // 60,
        )

    @pages.get("/accessibility")
    def accessibility(request: Request) -> Response:
        return house.pages.show(request, "citizen/accessibility.html")

    return in_both_languages(pages)
