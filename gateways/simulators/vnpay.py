"""The simulated VNPAY: its pay page, its query and refund address, and the doors for testing."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from jinja2 import Environment
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from gateways.simulators import faults as trouble
from gateways.simulators.clock import moment, ms_of, now_ms
from gateways.simulators.raw_body import raw_body
from gateways.simulators.store import Row, Store, drop_file
from gateways.simulators.vnpay_callbacks import Callbacks
from gateways.simulators.vnpay_orders import (
    CHOICES,
    Merchant,
    Order,
    Refused,
    decide,
    open_order,
)
from gateways.simulators.vnpay_questions import reply
from gateways.simulators.vnpay_settlement import Payout, Window, settle

PAY_PATH: Final = "/vnpay/paymentv2/vpcpay.html"
API_PATH: Final = "/vnpay/merchant_webapi/api/transaction"
_PAGE_MAX: Final = 1_000


@dataclass(frozen=True, slots=True)
class FarSide:
    """What the simulated VNPAY works with."""

    store: Store
    merchant: Merchant
    callbacks: Callbacks
    pages: Environment
    drop: Path
    fee_vnd: int
    pass_on: Callable[[tuple[Payout, ...]], None]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Plan(_Model):
    """What shall become of one order, or of all that follow, or of questions.

    With `refund` it is what becomes of refunds, of one order or of all.
    """

    txn_ref: str | None = None
    behaviour: trouble.Behaviour = trouble.Behaviour.PAID
    late_s: Annotated[int, Field(ge=0, le=864_000)] = 20
    amount_delta_vnd: int = -1_000
    faults: str | None = None
    query: trouble.Query | None = None
    refund: trouble.RefundFault | None = None
    slow_s: Annotated[int, Field(ge=0, le=120)] = 5


class Pay(_Model):
    """A payer who opens this address and presses a button."""

    url: str
    choice: str = "pay"
    behaviour: trouble.Behaviour | None = None


class Settle(_Model):
    """Which payments the report of a business date takes, and what is wrong with the file."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    business_date: date
    begin: Annotated[AwareDatetime, Field(alias="from")]
    until: AwareDatetime
    leave_out: frozenset[str] = frozenset()
    cut: Annotated[int, Field(ge=0)] = 0
    fault: Literal["doubled_line", "bad_total"] | None = None


def routes(far: FarSide) -> APIRouter:
    """Return the simulated VNPAY's addresses."""
    router = APIRouter()
    _add_partner_routes(router, far)
    _add_test_routes(router, far)
    return router


def _add_partner_routes(router: APIRouter, far: FarSide) -> None:
    @router.get(PAY_PATH, response_class=HTMLResponse)
    def pay_page(request: Request) -> Response:
        try:
            order = open_order(far.store, far.merchant, request.url.query, now_ms())
        except Refused as problem:
            page = far.pages.get_template("vnpay_refused.html").render(
                lang="vi", reason=str(problem)
            )
            return HTMLResponse(page, status_code=400)
        return HTMLResponse(_page(far, order))

    @router.post("/vnpay/paymentv2/decide")
    def decide_by_form(
        *,
        txn_ref: Annotated[str, Form()],
        choice: Annotated[str, Form()],
        behaviour: Annotated[trouble.Behaviour | None, Form()] = None,
    ) -> Response:
        order = _decided(far, txn_ref, choice, behaviour)
        return RedirectResponse(order.return_address(far.merchant, now_ms()), status_code=303)

    @router.post(API_PATH)
    def question(body: Annotated[bytes, Depends(raw_body)]) -> Response:
        return _replied(far, body)


def _replied(far: FarSide, body: bytes) -> Response:
    mode = trouble.Query(far.store.setting("vnpay.query", default="normal"))
    if mode is trouble.Query.BROKEN:
        return Response(status_code=500)
    if mode is trouble.Query.HTML:
        return HTMLResponse("<!doctype html><title>VNPAY</title><p>Please come back later")
    if mode is trouble.Query.SLOW:
        time.sleep(int(far.store.setting("vnpay.slow_s", default="5")))
    is_open = mode is not trouble.Query.MAINTENANCE
    answer = reply(far.store, far.merchant, body, is_open=is_open, now_ms=now_ms())
    if answer is None:
        return Response(status_code=504)
    if mode is trouble.Query.UNSIGNED:
        answer["vnp_SecureHash"] = "0" * 128
    response = JSONResponse(answer)
    if mode is trouble.Query.CUT:
        return Response(response.body[:40], media_type="application/json")
    return response


