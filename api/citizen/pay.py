"""Leave for the gateway: say where to and how much, then open the payment and go."""

from typing import Annotated
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse

from api.access.carried import carried_cookie
from api.access.citizen_session import Visitor, payment_cookie, visitor_of
from api.access.headers import content_policy
from api.access.own_payment import client_of, own_holder, own_payment
from api.access.quotas import address_of
from api.citizen.fine import found_again, found_by, method_of, show_fine
from api.house import House
from api.page import in_both_languages, language_of, local
from api.start_payment import handle_of, open_for, send
from gateways.errors import GatewayError
from ledger.money import Money
from payments.errors import AmountChanged, BeingPaid, GatewayNotOffered, NotPayable
from payments.obligations.registry import KINDS
from payments.payment import Payment
from payments.postgres import attempt_rows
from payments.states import LOCKING

_CODE = r"^[a-z][a-z0-9_]{0,19}$"
_log = structlog.get_logger()


class PayForm(BaseModel):
    """What the page showed and the payer agreed to."""

    model_config = ConfigDict(extra="forbid")

    form_token: str = Field(max_length=200)
    found: str = Field(max_length=2_000)
    method: str = Field(pattern=_CODE)
    shown_vnd: str = Field(pattern=r"^[1-9][0-9]{0,14}$")


class ContinueForm(BaseModel):
    """Nothing but the sign that the page was ours."""

    model_config = ConfigDict(extra="forbid")

    form_token: str = Field(max_length=200)


def routes(house: House) -> APIRouter:
    """Return the page before leaving, and the two ways out."""
    pages = APIRouter()

    @pages.get("/pay")
    def leave(request: Request, method: str = "") -> Response:
        gateway = house.gateways.get(method)
        if gateway is None:
            words = house.pages.speech(request).say("Chọn một cách thanh toán")
            return show_fine(house, request, errors={"method": words})
        return _page(house, request, method)

    @pages.post("/pay")
    def pay(request: Request, form: Annotated[PayForm, Form()]) -> Response:
        visitor = visitor_of(request, house.settings)
        visitor.require_own_form(request, form.form_token)
        try:
            payment = _open(house, request, visitor, form)
        except AmountChanged as change:
            return _page(house, request, form.method, changed_from=change.shown)
        except NotPayable:
            payment = None
        if payment is None:
            return RedirectResponse(local(request, "/fine"), 303)
        # What lives already keeps the price it was opened at; the payer shall see that first.
        is_agreed = payment.amount == Money(int(form.shown_vnd))
        response: Response = RedirectResponse(local(request, "/wait"), 303)
        if is_agreed:
            response = _go(house, request, payment, gateway_code=form.method)
        payment_cookie(house.settings).keep(response, handle_of(house, payment.number))
        return response

    @pages.post("/pay/continue")
    def go_on(request: Request, form: Annotated[ContinueForm, Form()]) -> Response:
        visitor = visitor_of(request, house.settings)
        visitor.require_own_form(request, form.form_token)
        with house.open_tx() as tx:
            payment = own_payment(tx, visitor)
            attempts = [] if payment is None else attempt_rows.of_payment(tx, payment.payment_id)
        if payment is None or not attempts:
            return RedirectResponse(local(request, "/wait"), 303)
        return _go(house, request, payment, gateway_code=attempts[-1].gateway)

    return in_both_languages(pages)


def _page(
    house: House, request: Request, method: str, *, changed_from: Money | None = None
) -> Response:
    visitor = visitor_of(request, house.settings)
    sealed = carried_cookie(house.settings).read(request)
    with house.open_tx() as tx:
        found = found_again(tx, house, request, visitor)
    if found is None or found.quote is None:
        return RedirectResponse(local(request, "/fine"), 303)
    gateway = house.gateways[method]
    shown = method_of(gateway, house.pages.speech(request), found.quote.total)
    if not shown.is_open:
        return RedirectResponse(local(request, "/fine"), 303)
    policy = content_policy(form_targets=gateway.capabilities.pay_origins)
    return visitor.remember(
        house.pages.show(
            request,
            "citizen/pay.html",
            status=409 if changed_from else 200,
            headers={"Content-Security-Policy": policy},
            here=f"/pay?method={method}",
            gateway=shown,
            total=found.quote.total,
            changed_from=changed_from,
            number=found.number,
            kind_name=KINDS[found.kind].name,
            beneficiary=found.beneficiary,
            minutes=house.settings.payment_minutes,
            found=sealed,
            token=visitor.token(),
        )
    )


def _open(house: House, request: Request, visitor: Visitor, form: PayForm) -> Payment | None:
    """Return the payment to send: a new one, or the visitor's own that lives already.

    None when what the form carried finds nothing any more.

    Raises:
        NotPayable: paid, withdrawn, being paid by somebody else, or at another price.
    """
    try:
        with house.open_tx() as tx:
            found = found_by(tx, house, visitor, form.found)
            if found is None:
                return None
            return open_for(
                tx,
                house,
                obligation_ids=[found.obligation_id],
                shown=Money(int(form.shown_vnd)),
                language=language_of(request),
                client=client_of(visitor),
            )
    except BeingPaid:
        with house.open_tx() as tx:
            found = found_by(tx, house, visitor, form.found)
            own = None if found is None else own_holder(tx, visitor, found.obligation_id)
        if own is None:
            raise
        return own


def _go(house: House, request: Request, payment: Payment, *, gateway_code: str) -> Response:
    """Send the payer to the gateway; what stops that is told on the page of the payment."""
    waiting = RedirectResponse(local(request, "/wait"), 303)
    if payment.state not in LOCKING:
        return waiting
    address = address_of(request, proxy_hops=house.settings.proxy_hops)
    try:
        action = send(house, payment, gateway_code=gateway_code, payer_address=address)
    except (BeingPaid, GatewayNotOffered, NotPayable):
        return waiting
    except GatewayError as error:
        _log.warning(
            "payment.not_started",
            payment=payment.number,
            gateway=gateway_code,
            reason=error.reason,
            partner_code=error.partner_code,
        )
        return waiting
    target = urlsplit(action.url)
    origins = house.gateways[gateway_code].capabilities.pay_origins
    if f"{target.scheme}://{target.netloc}" not in origins:
        _log.error("payment.sent_astray", payment=payment.number, host=target.netloc)
        return waiting
    return RedirectResponse(action.url, 303)
