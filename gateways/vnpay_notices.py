"""What VNPAY's codes and fields say, once their signature is known to be genuine.

Source: VNPAY, PAY integration guide 2.1.0, return codes; querydr and refund API.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from gateways.contract import Notice, Outcome, RefundOutcome
from gateways.vnpay_messages import read_amount, read_time

CODE: Final = "vnpay"
REFERENCE_SHAPE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

_TRANSACTION_SHAPE: Final = re.compile(r"[A-Za-z0-9]{1,20}")

# Only these say that no money moved, and only beside transaction status 02.
_REFUSALS: Final[Mapping[str, Outcome]] = MappingProxyType(
    {
        "05": Outcome.DECLINED,  # balance, older material
        "06": Outcome.DECLINED,  # one-time password, older material
        "09": Outcome.DECLINED,  # no internet banking
        "10": Outcome.DECLINED,  # authentication failed three times
        "11": Outcome.EXPIRED,
        "12": Outcome.DECLINED,  # card or account locked
        "13": Outcome.DECLINED,  # wrong one-time password
        "24": Outcome.CANCELLED,
        "51": Outcome.DECLINED,  # balance
        "65": Outcome.DECLINED,  # daily limit
        "75": Outcome.DECLINED,  # bank under maintenance
        "79": Outcome.DECLINED,  # wrong payment password too often
        "99": Outcome.DECLINED,
    }
)
# What a query answer with call code 00 says of the payment itself.
_STATUSES: Final[Mapping[str, Outcome]] = MappingProxyType(
    {
        "00": Outcome.PAID,
        "01": Outcome.PENDING,
        "02": Outcome.DECLINED,
        "04": Outcome.UNKNOWN,  # debited at the bank, not successful at VNPAY: a person looks
        "07": Outcome.HELD,
    }
)
_REFUND_REFUSED: Final = frozenset({"16", "91", "93", "95"})
_REFUND_STAGES: Final[Mapping[str, RefundOutcome]] = MappingProxyType(
    {
        "00": RefundOutcome.DONE,
        "05": RefundOutcome.ACCEPTED,
        "06": RefundOutcome.ACCEPTED,
        "09": RefundOutcome.REFUSED,
    }
)


def notified_outcome(*, response: str, status: str) -> Outcome:
    """Return what a callback's two codes say together; paid needs both of them to be 00."""
    if "07" in {response, status}:
        return Outcome.HELD
    if status == "00":
        return Outcome.PAID if response == "00" else Outcome.UNKNOWN
    if status == "02":
        return _REFUSALS.get(response, Outcome.UNKNOWN)
    return Outcome.PENDING if status == "01" else Outcome.UNKNOWN


def queried_outcome(*, kind: str, status: str) -> Outcome:
    """Return what a query answer says of a payment; an answer about a refund settles nothing."""
    return _STATUSES.get(status, Outcome.UNKNOWN) if kind in {"", "01"} else Outcome.UNKNOWN


def refund_ordered(call: str) -> RefundOutcome:
    """Return what the answer to a refund order says; never yet that money went back."""
    if call == "00":
        return RefundOutcome.ACCEPTED
    return RefundOutcome.REFUSED if call in _REFUND_REFUSED else RefundOutcome.UNKNOWN


def refund_stage(fields: Mapping[str, str], *, amount: str) -> RefundOutcome:
    """Return how far a refund of this wire amount is; an answer about anything else is UNKNOWN."""
    is_ours = (
        fields.get("vnp_ResponseCode") == "00"
        and fields.get("vnp_TransactionType") in {"02", "03"}
        and fields.get("vnp_Amount") == amount
    )
    status = fields.get("vnp_TransactionStatus", "")
    return _REFUND_STAGES.get(status, RefundOutcome.UNKNOWN) if is_ours else RefundOutcome.UNKNOWN


def notified(fields: Mapping[str, str]) -> Notice:
    """Return the word of a genuine callback.

    Raises:
        ValueError: a field is missing or unreadable.
        ArithmeticError: the amount is not whole dong.
    """
    reference = fields.get("vnp_TxnRef", "")
    if not REFERENCE_SHAPE.fullmatch(reference):
        raise ValueError("vnp_TxnRef is not a reference of ours")
    response, status = fields.get("vnp_ResponseCode", ""), fields.get("vnp_TransactionStatus", "")
    if not response or not status:
        raise ValueError("vnp_ResponseCode or vnp_TransactionStatus is missing")
    outcome = notified_outcome(response=response, status=status)
    return _notice(
        fields, reference=reference, outcome=outcome, partner_code=f"{response}/{status}"
    )


def queried(fields: Mapping[str, str], *, reference: str) -> Notice:
    """Return the word of a genuine query answer; the same refusals as for a callback."""
    status = fields.get("vnp_TransactionStatus", "")
    outcome = queried_outcome(kind=fields.get("vnp_TransactionType", ""), status=status)
    return _notice(fields, reference=reference, outcome=outcome, partner_code=f"00/{status}")


def transaction_number(fields: Mapping[str, str]) -> str:
    """Return VNPAY's own number, '' when it has none.

    Raises:
        ValueError: something else stands in its place.
    """
    number = fields.get("vnp_TransactionNo", "")
    if number in {"", "0"}:
        return ""
    if not _TRANSACTION_SHAPE.fullmatch(number):
        raise ValueError("vnp_TransactionNo is not a number of VNPAY's")
    return number


def _occurred_at(fields: Mapping[str, str]) -> datetime | None:
    text = fields.get("vnp_PayDate", "")
    return read_time(text) if text else None


def _notice(
    fields: Mapping[str, str], *, reference: str, outcome: Outcome, partner_code: str
) -> Notice:
    transaction = transaction_number(fields)
    if outcome in {Outcome.PAID, Outcome.HELD} and not transaction:
        raise ValueError("money is said to be taken, without a vnp_TransactionNo")
    currency = fields.get("vnp_CurrCode") or "VND"
    has_amount = "vnp_Amount" in fields or outcome in {Outcome.PAID, Outcome.HELD}
    amount = read_amount(fields.get("vnp_Amount", "")) if has_amount else None
    if currency != "VND":
        # Its hundredths are not dong: nothing is counted, and paid becomes a person's case.
        outcome = Outcome.HELD if outcome is Outcome.PAID else outcome
        amount = None
    return Notice(
        gateway=CODE,
        reference=reference,
        gateway_transaction=transaction,
        outcome=outcome,
        amount=amount,
        currency=currency,
        occurred_at=_occurred_at(fields),
        partner_code=partner_code,
    )