def _add_test_routes(router: APIRouter, far: FarSide) -> None:
    @router.post("/simulator/vnpay/plan")
    def plan(wanted: Plan) -> dict[str, str]:
        _keep_plan(far.store, wanted)
        return {"planned": wanted.txn_ref or "all"}

    @router.post("/simulator/vnpay/pay")
    def pay(wanted: Pay) -> dict[str, str]:
        try:
            order = open_order(far.store, far.merchant, urlsplit(wanted.url).query, now_ms())
        except Refused as problem:
            raise HTTPException(400, str(problem)) from problem
        decided = _decided(far, order.txn_ref, wanted.choice, wanted.behaviour)
        address = decided.return_address(far.merchant, now_ms())
        return {"txn_ref": order.txn_ref, "return_url": address}

    @router.get("/simulator/vnpay/orders")
    def orders(
        after: int = 0, limit: Annotated[int, Query(ge=1, le=_PAGE_MAX)] = 200, txn_ref: str = ""
    ) -> dict[str, object]:
        rows = far.store.rows(_ORDERS, after, txn_ref, txn_ref, limit)
        following = int(rows[-1]["order_id"]) if len(rows) == limit else None
        return {"orders": [_order_report(row) for row in rows], "next_after": following}

    @router.get("/simulator/vnpay/orders/{txn_ref}/answers")
    def answers(txn_ref: str) -> dict[str, object]:
        rows = far.store.rows(
            "SELECT * FROM vnpay_answer WHERE txn_ref = ? ORDER BY answer_id LIMIT 1000", txn_ref
        )
        return {"answers": [dict(row) | {"at": _iso(row["at_ms"])} for row in rows]}

    @router.get("/simulator/vnpay/orders/{txn_ref}/refunds")
    def refunds(txn_ref: str) -> dict[str, object]:
        rows = far.store.rows(_REFUNDS, txn_ref)
        return {"refunds": [dict(row) | {"done_at": _iso(row["done_at_ms"])} for row in rows]}

    @router.post("/simulator/vnpay/settle")
    def settle_day(wanted: Settle) -> dict[str, object]:
        return _settle(far, wanted)

    @router.get("/simulator/vnpay/reports/{business_date}")
    def report(business_date: date) -> Response:
        rows = far.store.rows(
            "SELECT content FROM vnpay_report WHERE business_date = ?", business_date.isoformat()
        )
        if not rows:
            raise HTTPException(404, "no report of this day yet")
        return Response(str(rows[0]["content"]), media_type="text/csv")


_ORDERS: Final = """
    SELECT o.*,
           (SELECT a.rsp_code FROM vnpay_answer a WHERE a.txn_ref = o.txn_ref
             ORDER BY a.rsp_code NOT IN ('00', '02'), a.answer_id LIMIT 1) AS rsp_code,
           (SELECT a.at_ms FROM vnpay_answer a WHERE a.txn_ref = o.txn_ref
             ORDER BY a.rsp_code NOT IN ('00', '02'), a.answer_id LIMIT 1) AS answered_at_ms,
           (SELECT count(*) FROM vnpay_answer a WHERE a.txn_ref = o.txn_ref) AS tries,
           (SELECT count(*) FROM vnpay_delivery d WHERE d.txn_ref = o.txn_ref AND d.is_done = 0)
               AS open_callbacks
      FROM vnpay_order o
     WHERE o.order_id > ? AND (? = '' OR o.txn_ref = ?) ORDER BY o.order_id LIMIT ?
"""
_REFUNDS: Final = """
    SELECT r.request_id, r.amount_vnd, r.done_at_ms, l.report_date, l.payout
      FROM vnpay_refund r LEFT JOIN vnpay_refund_line l ON l.refund_id = r.refund_id
     WHERE r.txn_ref = ? ORDER BY r.refund_id LIMIT 1000
"""


def _order_report(row: Row) -> dict[str, Any]:
    """Return what VNPAY knows of an order: whether it was paid, and what we said we recorded."""
    at_ms = row["effective_at_ms"]
    is_due = at_ms is not None and int(at_ms) <= now_ms()
    is_acknowledged = row["rsp_code"] in {"00", "02"}
    return {
        "order_id": row["order_id"],
        "txn_ref": row["txn_ref"],
        "amount_vnd": row["amount_vnd"],
        "taken_vnd": row["taken_vnd"],
        "beneficiary": row["beneficiary"],
        "transaction_no": str(row["transaction_no"]) if row["transaction_no"] else "",
        "behaviour": row["behaviour"],
        "response_code": row["response_code"],
        "transaction_status": row["transaction_status"],
        "is_paid": is_due and row["transaction_status"] == "00",
        "opened_at": _iso(row["opened_at_ms"]),
        "decided_at": _iso(at_ms),
        "acknowledged": row["rsp_code"] if is_acknowledged else None,
        "acknowledged_at": _iso(row["answered_at_ms"]) if is_acknowledged else None,
        "refused_code": None if is_acknowledged else row["rsp_code"],
        "tries": row["tries"],
        "open_callbacks": row["open_callbacks"],
        "report_date": row["report_date"],
        "payout": row["payout"],
    }


