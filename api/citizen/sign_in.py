"""Sign in with the electronic identity, come back, and sign out."""

from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse

from api.access.carried import forget_basket
from api.access.citizen_session import Visitor, visitor_of
from api.access.cookies import Cookie
from api.access.headers import content_policy
from api.access.person_session import Person, forget_person, person_of, remember_person
from api.access.sealed import Seal, seal_for
from api.house import House
from api.identity import Flow, Refusal, SignInRefused
from api.language import Language
from api.page import in_both_languages, language_of, local
from api.settings import Settings
from payments.obligation import normalised_subject
from payments.personal_data import person_indexes

FLOW_AGE_MAX_S: Final = 600
STATUSES: Final = {
    Refusal.AWAY: 503,
    Refusal.CANCELLED: 200,
    Refusal.NOT_BELIEVED: 400,
    Refusal.LEVEL_TOO_LOW: 403,
}
_log = structlog.get_logger()


class OwnForm(BaseModel):
    """Nothing but the sign that the page was ours."""

    model_config = ConfigDict(extra="forbid")

    form_token: str = Field(max_length=200)


def routes(house: House) -> APIRouter:
    """Return the page before the identity provider, the way back from it, and the way out."""
    pages = APIRouter()

    @pages.get("/sign-in")
    def ask(request: Request) -> Response:
        visitor = visitor_of(request, house.settings)
        if person_of(request, visitor, now=house.clock()) is not None:
            return RedirectResponse(local(request, "/mine"), 303)
        return _page(house, request, visitor)

    @pages.post("/sign-in")
    def leave(request: Request, form: Annotated[OwnForm, Form()]) -> Response:
        visitor = visitor_of(request, house.settings)
        visitor.require_own_form(request, form.form_token)
        if house.identity is None:
            return _page(house, request, visitor)
        try:
            address, flow = house.identity.begin(now=house.clock())
        except SignInRefused as refusal:
            return _refused(house, request, visitor, refusal)
        words = {
            "visitor": visitor.name,
            "state": flow.state,
            "nonce": flow.nonce,
            "verifier": flow.verifier,
            "language": language_of(request),
        }
        response = RedirectResponse(address, 303)
        sealed = _seal(house.settings).close(words, now=house.clock())
        _cookie(house.settings).keep(response, sealed)
        return visitor.remember(response)

    # One address, exactly as registered with the provider: the language is in the sealed cookie.
    @pages.get("/sign-in/back")
    def come_back(request: Request) -> Response:
        return _come_back(house, request, visitor_of(request, house.settings))

    @pages.post("/sign-out")
    def sign_out(request: Request, form: Annotated[OwnForm, Form()]) -> Response:
        visitor = visitor_of(request, house.settings)
        visitor.require_own_form(request, form.form_token)
        response = RedirectResponse(local(request, "/"), 303)
        forget_person(response, house.settings)
        forget_basket(response, house.settings)
        return response

    return in_both_languages(pages)


def _come_back(house: House, request: Request, visitor: Visitor) -> Response:
    sealed = _cookie(house.settings).read(request)
    words = _seal(house.settings).open(sealed, now=house.clock())
    if house.identity is None or words is None or words["visitor"] != visitor.name:
        refusal = SignInRefused(Refusal.NOT_BELIEVED, "no sign-in was begun here")
        return _refused(house, request, visitor, refusal)
    if words["language"] == Language.EN and language_of(request) is Language.VI:
        return RedirectResponse(f"/en/sign-in/back?{request.url.query}", 303)
    flow = Flow(words["state"], words["nonce"], words["verifier"])
    try:
        personal_id = house.identity.finish(request.query_params, flow, now=house.clock())
    except SignInRefused as refusal:
        return _refused(house, request, visitor, refusal)
    _log.info("citizen.signed_in")
    response = RedirectResponse(local(request, "/mine"), 303)
    _cookie(house.settings).drop(response)
    # From here on only the indexes are known; the personal id itself is kept nowhere.
    indexes = person_indexes(house.personal_keys, personal_id=normalised_subject(personal_id))
    person = Person(indexes, house.clock())
    return visitor.remember(remember_person(response, person, visitor, now=house.clock()))


def _refused(house: House, request: Request, visitor: Visitor, refusal: SignInRefused) -> Response:
    _log.warning("citizen.sign_in_refused", why=refusal.why.value, reason=str(refusal))
    response = _page(house, request, visitor, refusal.why)
    _cookie(house.settings).drop(response)
    return response


def _page(house: House, request: Request, visitor: Visitor, why: Refusal | None = None) -> Response:
    identity = house.identity
    targets: list[str] = []
    if identity is not None and why is not Refusal.AWAY:
        try:
            targets = [identity.origin(now=house.clock())]
        except SignInRefused as refusal:
            _log.warning("citizen.sign_in_refused", why=refusal.why.value, reason=str(refusal))
            why = refusal.why
    return visitor.remember(
        house.pages.show(
            request,
            "citizen/sign_in.html",
            status=200 if why is None else STATUSES[why],
            headers={"Content-Security-Policy": content_policy(form_targets=targets)},
            here="/sign-in",
            why="" if why is None else why.value,
            provider="" if identity is None else identity.client.name,
            token=visitor.token(),
        )
    )


def _cookie(settings: Settings) -> Cookie:
    https = settings.citizen_url.startswith("https:")
    return Cookie("sign_in", https=https, age_max_s=FLOW_AGE_MAX_S)


def _seal(settings: Settings) -> Seal:
    return seal_for(settings, "sign_in", age_max_s=FLOW_AGE_MAX_S)
