"""JSON v1: money on its way back to payers of this partner's payments."""

from datetime import date
from functools import partial
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
)

from api.access.partner_key import partner_of
from api.access.scope import Scope
from api.house import House
from api.partner.deliveries import no_space
from api.partner.idempotent import OnceOnly, answer_once
from api.partner.refusals import refusals
from api.partner.vietnam_time import VietnamTime
from ledger.audit_record import reason_of
from ledger.money import VND_MAX, ZERO, Money
from ledger.postgres.transaction import Tx
from payments.errors import InputRefused, NotFound, NotRefundable, RefundableChanged
from payments.find_returnable import find_returnable
from payments.payment import Payment
from payments.payment_number import is_payment_number, is_refund_number
from payments.postgres import payment_rows, refund_rows
from payments.postgres.refund_list_rows import RefundsWanted, newest_refunds
from payments.refund import (
    REASON_MAX,
    Obstacle,
    Refund,
    RefundCause,
    RefundRoute,
    Wanted,
)
from payments.refund_states import RefundState
from payments.request_refund import request_refund
from payments.returnable import Choice, Returnable

PAGE_MAX: Final = 100
NUMBER_MAX: Final = 20
_EXAMPLE: Final[dict[str, Any]] = {
    "payment": "NP7K3M9QWX4T",
    "amount_vnd": 750_000,
    "expected_refundable_vnd": 750_000,
    "reason": "Người nộp đã nộp hai lần",
}
_SHOWN: Final[dict[str, Any]] = {
    "number": "RF7K3M9QWX4T",
    "payment": "NP7K3M9QWX4T",
    "status": "proposed",
    "amount_vnd": 750_000,
    "cause": "duplicate",
    "route": "gateway",
    "reason": "Người nộp đã nộp hai lần",
    "proposed_by": "partner",
    "created_at": "2026-11-23T12:00:00+07:00",
    "approved_at": None,
    "finished_at": None,
    "paid_back_on": None,
    "decision": None,
}

Instant = Annotated[AwareDatetime, BeforeValidator(no_space)]


class RefundIn(BaseModel):
    """Which payment, how much, and why; people on our side approve it.

    `expected_refundable_vnd` is the payment's `refundable_vnd` as you read it: 412 when it is
    another by now. A surplus goes back whole.
    """

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, json_schema_extra={"examples": [_EXAMPLE]}
    )

    payment: str = Field(min_length=1, max_length=NUMBER_MAX)
    amount_vnd: StrictInt = Field(gt=0, le=VND_MAX)
    expected_refundable_vnd: StrictInt = Field(ge=0, le=VND_MAX)
    reason: Annotated[str, AfterValidator(reason_of)] = Field(min_length=1, max_length=REASON_MAX)


class RefundOut(BaseModel):
    """One refund. It is final once `done`, `refused` or `rejected`.

    `unknown`: the gateway gave no usable answer, and nobody orders it anew. `refused`: it did not
    go back this way; another refund follows. `route` `state_procedure`: the State has the money and
    gives it back on a `decision` of its own.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_SHOWN]})

    number: str
    payment: str
    status: RefundState
    amount_vnd: int
    cause: RefundCause
    route: RefundRoute
    reason: str
    proposed_by: Literal["partner", "system", "staff"]
    created_at: VietnamTime
    approved_at: VietnamTime | None
    finished_at: VietnamTime | None
    paid_back_on: date | None
    decision: str | None


class RefundsOut(BaseModel):
    """One page, newest first; `next_cursor` is null on the last one."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"refunds": [_SHOWN], "next_cursor": None}]}
    )

    refunds: list[RefundOut]
    next_cursor: str | None = Field(description="`cursor` of the next page")


