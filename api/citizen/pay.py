"""Leave for the gateway: say where to and how much, then open the payment and go."""

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse

from api.access.carried import Basket, basket_of, carried, carry, keep_basket
from api.access.citizen_session import Visitor, payment_cookie, visitor_of
from api.access.headers import content_policy
from api.access.own_payment import client_of, own_holders, own_payment
from api.access.quotas import address_of
from api.citizen.fine import (
    KIND_NAMES,
    Choice,
    chosen_now,
    method_of,
    remembered,
    show_fine,
    show_several,
)
from api.house import House
from api.page import in_both_languages, language_of, local
from api.start_payment import handle_of, open_for, send
from gateways.contract import Gateway
from gateways.errors import GatewayError
from ledger.money import Money
from payments.errors import AmountChanged, BeingPaid, GatewayNotOffered, NotPayable
from payments.found import Sight
from payments.later import is_gone
from payments.payment import Payment
from payments.postgres import attempt_rows, later_rows
from payments.states import LOCKING

_CODE = r"^[a-z][a-z0-9_]{0,19}$"
_log = structlog.get_logger()


class PayForm(BaseModel):
    """What the page showed and the payer agreed to."""

    model_config = ConfigDict(extra="forbid")

    form_token: str = Field(max_length=200)
    found: str = Field(max_length=4_000)
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
        visitor = visitor_of(request, house.settings)
        with house.open_tx() as tx:
            choice = chosen_now(tx, house, request, visitor)
        return _page(house, request, choice, gateway)

    @pages.post("/pay")
    def pay(request: Request, form: Annotated[PayForm, Form()]) -> Response:
        visitor = visitor_of(request, house.settings)
        visitor.require_own_form(request, form.form_token)
        gateway = house.gateways.get(form.method)
        basket = carried(form.found, visitor, now=house.clock())
        if gateway is None or not basket.chosen:
            return RedirectResponse(local(request, "/fine"), 303)
        try:
            payment = _open(house, request, visitor, basket, shown=Money(int(form.shown_vnd)))
        except AmountChanged as change:
            choice = _choice(house, request, visitor, basket)
            return _page(house, request, choice, gateway, changed_from=change.shown)
        except NotPayable:
            return _missing(house, request, _choice(house, request, visitor, basket))
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
            later = () if payment is None else later_rows.later_of(tx, payment.payment_id)
        if payment is None or not attempts or is_gone(later):
            return RedirectResponse(local(request, "/wait"), 303)
        return _go(house, request, payment, gateway_code=attempts[-1].gateway)

    return in_both_languages(pages)


def _page(
    house: House,
    request: Request,
    choice: Choice,
    gateway: Gateway,
    *,
    changed_from: Money | None = None,
) -> Response:
    """Return the page before the gateway; it carries what it shows, whatever is chosen later."""
    method = method_of(gateway, house.pages.speech(request), choice.total)
    if not choice.open or choice.account is None or not method.is_open:
        return RedirectResponse(local(request, "/fine"), 303)
    agreed = choice.basket.choosing([each.obligation_id for each in choice.open])
    policy = content_policy(form_targets=gateway.capabilities.pay_origins)
    return remembered(
        house,
        choice,
        house.pages.show(
            request,
            "citizen/pay.html",
            status=409 if changed_from else 200,
            headers={"Content-Security-Policy": policy},
            here=f"/pay?method={gateway.code}",
            gateway=method,
            total=choice.total,
            changed_from=changed_from,
            shown=choice.open,
            kind_names=KIND_NAMES,
            for_others=any(each.sight is Sight.MASKED for each in choice.open),
            is_signed_in=choice.person is not None,
            beneficiary=choice.account,
            minutes=house.settings.payment_minutes,
            found=carry(agreed, choice.visitor, now=house.clock()),
            token=choice.visitor.token(),
        ),
    )


def _open(
    house: House, request: Request, visitor: Visitor, basket: Basket, *, shown: Money
) -> Payment:
    """Return the payment to send: a new one, or the visitor's own of the same that lives already.

    Raises:
        NotPayable: one is paid, withdrawn, being paid by somebody else, or at another price.
    """
    try:
        with house.open_tx() as tx:
            return open_for(
                tx,
                house,
                obligation_ids=basket.chosen,
                shown=shown,
                language=language_of(request),
                client=client_of(visitor),
            )
    except BeingPaid:
        with house.open_tx() as tx:
            own = own_holders(tx, visitor, basket.chosen)
        held = {payment.number: payment for payment in own.values()}
        if len(own) != len(basket.chosen) or len(held) != 1:
            raise
        return next(iter(held.values()))


def _choice(house: House, request: Request, visitor: Visitor, basket: Basket) -> Choice:
    with house.open_tx() as tx:
        return chosen_now(tx, house, request, visitor, basket=basket)


def _missing(house: House, request: Request, choice: Choice) -> Response:
    """Say which can no longer be paid; the rest stays chosen. One alone tells it by itself."""
    if len(choice.shown) < 2:
        return RedirectResponse(local(request, "/fine"), 303)
    missing = [each for each in choice.shown if each not in choice.open]
    rest = choice.basket.choosing([each.obligation_id for each in choice.open])
    kept = basket_of(request, choice.visitor, now=house.clock()).choosing(rest.chosen)
    left = replace(choice, basket=kept, shown=choice.open)
    answer = show_several(house, request, left, errors={}, missing=missing)
    return keep_basket(answer, kept, choice.visitor, now=house.clock())


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
