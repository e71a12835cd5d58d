"""What every gateway can be asked, and the words it answers in."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from ledger.money import Money


class Outcome(enum.StrEnum):
    """What a partner says of one order; FAILED-like words mean no money moved."""

    PAID = "paid"
    PENDING = "pending"
    NOT_STARTED = "not_started"  # the payer never arrived, or the partner has no trace yet
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    HELD = "held"  # money taken, under the partner's suspicion
    UNKNOWN = "unknown"  # an answer that settles nothing


class Verdict(enum.StrEnum):
    """What became of a notice here; each gateway has its own words for it."""

    RECORDED = "recorded"
    ALREADY_RECORDED = "already_recorded"
    UNKNOWN_REFERENCE = "unknown_reference"
    AMOUNT_DIFFERS = "amount_differs"
    BAD_SIGNATURE = "bad_signature"
    MALFORMED = "malformed"
    UNAVAILABLE = "unavailable"  # our own trouble: please send it again


@dataclass(frozen=True, slots=True)
class RawRequest:
    """An incoming message before anybody believed it: exact bytes, as received."""

    method: str
    path: str
    query: bytes
    headers: tuple[tuple[str, str], ...]
    body: bytes
    peer: str


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What the partner is answered, to the byte."""

    status: int
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Intent:
    """What shall be collected, in our words.

    `reference` is ours, globally unique, and is all a partner returns to us. `beneficiary` is the
    code of the account the partner passes the money on to. `purpose` is free Vietnamese text.
    """

    reference: str
    amount: Money
    beneficiary: str
    purpose: str
    language: str
    payer_address: str
    return_url: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Prepared:
    """An order as it will be sent: written down before any network call.

    `fields` is the gateway's own: whatever it needs later to start, ask or refund.
    """

    reference: str
    amount: Money
    created_at: datetime
    expires_at: datetime
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Redirect:
    """The payer's browser goes to this address at the partner."""

    url: str


NextAction = Redirect


@dataclass(frozen=True, slots=True)
class Notice:
    """A partner's verified word on one order, callback or query answer alike.

    `amount` and `currency` are None when the message carries none; `occurred_at` is when the
    partner says the money was taken, None when it does not say. `gateway_transaction` is the
    partner's own number, '' when nothing was created there. `partner_code` is its raw code.
    """

    gateway: str
    reference: str
    gateway_transaction: str
    outcome: Outcome
    amount: Money | None
    currency: str
    occurred_at: datetime | None
    partner_code: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """A message that is not believed: which check failed, for the answer and the security log."""

    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The bytes a partner answered a question with, and what they say."""

    raw: bytes
    notice: Notice


class RefundOutcome(enum.StrEnum):
    """What a partner says of a refund; ACCEPTED is not yet refunded."""

    ACCEPTED = "accepted"
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """A refund as it will be sent; the same `reference` is used on every try.

    `gateway_transaction` is the partner's number of the payment, '' when unknown.
    """

    reference: str
    payment: Prepared
    gateway_transaction: str
    amount: Money
    ordered_by: str
    purpose: str
    ordered_at: datetime


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    """The partner's verified word on a refund."""

    raw: bytes
    outcome: RefundOutcome
    gateway_transaction: str
    partner_code: str


class LineKind(enum.StrEnum):
    """What a settlement line reports."""

    PAYMENT = "payment"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class SettlementLine:
    """One line of a gateway's report; amounts are positive, `fee` may be zero.

    `payout` names the transfer to the beneficiary this line is part of. `line_number` counts from
    1 within the file and is the source reference of whatever is posted from it.
    """

    line_number: int
    kind: LineKind
    reference: str
    gateway_transaction: str
    amount: Money
    fee: Money
    paid_at: datetime
    beneficiary: str
    payout: str


@dataclass(frozen=True, slots=True)
class SettlementReport:
    """A gateway's whole report for one business day, control totals already checked."""

    gateway: str
    business_date: date
    version: int
    lines: tuple[SettlementLine, ...]
    total: Money
    fee_total: Money


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this gateway takes and offers; routing reads this and guesses nothing.

    `ask_until` is how long after creation the partner still answers a query. `refund_window` is how
    long after it took money it gives it back, None when it never does. `pay_origins` are the only
    origins, such as `https://pay.example.vn`, that a payer may be sent to. `starts_alone` says that
    `start` only makes an address: the partner hears of the order from the payer's browser.
    """

    name_vi: str
    name_en: str
    amount_min: Money
    amount_max: Money
    expiry: timedelta
    ask_until: timedelta
    notifies_failure: bool
    refunds_in_part: bool
    refund_window: timedelta | None
    pay_origins: frozenset[str]
    starts_alone: bool = False


class Gateway(Protocol):
    """One bank or intermediary. Mapping is pure; only `ask`, `refund` and `ask_refund` use the net.

    All network acts raise `gateways.errors.GatewayError` by what to do next.
    """

    @property
    def code(self) -> str:
        """Return the short name used in accounts, routes and settings, such as `vnpay`."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """Return what this gateway takes and offers."""
        ...

    def prepare(self, intent: Intent) -> Prepared:
        """Return the order as it will be sent; pure, so that it can be kept first.

        Raises:
            ValueError: the intent is outside what the partner's format can carry.
        """
        ...

    def start(self, prepared: Prepared) -> NextAction:
        """Tell the partner of the order and return what the payer does next."""
        ...

    def read_callback(self, request: RawRequest) -> Notice | Rejection:
        """Return the verified word in a callback, or why it is not believed; never raises."""
        ...

    def read_return(self, request: RawRequest) -> str | None:
        """Return our reference from a genuine browser return, or None; it never proves payment."""
        ...

    def answer(self, verdict: Verdict) -> RawAnswer:
        """Return the partner's own words for what became of its callback."""
        ...

    def ask(self, prepared: Prepared, *, now: datetime) -> Answered:
        """Ask what became of an order."""
        ...

    def read_answer(self, prepared: Prepared, raw: bytes) -> Notice:
        """Return the verified word in the bytes `ask` once returned.

        Raises:
            Untrusted: the bytes fail their signature, merchant or shape check.
            GatewayError: genuine, but about the call only; `ask` never returns such bytes.
        """
        ...

    def refund(self, order: RefundOrder) -> RefundAnswer:
        """Order money back to the payer; ACCEPTED means ask again later."""
        ...

    def ask_refund(self, order: RefundOrder, *, now: datetime) -> RefundAnswer:
        """Ask what became of a refund."""
        ...

    def read_report(self, raw: bytes) -> SettlementReport:
        """Return a settlement report read whole, or refuse it whole.

        Raises:
            Untrusted: cut short, out of balance, doubled lines, or not this format.
        """
        ...
