"""Come in with a key, one's own or the shared one, and leave."""

from collections.abc import Mapping
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse

from api.access.quotas import SignInQuotas, address_of, source_of
from api.access.staff_session import (
    forget_staff,
    person_with,
    sign_in_visitor,
    staff_begun,
    staff_of,
)
from api.house import House
from api.page import in_both_languages, local
from ledger.audit_record import Act, AuditRecord, Doer, StockReason
from ledger.postgres import audit_rows

_NOBODY = Doer(actor="staff:unknown", reason=StockReason.KEY_REFUSED)
_log = structlog.get_logger()


class SignInForm(BaseModel):
    """The key, as typed."""

    model_config = ConfigDict(extra="forbid")

    form_token: str = Field(default="", max_length=200)
    key: str = Field(default="", max_length=500)


class SignOutForm(BaseModel):
    """Nothing but the sign that the page was ours."""

    model_config = ConfigDict(extra="forbid")

    form_token: str = Field(default="", max_length=200)


def routes(house: House) -> APIRouter:
    """Return the way in and the way out."""
    pages = APIRouter()
    quotas = SignInQuotas()

    @pages.get("/sign-in")
    def ask(request: Request) -> Response:
        return _page(house, request, errors={})

    @pages.post("/sign-in")
    def sign_in(request: Request, form: Annotated[SignInForm, Form()]) -> Response:
        sign_in_visitor(request, house.settings).require_own_form(request, form.form_token)
        source = _source(house, request)
        quotas.begin(source=source, now=house.clock())
        person = person_with(house.settings, form.key)
        if person is None:
            _log.warning("staff.key_refused", source=source)
            _record(house, _NOBODY.did(Act.SIGN_IN_REFUSED, to=f"source:{source}"))
            words = house.pages.speech(request).say("Khóa không đúng")
            return _page(house, request, errors={"key": words})
        quotas.was_right(source=source)
        staff = staff_begun(house.settings, person=person, now=house.clock())
        _log.info("staff.signed_in", source=source, actor=staff.actor)
        doer = staff.doer(StockReason.KEY_SHOWN)
        _record(house, doer.did(Act.SIGN_IN, to=f"source:{source}"))
        return staff.remember(RedirectResponse(local(request, "/"), 303), now=house.clock())

    @pages.post("/sign-out")
    def sign_out(request: Request, form: Annotated[SignOutForm, Form()]) -> Response:
        staff = staff_of(request, house.settings, now=house.clock())
        staff.require_own_form(request, form.form_token)
        doer = staff.doer(StockReason.ASKED_TO_LEAVE)
        _record(house, doer.did(Act.SIGN_OUT, to=f"source:{_source(house, request)}"))
        response = RedirectResponse(local(request, "/sign-in"), 303)
        forget_staff(response, house.settings)
        return response

    return in_both_languages(pages)


def _source(house: House, request: Request) -> str:
    return source_of(address_of(request, proxy_hops=house.settings.proxy_hops))


def _record(house: House, record: AuditRecord) -> None:
    with house.open_tx() as tx:
        audit_rows.record(tx, record)


def _page(house: House, request: Request, *, errors: Mapping[str, str]) -> Response:
    visitor = sign_in_visitor(request, house.settings)
    return visitor.remember(
        house.pages.show(
            request,
            "console/sign_in.html",
            status=422 if errors else 200,
            errors=errors,
            token=visitor.token(),
        )
    )
