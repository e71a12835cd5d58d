"""The far side's own reading of VNPAY's format 2.1.0; shares no line with the adapter."""

import hmac
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl, urlencode

QUERY_ASKED: Final = (
    *("RequestId", "Version", "Command", "TmnCode", "TxnRef", "TransactionDate"),
    *("CreateDate", "IpAddr", "OrderInfo"),
)
REFUND_ASKED: Final = (
    *("RequestId", "Version", "Command", "TmnCode", "TransactionType", "TxnRef", "Amount"),
    *("TransactionNo", "TransactionDate", "CreateBy", "CreateDate", "IpAddr", "OrderInfo"),
)
REFUND_ANSWERED: Final = (
    *("ResponseId", "Command", "ResponseCode", "Message", "TmnCode", "TxnRef", "Amount"),
    *("BankCode", "PayDate", "TransactionNo", "TransactionType", "TransactionStatus", "OrderInfo"),
)
QUERY_ANSWERED: Final = (*REFUND_ANSWERED, "PromotionCode", "PromotionAmount")


def seal(text: str, *, secret: str) -> str:
    """Return VNPAY's signature of a text."""
    return hmac.new(secret.encode(), text.encode(), "sha512").hexdigest()


def sealed_query(fields: Mapping[str, str], *, secret: str) -> str:
    """Return a query string with its signature at the end; fields without a value are left out."""
    text = urlencode(sorted(pair for pair in fields.items() if pair[1]))
    return f"{text}&vnp_SecureHash={seal(text, secret=secret)}"


def read_sealed_query(query: str, *, secret: str) -> dict[str, str]:
    """Return the fields of a signed query string.

    Raises:
        ValueError: badly formed, a name twice, or a signature that does not fit.
    """
    pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=64)
    fields = {name: value for name, value in pairs if name.startswith("vnp_")}
    if len(fields) != sum(name.startswith("vnp_") for name, _ in pairs):
        raise ValueError("a field is given twice")
    given = fields.pop("vnp_SecureHash", "")
    fields.pop("vnp_SecureHashType", None)
    _, _, wanted = sealed_query(fields, secret=secret).rpartition("=")
    if not hmac.compare_digest(wanted.encode(), given.lower().encode()):
        raise ValueError("invalid signature")
    return fields


def is_sealed(secret: str, message: Mapping[str, str], names: Sequence[str]) -> bool:
    """Say whether a query or refund request bears the right signature."""
    wanted = seal("|".join(message.get(f"vnp_{name}", "") for name in names), secret=secret)
    return hmac.compare_digest(wanted.encode(), message.get("vnp_SecureHash", "").lower().encode())


def sealed_answer(secret: str, answer: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    """Return a query or refund answer with its signature."""
    text = "|".join(answer.get(f"vnp_{name}", "") for name in names)
    return {**answer, "vnp_SecureHash": seal(text, secret=secret)}
