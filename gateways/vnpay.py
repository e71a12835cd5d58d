"""VNPAY 2.1.0: signed pay address, callback, query, refund and report."""

import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from gateways import signing
from gateways import vnpay_messages as wire
from gateways import vnpay_notices as words
from gateways.contract import (
    Answered,
    Capabilities,
    Gateway,
    Intent,
    NextAction,
    Notice,
    Outcome,
    Prepared,
    RawAnswer,
    RawRequest,
    Redirect,
    RefundAnswer,
    RefundOrder,
    Rejection,
    SettlementReport,
    Verdict,
)
from gateways.errors import Misconfigured, OutcomeUnknown, Retryable, Untrusted
from gateways.transport import Transport
from gateways.vnpay_notices import CODE, REFERENCE_SHAPE
from gateways.vnpay_report import read_settlement
from ledger.money import Money

VERSION: Final = "2.1.0"

_BENEFICIARY_SHAPE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
# Characters on which VNPAY's own samples disagree how to encode them never leave us.
_RETURN_URL_SHAPE: Final = re.compile(r"https?://[A-Za-z0-9._:/?&=%+#\[\]@,;-]{2,247}")
_LOCALES: Final[Mapping[str, str]] = MappingProxyType({"vi": "vn", "en": "en"})

_WORDS: Final[Mapping[Verdict, tuple[str, str]]] = MappingProxyType(
    {
        Verdict.RECORDED: ("00", "Confirm Success"),
        Verdict.ALREADY_RECORDED: ("02", "Order already confirmed"),
        Verdict.UNKNOWN_REFERENCE: ("01", "Order not found"),
        Verdict.AMOUNT_DIFFERS: ("04", "Invalid amount"),
        Verdict.BAD_SIGNATURE: ("97", "Invalid signature"),
        Verdict.MALFORMED: ("99", "Unreadable message"),
        Verdict.UNAVAILABLE: ("99", "Please send it again"),
    }
)

_OUR_FAULT: Final = frozenset({"02", "03", "97"})  # merchant code, format, signature
_UNDER_MAINTENANCE: Final = "08"
_ASKED_TWICE: Final = "94"
_NO_TRACE: Final = "91"


