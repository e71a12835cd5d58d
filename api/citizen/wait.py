"""After leaving for the gateway: what is known of the payment, until there is a proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.responses import PlainTextResponse, RedirectResponse

from api.access.citizen_session import Visitor, visitor_of
from api.access.own_payment import own_payment
from api.citizen.fine import gateway_names
from api.citizen.refund_told import RefundsTold, refunds_of
from api.house import House
from api.language import Language
from api.later_words import if_still_paid
from api.page import in_both_languages, local
from gateways.contract import RawRequest
from ledger.postgres.transaction import Tx
from payments.attempt import Attempt
from payments.later import Later, is_gone
from payments.payment import Payment
from payments.postgres import attempt_rows, later_rows, payment_rows
from payments.states import (
    LIVE,
    LOCKING,
    PAYMENT_STEPS,
    STARTABLE,
    PaymentState,
    PaymentStep,
)

REFRESH_S: Final = 5
REFRESH_LONG_S: Final = 20
PROVEN: Final = frozenset({PaymentState.PAID, PaymentState.SETTLED})
"""States of a payment whose page is its proof."""

_HEADINGS: Final = {
    PaymentState.CREATED: "Giao dịch của bạn",
    PaymentState.PENDING: "Giao dịch của bạn",
    PaymentState.UNKNOWN: "Chưa có kết quả",
    PaymentState.HELD: "Đang kiểm tra giao dịch",
    PaymentState.FAILED: "Nộp không thành công",
    PaymentState.EXPIRED: "Hết hạn giao dịch",
    PaymentState.OVERPAID: "Nộp thừa",
    PaymentState.REFUNDING: "Đang hoàn tiền",
    PaymentState.REFUNDED: "Đã hoàn tiền",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What the page says besides the state's own words."""

    gateway: str
    can_continue: bool
    can_cancel: bool
    is_over: bool
    next_check: datetime | None
    refresh_s: int
    later: tuple[Later, ...]


def routes(house: House) -> APIRouter:
    """Return the page of the payment this browser began, and where gateways send payers back."""
    pages = APIRouter()

    @pages.get("/wait")
    def wait(request: Request) -> Response:
        visitor = visitor_of(request, house.settings)
        speech = house.pages.speech(request)
        with house.open_tx() as tx:
            payment = own_payment(tx, visitor)
            attempts = [] if payment is None else attempt_rows.of_payment(tx, payment.payment_id)
            later = () if payment is None else later_rows.later_of(tx, payment.payment_id)
            refunds = None if payment is None else refunds_of(tx, payment.payment_id, speech)
        if payment is not None and payment.state in PROVEN:
            return RedirectResponse(local(request, f"/p/{visitor.payment_handle}"), 303)
        if payment is None:
            return _nothing_here(house, request)
        code = attempts[-1].gateway if attempts else ""
        gateway = gateway_names(house, speech).get(code, "")
        known = standing(payment, attempts, gateway=gateway, now=house.clock(), later=later)
        return _page(house, request, visitor, payment, known=known, refunds=refunds)

    @pages.get("/wait/state")
    def state(request: Request) -> Response:
        visitor = visitor_of(request, house.settings)
        with house.open_tx() as tx:
            payment = own_payment(tx, visitor)
        return PlainTextResponse("" if payment is None else payment.state.value)

    @pages.get("/return")
    def came_back(request: Request) -> Response:
        visitor = visitor_of(request, house.settings)
        genuine = _genuine(house, request)
        with house.open_tx() as tx:
            address = "" if genuine is None else _return_url(tx, *genuine)
            payment = own_payment(tx, visitor)
        if address:
            return RedirectResponse(address, 303)  # As the client gave it, and nothing more.
        if payment is not None:
            is_english = payment.language == Language.EN
            return RedirectResponse("/en/wait" if is_english else "/wait", 303)
        if genuine is None:
            return RedirectResponse(local(request, "/wait"), 303)
        return house.pages.show(request, "citizen/came_back.html", here="/wait")

    return in_both_languages(pages)


def standing(
    payment: Payment,
    attempts: Sequence[Attempt],
    *,
    gateway: str,
    now: datetime,
    later: tuple[Later, ...] = (),
) -> Standing:
    """Return what is known besides the state; `gateway` names the last attempt's, '' for none."""
    last = attempts[-1] if attempts else None
    is_over = now >= payment.expires_at
    is_waiting = payment.state in LOCKING
    is_asked = last is not None and last.state in LIVE
    is_told = payment.state is PaymentState.UNKNOWN or is_over
    return Standing(
        gateway=gateway,
        can_continue=(
            payment.state is PaymentState.PENDING
            and payment.cancel_asked_at is None
            and not is_gone(later)
            and last is not None
            and gateway != ""
            and last.state in STARTABLE
            and now < last.prepared.expires_at
        ),
        can_cancel=(
            (payment.state, PaymentStep.CANCEL) in PAYMENT_STEPS
            and payment.state in LOCKING
            and payment.cancel_asked_at is None
        ),
        is_over=is_over,
        next_check=last.next_ask_at if last is not None and is_asked and is_told else None,
        refresh_s=0 if not is_waiting else REFRESH_LONG_S if is_over else REFRESH_S,
        later=later,
    )


def _nothing_here(house: House, request: Request) -> Response:
    heading = house.pages.speech(request).say("Không thấy giao dịch nào ở đây")
    return house.pages.show(
        request, "citizen/wait.html", payment=None, heading=heading, refresh_s=0
    )


def _page(
    house: House,
    request: Request,
    visitor: Visitor,
    payment: Payment,
    *,
    known: Standing,
    refunds: RefundsTold | None,
) -> Response:
    speech = house.pages.speech(request)
    return visitor.remember(
        house.pages.show(
            request,
            "citizen/wait.html",
            payment=payment,
            heading=speech.say(_HEADINGS[payment.state]),
            if_still_paid=if_still_paid(payment, known.later, speech),
            handle=visitor.payment_handle,
            gateway=known.gateway,
            can_continue=known.can_continue,
            can_cancel=known.can_cancel,
            is_cancelled=payment.cancel_asked_at is not None,
            is_over=known.is_over,
            next_check=known.next_check,
            refresh_s=known.refresh_s,
            refunds=refunds,
            token=visitor.token(),
        )
    )


def _genuine(house: House, request: Request) -> tuple[str, str] | None:
    """Return the gateway that signed this return and our reference; it proves no payment."""
    raw = RawRequest(
        method=request.method,
        path=request.url.path,
        query=request.scope["query_string"],
        headers=(),
        body=b"",
        peer="",
    )
    read = ((code, gateway.read_return(raw)) for code, gateway in house.gateways.items())
    return next(((code, reference) for code, reference in read if reference), None)


def _return_url(tx: Tx, gateway: str, reference: str) -> str:
    """Return where the client of a payment wants its payer to go, '' for our own page."""
    attempt = attempt_rows.by_reference(tx, gateway=gateway, reference=reference)
    payment = None if attempt is None else payment_rows.by_id(tx, attempt.payment_id)
    return "" if payment is None else payment.return_url
