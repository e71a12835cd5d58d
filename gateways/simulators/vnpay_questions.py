"""The simulated VNPAY's query and refund address: one JSON message in, one signed answer out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter, ValidationError

from gateways.simulators.clock import digits
from gateways.simulators.faults import RefundFault
from gateways.simulators.store import Row, Store, Tx
from gateways.simulators.vnpay_orders import Merchant, Order, order_from
from gateways.simulators.vnpay_wire import (
    QUERY_ANSWERED,
    QUERY_ASKED,
    REFUND_ANSWERED,
    REFUND_ASKED,
    is_sealed,
    sealed_answer,
)

REFUND_MS: Final = 3_000
"""How long a refund stays in progress."""

FIRST_REFUND_NUMBER: Final = 900_000_000
"""Where VNPAY's own numbers of refunds begin; those of payments stay below."""

_REPEAT_MS: Final = 300_000
_MESSAGES: Final[Mapping[str, str]] = {
    "00": "Success",
    "02": "Invalid TmnCode",
    "03": "Invalid format",
    "08": "System is under maintenance",
    "16": "Refund is not possible at this time",
    "91": "Transaction not found",
    "93": "Amount is above what was paid",
    "94": "Duplicate request",
    "95": "Original transaction was not successful",
    "97": "Invalid checksum",
    "99": "Unknown error",
}
_REFUSALS: Final[Mapping[RefundFault, str]] = {
    RefundFault.NOT_NOW: "16",
    RefundFault.DUPLICATE: "94",
    RefundFault.NOT_PAID: "95",
    RefundFault.OTHER_ERROR: "99",
}
_TEXTS: Final = TypeAdapter(dict[str, str | int])
_UNSIGNED: Final = frozenset({"02", "03", "97"})


def reply(
    store: Store, merchant: Merchant, body: bytes, *, is_open: bool, now_ms: int
) -> dict[str, str] | None:
    """Return the answer to a query or refund message; under maintenance it is always 08.

    None is an answer that is lost on its way; what was asked for happened.
    """
    message = _read(body)
    command = message.get("vnp_Command", "") if message else ""
    asked = {"querydr": QUERY_ASKED, "refund": REFUND_ASKED}.get(command)
    answered = REFUND_ANSWERED if command == "refund" else QUERY_ANSWERED
    answer = {
        "vnp_ResponseId": f"{now_ms:x}",
        "vnp_Command": command,
        "vnp_TmnCode": message.get("vnp_TmnCode", "") if message else "",
        "vnp_TxnRef": message.get("vnp_TxnRef", "") if message else "",
    }
    if message is None or asked is None or not all(message.get(f"vnp_{name}") for name in asked):
        code = "03"
    elif message["vnp_TmnCode"] != merchant.tmn_code:
        code = "02"
    elif not is_sealed(merchant.hash_secret, message, asked):
        code = "97"
    elif not is_open:
        code = "08"
    else:
        with store.change() as tx:
            code, found = _answer(tx, message, now_ms)
            is_lost = command == "refund" and code == "00" and _is_lost(tx, message)
        if is_lost:
            return None
        answer |= found
    answer |= {"vnp_ResponseCode": code, "vnp_Message": _MESSAGES[code]}
    if code in _UNSIGNED:
        return answer
    return sealed_answer(merchant.hash_secret, answer, answered)


def _read(body: bytes) -> dict[str, str] | None:
    """Return the message; numbers are taken for the texts they look like, as VNPAY does."""
    try:
        read = _TEXTS.validate_json(body, strict=True)
    except ValidationError:
        return None
    return {name: str(value) for name, value in read.items()}


def _answer(tx: Tx, message: Mapping[str, str], now_ms: int) -> tuple[str, dict[str, str]]:
    """Return the call code and what else is told."""
    request_id = message["vnp_RequestId"]
    repeated = tx.execute(
        "SELECT 1 FROM vnpay_request WHERE request_id = ? AND at_ms > ?",
        (request_id, now_ms - _REPEAT_MS),
    ).fetchone()
    if repeated:
        return "94", {}
    tx.execute(
        "INSERT OR REPLACE INTO vnpay_request (request_id, at_ms) VALUES (?, ?)",
        (request_id, now_ms),
    )
    row = tx.execute(
        "SELECT * FROM vnpay_order WHERE txn_ref = ?", (message["vnp_TxnRef"],)
    ).fetchone()
    if row is None or row["create_date"] != message["vnp_TransactionDate"]:
        return "91", {}
    order = order_from(row)
    if message["vnp_Command"] == "refund":
        return _refund(tx, order, message, now_ms)
    latest = tx.execute(
        "SELECT * FROM vnpay_refund WHERE txn_ref = ? ORDER BY refund_id DESC", (order.txn_ref,)
    ).fetchone()
    return "00", _refund_status(tx, order, latest, now_ms) if latest else _status(order, now_ms)