def _iso(at_ms: int | None) -> str | None:
    return None if at_ms is None else moment(at_ms).isoformat(timespec="milliseconds")


def _page(far: FarSide, order: Order) -> str:
    return far.pages.get_template("vnpay_pay.html").render(
        order=order,
        tmn_code=far.merchant.tmn_code,
        lang="vi" if order.locale == "vn" else "en",
        choices=[choice for choice in CHOICES if choice not in {"pay", "cancel"}],
        behaviours=[b for b in trouble.Behaviour if b is not trouble.Behaviour.PAID],
        is_expired=now_ms() > order.expires_at_ms,
        expires_at=moment(order.expires_at_ms),
        return_address=order.return_address(far.merchant, now_ms()) if order.behaviour else "",
    )


def _decided(far: FarSide, txn_ref: str, choice: str, behaviour: trouble.Behaviour | None) -> Order:
    if choice not in CHOICES:
        raise HTTPException(400, f"a payer may choose one of {', '.join(CHOICES)}")
    order = decide(
        far.store, far.merchant, txn_ref=txn_ref, choice=choice, wanted=behaviour, now_ms=now_ms()
    )
    if order is None:
        raise HTTPException(404, "there is no such order")
    far.callbacks.wake()
    return order


def _keep_plan(store: Store, wanted: Plan) -> None:
    if wanted.faults is not None:
        try:
            trouble.read_profile(wanted.faults)
        except ValueError as problem:
            raise HTTPException(400, str(problem)) from problem
        store.keep_setting("vnpay.faults", value=wanted.faults)
    if wanted.query is not None:
        store.keep_setting("vnpay.query", value=wanted.query)
        store.keep_setting("vnpay.slow_s", value=str(wanted.slow_s))
    if wanted.refund is not None:
        with store.change() as tx:
            tx.execute(
                """INSERT OR REPLACE INTO vnpay_refund_plan
                       (txn_ref, fault, late_ms, amount_delta_vnd) VALUES (?, ?, ?, ?)""",
                (
                    wanted.txn_ref or "",
                    wanted.refund,
                    wanted.late_s * 1000,
                    wanted.amount_delta_vnd,
                ),
            )
    elif wanted.txn_ref is not None:
        with store.change() as tx:
            tx.execute(
                """INSERT OR REPLACE INTO vnpay_plan (txn_ref, behaviour, late_ms, amount_delta_vnd)
                   VALUES (?, ?, ?, ?)""",
                (wanted.txn_ref, wanted.behaviour, wanted.late_s * 1000, wanted.amount_delta_vnd),
            )


def _settle(far: FarSide, wanted: Settle) -> dict[str, object]:
    # What is still in progress is not paid, whatever the window says.
    until_ms = min(ms_of(wanted.until), now_ms() + 1)
    window = Window(wanted.business_date, ms_of(wanted.begin), until_ms)
    report = settle(
        far.store,
        merchant=far.merchant.tmn_code,
        window=window,
        fee_vnd=far.fee_vnd,
        leave_out=wanted.leave_out,
    )
    far.pass_on(report.payouts)
    content = report.content
    lines = content.splitlines(keepends=True)
    if wanted.fault == "doubled_line":
        content = "".join([*lines[:3], *lines[2:]])
    elif wanted.fault == "bad_total":
        content = "".join(lines[:-1]) + lines[-1].replace(",COMPLETE", "100,COMPLETE")
    written = content.encode("ascii")
    path = drop_file(
        far.drop / "vnpay", name=report.name, content=written[: len(written) - wanted.cut]
    )
    return {
        "file": str(path),
        "version": report.version,
        "count": report.count,
        "new_payouts": [
            {
                "payout": payout.payout,
                "beneficiary": payout.beneficiary,
                "amount_vnd": payout.amount_vnd,
                "count": payout.count,
            }
            for payout in report.payouts
        ],
    }
