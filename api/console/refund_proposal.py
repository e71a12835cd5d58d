"""Propose by hand that money goes back; somebody else approves it."""

import hashlib
import secrets
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse

from api.access.cookies import is_secret
from api.access.csrf import FormForged
from api.access.staff_session import Staff, staff_of
from api.console.refund_codes import obstacle_words, refund_code
from api.console.refund_typed import TypedWrong, reason_typed, sum_typed
from api.house import House
from api.page import in_both_languages, local
from api.staff_right import StaffRight
from ledger.audit_record import REASON_MAX, Act, StockReason, reason_of
from ledger.postgres import audit_rows
from ledger.postgres.transaction import Tx
from payments.errors import NotFound, NotRefundable
from payments.find_returnable import find_returnable
from payments.payment import Payment
from payments.payment_number import is_payment_number, normalised
from payments.postgres import idempotency_rows, payment_rows
from payments.refund import DOCUMENT_MAX, Wanted
from payments.request_refund import request_refund
from payments.returnable import Choice

PATH: Final = "/refund-proposal"


class ProposalForm(BaseModel):
    """Which money of a payment should go back, how much of it and why.

    `key` is drawn when the form is shown: sent twice, it proposes once.
    """

    model_config = ConfigDict(extra="forbid")

    form_token: str = Field(default="", max_length=200)
    payment: str = Field(max_length=40)
    key: str = Field(default="", max_length=100)
    money: str = Field(default="", max_length=50)
    amount: str = Field(default="", max_length=40)
    document: str = Field(default="", max_length=4 * DOCUMENT_MAX)
    reason: str = Field(default="", max_length=4 * REASON_MAX)


def routes(house: House) -> APIRouter:
    """Return the page that asks, and the door that keeps a proposal."""
    pages = APIRouter()

    @pages.get(PATH)
    def ask(request: Request, payment: str = "") -> Response:
        staff = staff_of(request, house.settings, now=house.clock())
        return _page(house, request, staff, ProposalForm(payment=payment[:40]), errors={})

    @pages.post(PATH)
    def propose(request: Request, form: Annotated[ProposalForm, Form()]) -> Response:
        staff = staff_of(request, house.settings, now=house.clock())
        staff.require_own_form(request, form.form_token)
        staff.require(StaffRight.REFUNDS_PROPOSE)
        try:
            number = _proposed(house, staff, form)
        except TypedWrong as wrong:
            errors = wrong.in_words(house.pages.speech(request))
            return _page(house, request, staff, form, errors=errors)
        except NotRefundable as refusal:
            said = obstacle_words(house.pages.speech(request), refusal.reason)
            return _page(house, request, staff, form, errors={"money": said})
        answer = RedirectResponse(local(request, f"/refunds/{number}"), 303)
        return staff.remember(answer, now=house.clock())

    return in_both_languages(pages)


def code_of(choice: Choice) -> str:
    """Return what the form names a sum by."""
    return f"{choice.capture_id}-{choice.obligation_id or ''}"


def _proposed(house: House, staff: Staff, form: ProposalForm) -> str:
    """Propose once however often the form is sent, and return the number of the refund."""
    if not is_secret(form.key):
        raise FormForged
    reason = reason_typed(form.reason)
    amount = sum_typed(form.amount, field="amount") if form.amount.strip() else None
    told = form.model_dump_json(exclude={"form_token"}).encode()
    with house.open_tx() as tx:
        begun = idempotency_rows.begin(
            tx,
            client=staff.actor,
            route=PATH,
            key=form.key,
            body_digest=hashlib.sha256(told).digest(),
            now=house.clock(),
        )
        if isinstance(begun, idempotency_rows.Replay):
            return begun.answer.decode()
        choices = find_returnable(tx, _payment(tx, form.payment)).choices
        chosen = {code_of(choice): choice for choice in choices}.get(form.money)
        if chosen is None:
            raise TypedWrong("money", "Hãy chọn khoản tiền")
        wanted = Wanted(
            capture_id=chosen.capture_id,
            obligation_id=chosen.obligation_id,
            amount=amount,
            reason=reason,
            document=reason_of(form.document)[:DOCUMENT_MAX],
        )
        number = request_refund(tx, wanted, by=staff.actor, now=house.clock()).number
        doer = staff.doer(reason)
        audit_rows.record(tx, doer.did(Act.PROPOSE_REFUND, to=f"refund:{number}"))
        idempotency_rows.finish(
            tx, client=staff.actor, route=PATH, key=form.key, status=303, answer=number.encode()
        )
    return number


def _payment(tx: Tx, typed: str) -> Payment:
    number = normalised(typed)
    payment = payment_rows.by_number(tx, number) if is_payment_number(number) else None
    if payment is None:
        raise NotFound(number)
    return payment


def _page(
    house: House, request: Request, staff: Staff, form: ProposalForm, *, errors: Mapping[str, str]
) -> Response:
    doer = staff.doer(StockReason.OPENED_PAGE)
    with house.open_tx() as tx:
        payment = _payment(tx, form.payment)
        returnable = find_returnable(tx, payment)
        audit_rows.record(tx, doer.did(Act.VIEW_REFUNDS, to=f"payment:{payment.number}"))
    page = house.pages.show(
        request,
        "console/refund_proposal.html",
        status=422 if errors else 200,
        here=f"{PATH}?payment={payment.number}",
        payment=payment,
        choices=returnable.choices,
        code_of=code_of,
        typed=form,
        errors=errors,
        key=form.key if is_secret(form.key) else secrets.token_urlsafe(32),
        may_propose=staff.may(StaffRight.REFUNDS_PROPOSE),
        code=partial(refund_code, house.pages.speech(request)),
        staff=staff,
        token=staff.token(),
        staff_token=staff.token(),
    )
    return staff.remember(page, now=house.clock())
