"""VNPAY's wire format 2.1.0: names, order and encodings; pure text in and out.

Source: VNPAY, PAY integration guide 2.1.0; querydr and refund API.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from ledger.money import Money

VIETNAM: Final = timezone(timedelta(hours=7))
"""Every time VNPAY writes is Vietnamese time, whatever zone a server stands in."""

QUERY_BYTES_MAX: Final = 8192
FIELDS_MAX: Final = 64
ORDER_INFO_MAX: Final = 255

QUERY_SIGNED: Final = (
    "vnp_RequestId",
    "vnp_Version",
    "vnp_Command",
    "vnp_TmnCode",
    "vnp_TxnRef",
    "vnp_TransactionDate",
    "vnp_CreateDate",
    "vnp_IpAddr",
    "vnp_OrderInfo",
)
QUERY_ANSWER_SIGNED: Final = (
    "vnp_ResponseId",
    "vnp_Command",
    "vnp_ResponseCode",
    "vnp_Message",
    "vnp_TmnCode",
    "vnp_TxnRef",
    "vnp_Amount",
    "vnp_BankCode",
    "vnp_PayDate",
    "vnp_TransactionNo",
    "vnp_TransactionType",
    "vnp_TransactionStatus",
    "vnp_OrderInfo",
    "vnp_PromotionCode",
    "vnp_PromotionAmount",
)
REFUND_SIGNED: Final = (
    "vnp_RequestId",
    "vnp_Version",
    "vnp_Command",
    "vnp_TmnCode",
    "vnp_TransactionType",
    "vnp_TxnRef",
    "vnp_Amount",
    "vnp_TransactionNo",
    "vnp_TransactionDate",
    "vnp_CreateBy",
    "vnp_CreateDate",
    "vnp_IpAddr",
    "vnp_OrderInfo",
)
REFUND_ANSWER_SIGNED: Final = QUERY_ANSWER_SIGNED[:-2]

_HASH_NAMES: Final = frozenset({"vnp_SecureHash", "vnp_SecureHashType"})
_TIME_SHAPE: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)", re.ASCII)
_AMOUNT_SHAPE: Final = re.compile(r"\d{1,14}", re.ASCII)
_LOOSE_PERCENT: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9.,:_-]+")


def plain(text: str) -> str:
    """Return the text without accents and with only what every encoder writes alike."""
    unbarred = text.replace("Đ", "D").replace("đ", "d")
    bare = "".join(
        c for c in unicodedata.normalize("NFD", unbarred) if not unicodedata.combining(c)
    )
    return _NOT_PLAIN.sub(" ", bare).strip()


def form_encode(text: str) -> str:
    """Return the text in form encoding: space as plus, all but letters, digits, - _ . escaped."""
    return quote(text, safe=" ").replace(" ", "+").replace("~", "%7E")


def signed_text(fields: Mapping[str, str]) -> str:
    """Return the query string that is also what is hashed: sorted, empty values dropped."""
    return "&".join(
        f"{form_encode(name)}={form_encode(fields[name])}"
        for name in sorted(fields)
        if fields[name] and name not in _HASH_NAMES
    )


def bar_joined(fields: Mapping[str, str], names: Iterable[str]) -> str:
    """Return the values in the order given, missing ones empty, joined with bars.

    Raises:
        ValueError: a value holds a bar, so that two messages would share one signature.
    """
    values = [fields.get(name, "") for name in names]
    if any("|" in value for value in values):
        raise ValueError("a signed value holds a bar")
    return "|".join(values)


def read_query(query: bytes) -> dict[str, str]:
    """Return the `vnp_` fields of a query string, decoded; other names are somebody else's.

    Raises:
        ValueError: too long, badly encoded, or one name given twice.
    """
    if len(query) > QUERY_BYTES_MAX:
        raise ValueError("the query is too long")
    pairs = query.split(b"&")
    if len(pairs) > FIELDS_MAX:
        raise ValueError("the query has too many fields")
    fields: dict[str, str] = {}
    for pair in pairs:
        raw_name, _, raw_value = pair.partition(b"=")
        name = _decoded(raw_name)
        if not name.startswith("vnp_"):
            continue
        if name in fields:
            raise ValueError("a field is given twice")
        fields[name] = _decoded(raw_value)
    return fields


def read_json(raw: bytes) -> dict[str, str]:
    """Return a flat JSON object of texts; whole numbers become text, null becomes nothing.

    Raises:
        ValueError: anything else, or one name given twice.
    """
    try:
        read: object = json.loads(raw.decode("utf-8"), object_pairs_hook=_Flat)
    except RecursionError as problem:
        raise ValueError("the answer is nested too deep") from problem
    if not isinstance(read, _Flat):
        raise ValueError("the answer is not an object")  # noqa: TRY004 - about text, not types
    return read.fields


def wire_time(moment: datetime) -> str:
    """Return fourteen digits of Vietnamese time; parts of a second are cut off."""
    return moment.astimezone(VIETNAM).strftime("%Y%m%d%H%M%S")


def read_time(text: str) -> datetime:
    """Return the moment fourteen digits of Vietnamese time mean.

    Raises:
        ValueError: not fourteen digits, or no such moment.
    """
    found = _TIME_SHAPE.fullmatch(text)
    if found is None:
        raise ValueError("a time is fourteen digits")
    year, month, day, hour, minute, second = map(int, found.groups())
    return datetime(year, month, day, hour, minute, second, tzinfo=VIETNAM)


def wire_amount(amount: Money) -> str:
    """Return the amount times one hundred, as VNPAY writes dong."""
    return str(amount.vnd * 100)


def read_amount(text: str) -> Money:
    """Return the whole dong in an amount times one hundred.

    Raises:
        ValueError: not digits.
        ArithmeticError: digits, but not a whole number of dong.
    """
    if not _AMOUNT_SHAPE.fullmatch(text):
        raise ValueError("an amount is digits")
    whole, hundredths = divmod(int(text), 100)
    if hundredths:
        raise ArithmeticError("an amount is whole dong")
    return Money(whole)


class _Flat:
    """A JSON object that holds texts and nothing deeper."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        """Keep the texts of an object as the JSON reader found them."""
        self.fields: dict[str, str] = {}
        for name, value in pairs:
            if name in self.fields:
                raise ValueError("a field is given twice")
            if isinstance(value, bool) or not (value is None or isinstance(value, (str, int))):
                raise ValueError("the answer holds more than texts")
            self.fields[name] = "" if value is None else str(value)


def request_id(*parts: str) -> str:
    """Return what VNPAY knows a repeated request by: the same for the same parts."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _decoded(raw: bytes) -> str:
    if not raw.isascii() or _LOOSE_PERCENT.search(raw):
        raise ValueError("the query is not form-encoded")
    return unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8")