def _status(order: Order, now_ms: int) -> dict[str, str]:
    _, status = order.status_at(now_ms)
    is_taken = order.is_taken_at(now_ms)
    amount_vnd = order.taken_vnd if is_taken and order.taken_vnd else order.amount_vnd
    return {
        "vnp_Amount": str(amount_vnd * 100),
        "vnp_BankCode": "NCB",
        "vnp_PayDate": digits(order.effective_at_ms or now_ms) if is_taken else "",
        "vnp_TransactionNo": str(order.transaction_no) if is_taken else "0",
        "vnp_TransactionType": "01",
        "vnp_TransactionStatus": status,
        "vnp_OrderInfo": order.order_info,
    }


def _refund_status(tx: Tx, order: Order, refund: Row, now_ms: int) -> dict[str, str]:
    plan = _plan(tx, order.txn_ref)
    is_other = plan.fault is RefundFault.OTHER_AMOUNT
    amount_vnd = int(refund["amount_vnd"]) + (plan.delta_vnd if is_other else 0)
    return _status(order, now_ms) | {
        "vnp_Amount": str(amount_vnd * 100),
        "vnp_TransactionNo": str(FIRST_REFUND_NUMBER + int(refund["refund_id"])),
        "vnp_TransactionType": str(refund["kind"]),
        "vnp_TransactionStatus": "00" if now_ms >= int(refund["done_at_ms"]) else "05",
    }


def _refund(
    tx: Tx, order: Order, message: Mapping[str, str], now_ms: int
) -> tuple[str, dict[str, str]]:
    kind, amount = message["vnp_TransactionType"], message["vnp_Amount"]
    if kind not in {"02", "03"} or not (amount.isascii() and amount.isdigit()):
        return "03", {}
    if order.status_at(now_ms)[1] != "00" or order.taken_vnd is None:
        return "95", {}
    known = tx.execute("SELECT * FROM vnpay_refund WHERE txn_ref = ?", (order.txn_ref,)).fetchall()
    if any(row["request_id"] == message["vnp_RequestId"] for row in known):
        return "94", {}
    amount_vnd, hundredths = divmod(int(amount), 100)
    refunded_vnd = sum(int(row["amount_vnd"]) for row in known)
    is_whole = amount_vnd == order.taken_vnd
    if hundredths or amount_vnd + refunded_vnd > order.taken_vnd or (kind == "02" and not is_whole):
        return "93", {}
    plan = _plan(tx, order.txn_ref)
    if plan.fault in _REFUSALS:
        return _REFUSALS[plan.fault], {}
    takes_ms = plan.late_ms if plan.fault is RefundFault.LATE else REFUND_MS
    kept = tx.execute(
        """INSERT INTO vnpay_refund (request_id, txn_ref, kind, amount_vnd, done_at_ms)
           VALUES (?, ?, ?, ?, ?) RETURNING refund_id""",
        (message["vnp_RequestId"], order.txn_ref, kind, amount_vnd, now_ms + takes_ms),
    ).fetchone()
    told = _status(order, now_ms) | {
        "vnp_Amount": amount,
        "vnp_TransactionNo": str(FIRST_REFUND_NUMBER + int(kept["refund_id"])),
        "vnp_TransactionType": kind,
        "vnp_TransactionStatus": "05",
    }
    return "00", told


@dataclass(frozen=True, slots=True)
class _Plan:
    fault: RefundFault
    late_ms: int
    delta_vnd: int


def _plan(tx: Tx, txn_ref: str) -> _Plan:
    """Return what is planned for refunds of an order, else what is planned for all."""
    row = tx.execute(
        "SELECT * FROM vnpay_refund_plan WHERE txn_ref IN (?, '') ORDER BY txn_ref DESC", (txn_ref,)
    ).fetchone()
    if row is None:
        return _Plan(RefundFault.NONE, 0, 0)
    return _Plan(RefundFault(row["fault"]), int(row["late_ms"]), int(row["amount_delta_vnd"]))


def _is_lost(tx: Tx, message: Mapping[str, str]) -> bool:
    return _plan(tx, message["vnp_TxnRef"]).fault is RefundFault.ANSWER_LOST