def routes(house: House) -> APIRouter:
    """Return the doors of refunds."""
    router = APIRouter(prefix="/v1", tags=["refunds"])
    reader = Depends(partner_of(house, Scope.REFUNDS_READ))
    writer = Depends(partner_of(house, Scope.REFUNDS_WRITE))

    @router.post(
        "/refunds", status_code=201, response_model=RefundOut, responses=refusals(404, 409, 412)
    )
    def propose(body: RefundIn, client: Annotated[str, writer], once: OnceOnly) -> Response:
        """Propose that money of a payment goes back to where it came from.

        Only what was paid beyond what was asked, or is due back by a changed decision, goes back:
        the payment's `refundable_vnd`. What we found ourselves is proposed already. A person on our
        side approves it before anything moves.
        """
        work = partial(_propose, house=house, body=body, client=client)
        return answer_once(house, once, work, client=client, body=body)

    @router.get("/refunds")
    def read_all(
        *,
        client: Annotated[str, reader],
        payment: Annotated[
            str | None, Query(min_length=1, max_length=NUMBER_MAX, description="its number")
        ] = None,
        status: RefundState | None = None,
        since: Annotated[
            Instant | None, Query(alias="from", description="proposed at or after")
        ] = None,
        until: Annotated[Instant | None, Query(alias="to", description="proposed before")] = None,
        cursor: Annotated[str | None, Query(max_length=NUMBER_MAX)] = None,
        limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    ) -> RefundsOut:
        """List the refunds of this partner's payments, newest first."""
        with house.open_tx() as tx:
            wanted = RefundsWanted(
                client=client,
                payment_number=payment,
                state=status,
                since=since,
                until=until,
                before=None if cursor is None else _before(tx, cursor, client=client),
            )
            found = newest_refunds(tx, wanted, limit_max=limit + 1)
        page = found[:limit]
        return RefundsOut(
            refunds=[refund_out(refund) for refund in page],
            next_cursor=page[-1].number if len(found) > len(page) else None,
        )

    @router.get("/refunds/{number}", responses=refusals(404))
    def read(number: str, client: Annotated[str, reader]) -> RefundOut:
        """Read one refund of a payment of this partner."""
        with house.open_tx() as tx:
            refund = _own(tx, number, client=client)
        if refund is None:
            raise NotFound
        return refund_out(refund)

    return router


def refund_out(refund: Refund) -> RefundOut:
    """Return a refund as its partner may see it; who of the staff did what is our own affair."""
    by = refund.proposed_by.partition(":")[0]
    return RefundOut(
        number=refund.number,
        payment=refund.payment_number,
        status=refund.state,
        amount_vnd=refund.amount.vnd,
        cause=refund.cause,
        route=refund.route,
        reason=refund.reason,
        proposed_by="partner" if by == "partner" else "staff" if by == "staff" else "system",
        created_at=refund.proposed_at,
        approved_at=refund.approved_at,
        finished_at=refund.finished_at,
        paid_back_on=refund.paid_back_on,
        decision=refund.decision or None,
    )


def chosen(returnable: Returnable, amount: Money) -> Choice:
    """Return the sum that a partner means by its amount.

    Raises:
        NotRefundable: nothing is left, or no sum that may go back is so large.
    """
    exact = [choice for choice in returnable.choices if choice.amount == amount]
    in_part = [
        choice
        for choice in returnable.choices
        if choice.cause is RefundCause.REFUND_DUE and choice.amount > amount
    ]
    for choice in (*exact, *in_part):
        return choice
    if returnable.amount == ZERO:
        raise NotRefundable(reason=Obstacle.NOTHING_LEFT)
    largest = max(choice.amount for choice in returnable.choices)
    is_more = amount > largest
    raise NotRefundable(reason=Obstacle.MORE_THAN_LEFT if is_more else Obstacle.ONLY_WHOLE)


def _propose(tx: Tx, *, house: House, body: RefundIn, client: str) -> RefundOut:
    payment = _payment(tx, body.payment, client=client)
    returnable = find_returnable(tx, payment)
    expected = Money(body.expected_refundable_vnd)
    if returnable.amount != expected:
        raise RefundableChanged(expected=expected, left=returnable.amount)
    amount = Money(body.amount_vnd)
    choice = chosen(returnable, amount)
    wanted = Wanted(
        capture_id=choice.capture_id,
        obligation_id=choice.obligation_id,
        amount=amount,
        reason=body.reason,
    )
    refund = request_refund(tx, wanted, by=f"partner:{client}", now=house.clock())
    return refund_out(refund)


def _payment(tx: Tx, number: str, *, client: str) -> Payment:
    payment = payment_rows.by_number(tx, number) if is_payment_number(number) else None
    if payment is None or payment.client != client:
        raise NotFound
    return payment


def _own(tx: Tx, number: str, *, client: str) -> Refund | None:
    refund = refund_rows.by_number(tx, number) if is_refund_number(number) else None
    if refund is None:
        return None
    payment = payment_rows.by_id(tx, refund.payment_id)
    return refund if payment is not None and payment.client == client else None


def _before(tx: Tx, cursor: str, *, client: str) -> int:
    refund = _own(tx, cursor, client=client)
    if refund is None:
        raise InputRefused(field="query.cursor", reason="is not one a page of this list ended with")
    return refund.refund_id
