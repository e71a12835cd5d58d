"""What people say to a proposed refund, and how they paid one back themselves."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse

from api.access.staff_session import RightMissing, Staff, staff_of
from api.clock import VIETNAM
from api.console.refund_codes import obstacle_words
from api.console.refund_typed import TypedWrong, day_typed, reason_typed, text_typed
from api.console.refunds import Typed, refund_known, refund_page
from api.house import House
from api.page import in_both_languages, local
from api.postgres import quota_rows
from api.postgres.quota_rows import Wanted
from api.staff_right import StaffRight
from ledger.audit_record import REASON_MAX, Act
from ledger.money import Money
from ledger.postgres import audit_rows
from ledger.postgres.transaction import Tx
from payments.approve_refund import approve_refund
from payments.errors import NotRefundable
from payments.find_refund_out import find_refund_out
from payments.postgres import refund_list_rows
from payments.record_state_decision import record_state_decision
from payments.record_transfer import record_transfer
from payments.refund import Ending, Finding, Holder, Obstacle, Refund, Settlement
from payments.refund_states import CALLED_OFF, RefundState
from payments.reject_refund import reject_refund

APPROVALS_MAX: Final = 1_000
"""By one person, on one day."""

_TEXT_MAX: Final = 4 * REASON_MAX
_NOT_AS_SEEN: Final = frozenset({Obstacle.CHANGED, Obstacle.ALREADY})


class DecideForm(BaseModel):
    """What somebody says to a proposal, and what they had before them."""

    model_config = ConfigDict(extra="forbid")

    form_token: str = Field(default="", max_length=200)
    digest: str = Field(default="", max_length=64)
    seen: str = Field(default="", max_length=8_000)
    reason: str = Field(default="", max_length=_TEXT_MAX)


class PaidBackForm(BaseModel):
    """How people paid a refund back."""

    model_config = ConfigDict(extra="forbid")

    form_token: str = Field(default="", max_length=200)
    bank_reference: str = Field(default="", max_length=_TEXT_MAX)
    paid_on: str = Field(default="", max_length=40)
    paid_by: str = Field(default="", max_length=20)
    decision: str = Field(default="", max_length=_TEXT_MAX)
    settlement: str = Field(default="", max_length=20)
    is_due_no_more: str = Field(default="", max_length=20)
    reason: str = Field(default="", max_length=_TEXT_MAX)


class FoundForm(BaseModel):
    """What somebody found out of a refund nobody knows the end of."""

    model_config = ConfigDict(extra="forbid")

    form_token: str = Field(default="", max_length=200)
    document: str = Field(default="", max_length=_TEXT_MAX)
    ending: str = Field(default="", max_length=20)
    reason: str = Field(default="", max_length=_TEXT_MAX)


def routes(house: House) -> APIRouter:
    """Return the doors at which people act; each asks for the right anew."""
    pages = APIRouter()

    @pages.post("/refunds/{number}/approve")
    def approve(request: Request, number: str, form: Annotated[DecideForm, Form()]) -> Response:
        staff = _who(house, request, form.form_token)
        staff.require(StaffRight.REFUNDS_APPROVE)
        act = partial(_approve, house=house, staff=staff, number=number, form=form)
        return _acted(house, request, staff, number=number, form=form, act=act)

    @pages.post("/refunds/{number}/reject")
    def reject(request: Request, number: str, form: Annotated[DecideForm, Form()]) -> Response:
        staff = _who(house, request, form.form_token)
        act = partial(_reject, house=house, staff=staff, number=number, form=form)
        return _acted(house, request, staff, number=number, form=form, act=act)

    @pages.post("/refunds/{number}/transfer")
    def transfer(request: Request, number: str, form: Annotated[PaidBackForm, Form()]) -> Response:
        staff = _who(house, request, form.form_token)
        staff.require(StaffRight.REFUNDS_APPROVE)
        act = partial(_transfer, house=house, staff=staff, number=number, form=form)
        return _acted(house, request, staff, number=number, form=form, act=act)

    @pages.post("/refunds/{number}/decision")
    def decide(request: Request, number: str, form: Annotated[PaidBackForm, Form()]) -> Response:
        staff = _who(house, request, form.form_token)
        staff.require(StaffRight.REFUNDS_APPROVE)
        act = partial(_decide, house=house, staff=staff, number=number, form=form)
        return _acted(house, request, staff, number=number, form=form, act=act)

    @pages.post("/refunds/{number}/finding")
    def find_out(request: Request, number: str, form: Annotated[FoundForm, Form()]) -> Response:
        staff = _who(house, request, form.form_token)
        staff.require(StaffRight.REFUNDS_APPROVE)
        act = partial(_find_out, house=house, staff=staff, number=number, form=form)
        return _acted(house, request, staff, number=number, form=form, act=act)

    return in_both_languages(pages)


def _who(house: House, request: Request, token: str) -> Staff:
    staff = staff_of(request, house.settings, now=house.clock())
    staff.require_own_form(request, token)
    return staff


def _acted(
    house: House,
    request: Request,
    staff: Staff,
    *,
    number: str,
    form: DecideForm | PaidBackForm | FoundForm,
    act: Callable[[Tx], None],
) -> Response:
    """Return what a browser is answered: the refund as it is by now, or the form sent back."""
    speech = house.pages.speech(request)
    errors: Mapping[str, str]
    try:
        with house.open_tx() as tx:
            act(tx)
    except TypedWrong as wrong:
        errors = wrong.in_words(speech)
    except NotRefundable as refusal:
        if isinstance(form, DecideForm) and refusal.reason in _NOT_AS_SEEN:
            return refund_page(house, request, staff, number, seen=form.seen)
        errors = {"reason": obstacle_words(speech, refusal.reason)}
    else:
        answer = RedirectResponse(local(request, f"/refunds/{number}"), 303)
        return staff.remember(answer, now=house.clock())
    typed = Typed(**form.model_dump(include=set(Typed.__slots__)))
    return refund_page(house, request, staff, number, typed=typed, errors=errors)


def _approve(tx: Tx, *, house: House, staff: Staff, number: str, form: DecideForm) -> None:
    reason = reason_typed(form.reason)
    approved = _approved_today(tx, house, staff)
    refund = refund_known(tx, number)
    try:
        digest = bytes.fromhex(form.digest)
    except ValueError:
        digest = b""
    if (refund.approved_by, refund.digest) == (staff.actor, digest):
        return  # The same button twice.
    most = Money(house.settings.refunds_approved_per_day_vnd_max)
    if approved + refund.amount > most:
        raise TypedWrong(
            "reason",
            "Hôm nay bạn đã duyệt %(done)s đồng; một người duyệt tối đa %(most)s đồng một ngày",
            done=approved,
            most=most,
        )
    approve_refund(tx, number, digest=digest, by=staff.actor, now=house.clock())
    _record(tx, staff, Act.APPROVE_REFUND, refund, reason)


def _approved_today(tx: Tx, house: House, staff: Staff) -> Money:
    """Return how much this person approved today, and let their next approval wait for this one.

    Two at the same time would each be within the limit alone: both count in one row.
    """
    begun = datetime.combine(house.today(), time.min, VIETNAM)
    key = hashlib.sha256(f"refund approvals {staff.actor}".encode()).digest()[:16]
    counted = Wanted(key=key, tries_max=APPROVALS_MAX, until=begun + timedelta(days=1))
    if not quota_rows.take(tx, [counted], now=house.clock()):
        raise TypedWrong("reason", "Hôm nay bạn đã duyệt quá nhiều khoản hoàn")
    return refund_list_rows.approved_since(tx, staff.actor, since=begun)


def _reject(tx: Tx, *, house: House, staff: Staff, number: str, form: DecideForm) -> None:
    """Reject another's proposal, or take back one's own.

    Raises:
        RightMissing: it is another's, and this person may not approve.
    """
    reason = reason_typed(form.reason)
    refund = refund_known(tx, number)
    is_own = refund.proposed_by == staff.actor and refund.state is RefundState.PROPOSED
    if not staff.may(StaffRight.REFUNDS_PROPOSE if is_own else StaffRight.REFUNDS_APPROVE):
        raise RightMissing
    if refund.state in CALLED_OFF:
        return
    reject_refund(tx, number, by=staff.actor, now=house.clock())
    _record(tx, staff, Act.REJECT_REFUND, refund, reason)


def _transfer(tx: Tx, *, house: House, staff: Staff, number: str, form: PaidBackForm) -> None:
    before = refund_known(tx, number)
    reference = text_typed(form.bank_reference, field="bank_reference")
    paid_on = day_typed(form.paid_on, field="paid_on", today=house.today())
    if form.paid_by not in set(Holder):
        raise TypedWrong("paid_by", "Hãy chọn ai đã chuyển trả")
    reason = reason_typed(form.reason)
    after = record_transfer(
        tx,
        number,
        bank_reference=reference,
        paid_on=paid_on,
        holder=Holder(form.paid_by),
        calendar=house.calendar,
        signer=house.signer,
        now=house.clock(),
    )
    if after.version > before.version:
        _record(tx, staff, Act.RECORD_TRANSFER, after, reason)


def _decide(tx: Tx, *, house: House, staff: Staff, number: str, form: PaidBackForm) -> None:
    before = refund_known(tx, number)
    decision = text_typed(form.decision, field="decision")
    paid_on = day_typed(form.paid_on, field="paid_on", today=house.today())
    reference = text_typed(form.bank_reference, field="bank_reference")
    if form.settlement not in set(Settlement):
        raise TypedWrong("settlement", "Hãy chọn cách đã trả")
    reason = reason_typed(form.reason)
    after = record_state_decision(
        tx,
        number,
        decision=decision,
        settlement=Settlement(form.settlement),
        bank_reference=reference,
        paid_on=paid_on,
        calendar=house.calendar,
        signer=house.signer,
        is_due_no_more=bool(form.is_due_no_more),
        now=house.clock(),
    )
    if after.version > before.version:
        _record(tx, staff, Act.RECORD_STATE_REFUND, after, reason)


def _find_out(tx: Tx, *, house: House, staff: Staff, number: str, form: FoundForm) -> None:
    refund = refund_known(tx, number)
    if form.ending not in set(Ending):
        raise TypedWrong("ending", "Hãy chọn kết quả")
    document = text_typed(form.document, field="document")
    reason = reason_typed(f"{reason_typed(form.reason)} ({form.ending}: {document})")
    is_new = find_refund_out(
        tx,
        number,
        Finding(staff.actor, went_back=Ending(form.ending) is Ending.WENT_BACK, document=document),
        calendar=house.calendar,
        signer=house.signer,
        now=house.clock(),
    )
    if is_new:
        _record(tx, staff, Act.FIND_REFUND_OUT, refund, reason)


def _record(tx: Tx, staff: Staff, act: Act, refund: Refund, reason: str) -> None:
    audit_rows.record(tx, staff.doer(reason).did(act, to=f"refund:{refund.number}"))