class Settings(BaseModel):
    """One connected merchant account; environment names carry the prefix `VNPAY_`.

    `hash_secret_previous` keeps verifying what VNPAY signed before a change of secret.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    tmn_code: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{8}$")]
    hash_secret: Annotated[SecretStr, Field(min_length=16)]
    hash_secret_previous: Annotated[SecretStr, Field(min_length=16)] | None = None
    pay_url: str
    api_url: str
    server_address: str

    @field_validator("pay_url", "api_url")
    @classmethod
    def refuse_unsafe_url(cls, url: str) -> str:
        """Return an address that is encrypted or on this machine, and holds nothing but itself.

        Raises:
            ValueError: any other address.
        """
        parts = urlsplit(url)
        is_here = parts.hostname in {"127.0.0.1", "::1", "localhost"}
        if parts.scheme not in ({"https", "http"} if is_here else {"https"}) or not parts.hostname:
            raise ValueError("an https address is needed (http only for this machine)")
        if parts.query or parts.fragment or parts.username:
            raise ValueError("an address without query, fragment or user is needed")
        return url

    @field_validator("server_address")
    @classmethod
    def refuse_no_address(cls, text: str) -> str:
        """Return our own address as VNPAY shall see it named.

        Raises:
            ValueError: not an IP address.
        """
        try:
            return str(ipaddress.ip_address(text))
        except ValueError as problem:
            raise ValueError("an IP address is needed") from problem


def open_gateway(settings: Settings, transport: Transport) -> Gateway:
    """Return VNPAY as a gateway."""
    return Vnpay(settings, transport)


@dataclass(frozen=True, slots=True)
class Vnpay:
    """One merchant account at VNPAY, in our words."""

    settings: Settings
    transport: Transport

    @property
    def code(self) -> str:
        """Return `vnpay`."""
        return CODE

    @property
    def capabilities(self) -> Capabilities:
        """Return VNPAY's limits; the lowest and highest amounts are those its page refuses at."""
        page = urlsplit(self.settings.pay_url)
        return Capabilities(
            name_vi="VNPAY",
            name_en="VNPAY",
            amount_min=Money(5_000),
            amount_max=Money(999_999_999),
            expiry=timedelta(minutes=15),
            ask_until=timedelta(days=7),
            notifies_failure=True,
            refunds_in_part=True,
            refund_window=timedelta(days=30),
            pay_origins=frozenset({f"{page.scheme}://{page.netloc}"}),
            starts_alone=True,
        )

    def prepare(self, intent: Intent) -> Prepared:
        """Return the order as its signed address will state it, without the signature.

        Raises:
            ValueError: amount, reference, times, language or address cannot be carried.
        """
        limits = self.capabilities
        if not limits.amount_min <= intent.amount <= limits.amount_max:
            raise ValueError(f"VNPAY does not take {intent.amount.vnd} dong")
        if not REFERENCE_SHAPE.fullmatch(intent.reference):
            raise ValueError("a reference is 1 to 100 letters, digits, dots, dashes, underscores")
        if not _RETURN_URL_SHAPE.fullmatch(intent.return_url):
            raise ValueError("the return address holds what encoders disagree on, or is too long")
        if intent.language not in _LOCALES:
            raise ValueError(f"VNPAY does not speak {intent.language!r}")
        if intent.created_at.tzinfo is None or intent.expires_at.tzinfo is None:
            raise ValueError("times need their zone")
        if intent.expires_at - intent.created_at < timedelta(seconds=1):
            raise ValueError("an order expires after it was created")
        fields = {
            "vnp_Amount": wire.wire_amount(intent.amount),
            "vnp_Command": "pay",
            "vnp_CreateDate": wire.wire_time(intent.created_at),
            "vnp_CurrCode": "VND",
            "vnp_ExpireDate": wire.wire_time(intent.expires_at),
            "vnp_IpAddr": _wire_address(intent.payer_address),
            "vnp_Locale": _LOCALES[intent.language],
            "vnp_OrderInfo": _order_info(intent),
            "vnp_OrderType": "other",
            "vnp_ReturnUrl": intent.return_url,
            "vnp_TmnCode": self.settings.tmn_code,
            "vnp_TxnRef": intent.reference,
            "vnp_Version": VERSION,
        }
        return Prepared(
            reference=intent.reference,
            amount=intent.amount,
            created_at=intent.created_at,
            expires_at=intent.expires_at,
            fields=MappingProxyType(fields),
        )

    def start(self, prepared: Prepared) -> NextAction:
        """Return the signed address; it is the order, and VNPAY hears of it from the browser."""
        text = wire.signed_text(prepared.fields)
        return Redirect(f"{self.settings.pay_url}?{text}&vnp_SecureHash={self._sign(text)}")

    def read_callback(self, request: RawRequest) -> Notice | Rejection:
        """Return the verified word in a callback, or why it is not believed; never raises."""
        if request.method != "GET":
            return Rejection(Verdict.MALFORMED, "VNPAY calls with GET")
        fields = self._verified(request)
        if isinstance(fields, Rejection):
            return fields
        if fields.get("vnp_TmnCode") != self.settings.tmn_code:
            return Rejection(Verdict.MALFORMED, "signed for another merchant")
        try:
            return words.notified(fields)
        except ArithmeticError as problem:
            return Rejection(Verdict.AMOUNT_DIFFERS, str(problem))
        except ValueError as problem:
            return Rejection(Verdict.MALFORMED, str(problem))

    def read_return(self, request: RawRequest) -> str | None:
        """Return our reference from a genuine browser return, or None; it never proves payment."""
        fields = self._verified(request)
        if isinstance(fields, Rejection) or fields.get("vnp_TmnCode") != self.settings.tmn_code:
            return None
        reference = fields.get("vnp_TxnRef", "")
        return reference if REFERENCE_SHAPE.fullmatch(reference) else None

    def answer(self, verdict: Verdict) -> RawAnswer:
        """Return VNPAY's code for the verdict; its retries stop at 00 and 02 only."""
        code, message = _WORDS[verdict]
        body = json.dumps({"RspCode": code, "Message": message}).encode("ascii")
        return RawAnswer(status=200, media_type="application/json", body=body)

    def ask(self, prepared: Prepared, *, now: datetime) -> Answered:
        """Ask what became of an order."""
        raw = self._query(prepared, now=now)
        return Answered(raw=raw, notice=self.read_answer(prepared, raw))

    def read_answer(self, prepared: Prepared, raw: bytes) -> Notice:
        """Return the verified word in the bytes `ask` once returned.

        No trace at VNPAY reads as NOT_STARTED even after the expiry: only the caller knows the
        time, and only after the expiry does it mean that nothing was paid.

        Raises:
            Untrusted: the bytes fail their signature, merchant or shape check.
            GatewayError: genuine, but about the call and not about the payment.
        """
        fields = self._read_query_answer(prepared, raw)
        call = fields["vnp_ResponseCode"]
        if call == _NO_TRACE:
            return Notice(
                CODE, prepared.reference, "", Outcome.NOT_STARTED, None, "VND", None, call
            )
        try:
            return words.queried(fields, reference=prepared.reference)
        except (ValueError, ArithmeticError) as problem:
            raise Untrusted(f"a query answer: {problem}", raw=raw, partner_code=call) from problem

    def refund(self, order: RefundOrder) -> RefundAnswer:
        """Order money back; every repeat is the same message, so that VNPAY sees it once.

        Raises:
            ValueError: more than was paid, or nothing.
            GatewayError: by what to do next.
        """
        if not Money(0) < order.amount <= order.payment.amount:
            raise ValueError("a refund is more than nothing and no more than the payment")
        fields = {
            "vnp_Amount": wire.wire_amount(order.amount),
            "vnp_Command": "refund",
            "vnp_CreateBy": wire.plain(order.ordered_by)[:245] or "clearing",
            "vnp_CreateDate": wire.wire_time(order.ordered_at),
            "vnp_IpAddr": self.settings.server_address,
            "vnp_OrderInfo": wire.plain(order.purpose)[: wire.ORDER_INFO_MAX] or "Hoan tien",
            "vnp_RequestId": wire.request_id("refund", order.reference),
            "vnp_TmnCode": self.settings.tmn_code,
            "vnp_TransactionDate": order.payment.fields["vnp_CreateDate"],
            "vnp_TransactionNo": order.gateway_transaction or "0",
            "vnp_TransactionType": "02" if order.amount == order.payment.amount else "03",
            "vnp_TxnRef": order.payment.reference,
            "vnp_Version": VERSION,
        }
        raw = self._call(fields, wire.REFUND_SIGNED)
        answer = self._believed(raw, wire.REFUND_ANSWER_SIGNED, command="refund")
        call = answer.get("vnp_ResponseCode", "")
        return RefundAnswer(raw, words.refund_ordered(call), _refund_number(answer, raw), call)

    def ask_refund(self, order: RefundOrder, *, now: datetime) -> RefundAnswer:
        """Ask what became of a refund; an answer about anything else is UNKNOWN."""
        raw = self._query(order.payment, now=now)
        answer = self._read_query_answer(order.payment, raw)
        outcome = words.refund_stage(answer, amount=wire.wire_amount(order.amount))
        code = f"{answer['vnp_ResponseCode']}/{answer.get('vnp_TransactionStatus', '')}"
        return RefundAnswer(raw, outcome, _refund_number(answer, raw), code)

    def read_report(self, raw: bytes) -> SettlementReport:
        """Return a settlement report read whole, or refuse it whole.

        Raises:
            Untrusted: cut short, out of balance, doubled lines, or not this format.
        """
        return read_settlement(raw, gateway=CODE, merchant=self.settings.tmn_code)

    def _secrets(self) -> list[bytes]:
        kept = (self.settings.hash_secret, self.settings.hash_secret_previous)
        return [secret.get_secret_value().encode() for secret in kept if secret is not None]

    def _sign(self, text: str) -> str:
        return signing.hmac_sha512_hex(text.encode(), secret=self._secrets()[0])

    def _is_signed(self, text: str, signature: str) -> bool:
        return signing.is_signed(text.encode(), signature=signature, secrets=self._secrets())

    def _verified(self, request: RawRequest) -> dict[str, str] | Rejection:
        """Return the signed fields of a query string, or why they are not believed."""
        try:
            fields = wire.read_query(request.query)
        except ValueError as problem:
            return Rejection(Verdict.MALFORMED, str(problem))
        if not self._is_signed(wire.signed_text(fields), fields.get("vnp_SecureHash", "")):
            return Rejection(Verdict.BAD_SIGNATURE, "the signature does not fit")
        return fields

    def _query(self, prepared: Prepared, *, now: datetime) -> bytes:
        fields = {
            "vnp_Command": "querydr",
            "vnp_CreateDate": wire.wire_time(now),
            "vnp_IpAddr": self.settings.server_address,
            "vnp_OrderInfo": f"Truy van {prepared.reference}",
            "vnp_RequestId": wire.request_id("querydr", prepared.reference, now.isoformat()),
            "vnp_TmnCode": self.settings.tmn_code,
            "vnp_TransactionDate": prepared.fields["vnp_CreateDate"],
            "vnp_TxnRef": prepared.reference,
            "vnp_Version": VERSION,
        }
        return self._call(fields, wire.QUERY_SIGNED)

    def _call(self, fields: Mapping[str, str], signed: tuple[str, ...]) -> bytes:
        signature = self._sign(wire.bar_joined(fields, signed))
        body = json.dumps({**fields, "vnp_SecureHash": signature}).encode("ascii")
        return self.transport.post(
            partner=CODE, url=self.settings.api_url, media_type="application/json", body=body
        )

    def _believed(self, raw: bytes, signed: tuple[str, ...], *, command: str) -> dict[str, str]:
        """Return an answer's fields once signature, command and call code allow it."""
        try:
            fields = wire.read_json(raw)
            text = wire.bar_joined(fields, signed)
        except ValueError as problem:
            raise Untrusted(f"VNPAY's answer: {problem}", raw=raw) from problem
        call = fields.get("vnp_ResponseCode", "")
        is_genuine = self._is_signed(text, fields.get("vnp_SecureHash", ""))
        if call in _OUR_FAULT:
            # VNPAY cannot sign towards a merchant or secret it does not know; nothing is
            # believed about the payment here, only that a person must look at the settings.
            raise Misconfigured(f"VNPAY refuses our call: {call}", raw=raw, partner_code=call)
        if not is_genuine:
            raise Untrusted("VNPAY's answer has no fitting signature", raw=raw, partner_code=call)
        if fields.get("vnp_Command") != command:
            raise Untrusted(f"an answer to another command than {command}", raw=raw)
        if call == _UNDER_MAINTENANCE:
            raise Retryable("VNPAY is under maintenance", raw=raw, partner_code=call)
        return fields

    def _read_query_answer(self, prepared: Prepared, raw: bytes) -> dict[str, str]:
        fields = self._believed(raw, wire.QUERY_ANSWER_SIGNED, command="querydr")
        call = fields.get("vnp_ResponseCode", "")
        if call == _ASKED_TWICE:
            raise Retryable("the same question was asked twice", raw=raw, partner_code=call)
        if call not in {"00", _NO_TRACE}:
            raise OutcomeUnknown(f"VNPAY answered {call!r}", raw=raw, partner_code=call)
        # Without a trace of the order VNPAY may leave its names out; they are never different.
        may_lack = {""} if call == _NO_TRACE else set[str]()
        for name, ours in (
            ("vnp_TmnCode", self.settings.tmn_code),
            ("vnp_TxnRef", prepared.reference),
        ):
            if fields.get(name, "") not in {ours, *may_lack}:
                raise Untrusted(f"an answer whose {name} is not what was asked", raw=raw)
        return fields


def _order_info(intent: Intent) -> str:
    """Return beneficiary, purpose and reference: VNPAY passes the money on to the first word."""
    if not _BENEFICIARY_SHAPE.fullmatch(intent.beneficiary):
        raise ValueError("a beneficiary is 1 to 40 letters, digits, dots, dashes, underscores")
    room = wire.ORDER_INFO_MAX - len(intent.beneficiary) - len(intent.reference) - 2
    purpose = wire.plain(intent.purpose)[:room].strip()
    return " ".join(part for part in (intent.beneficiary, purpose, intent.reference) if part)


def _wire_address(text: str) -> str:
    """Return the payer's address in at least the seven characters VNPAY demands."""
    address = ipaddress.ip_address(text)
    return str(address) if len(str(address)) >= 7 else address.exploded


def _refund_number(fields: Mapping[str, str], raw: bytes) -> str:
    try:
        return words.transaction_number(fields)
    except ValueError as problem:
        raise Untrusted(f"a refund answer: {problem}", raw=raw) from problem
