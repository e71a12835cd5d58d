"""One sum on its way back to a payer: why, how, on whose word, and how far it is."""

import enum
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from gateways.contract import Capabilities, Prepared, RefundOrder, RefundOutcome
from ledger.money import ZERO, Money
from payments.decision import Movement
from payments.payment_number import refund_number
from payments.refund_states import OVER, RefundState, RefundStep, take_refund
from payments.states import PaymentStep
from payments.taken_sum import TakenSum

SYSTEM: Final = "system:refunds"
"""Who proposes what follows by itself; a person approves it."""

PERSON: Final = "staff:"
"""How the names of people begin that may approve."""

TWO_PEOPLE: Final = "two_people"
"""The last word on a refund that two people found the end of."""

REASON_MAX: Final = 500
DOCUMENT_MAX: Final = 100

FIRST_ASK: Final = timedelta(seconds=60)
ASK_INTERVAL_MAX: Final = timedelta(hours=6)
ASKED_FOR: Final = timedelta(days=60)
"""How long a gateway is asked about a refund; banks take up to 45 days to credit one."""

FOUND_OUT_AFTER: Final = timedelta(hours=24)
"""How long a gateway alone is asked about a refund before people may say how it ended."""


class RefundCause(enum.StrEnum):
    """Why money goes back."""

    DUPLICATE = "duplicate"  # taken for what was paid already
    AMOUNT_DIFFERS = "amount_differs"  # not the sum that was asked for
    REFUND_DUE = "refund_due"  # the decision was cancelled or lowered after it was paid


class RefundRoute(enum.StrEnum):
    """How money goes back."""

    GATEWAY = "gateway"
    TRANSFER = "transfer"  # by bank, from whoever holds it
    STATE_PROCEDURE = (
        "state_procedure"  # the State has it: it gives it back on a decision of its own
    )


class Holder(enum.StrEnum):
    """Who has the money, and gave it back by bank."""

    GATEWAY = "gateway"  # it has not passed it on
    BENEFICIARY = "beneficiary"  # the gateway passed it on, surplus as it is


class Obstacle(enum.StrEnum):
    """Why money cannot go back so, or not now."""

    NOTHING_LEFT = "nothing_left"  # all of it went back, or is about to
    MORE_THAN_LEFT = "more_than_left"
    ONLY_WHOLE = "only_whole"  # a surplus goes back whole
    WRONG_ROUTE = "wrong_route"
    SAME_PERSON = "same_person"  # who proposed it
    NOT_A_PERSON = "not_a_person"
    CHANGED = "changed"  # it is not what the approver was shown
    NOT_DUE = "not_due"  # less is due back by now
    BENEFICIARY_HAS_IT = "beneficiary_has_it"  # since it was proposed: propose it again
    NOT_APPROVED = "not_approved"
    END_IS_KNOWN = "end_is_known"
    STILL_ASKED = "still_asked"  # its gateway may tell by itself
    ALREADY = "already"  # somebody else approved or rejected it first


class Settlement(enum.StrEnum):
    """How the State gave back what it had."""

    NETTED = "netted"  # the gateway paid the payer, and keeps it from a later payout
    SEPARATELY = "separately"  # the treasury paid the payer; no money of ours moved


class Ending(enum.StrEnum):
    """How a refund ended, as people found."""

    WENT_BACK = "went_back"
    NOTHING_WENT_BACK = "nothing_went_back"


CAUSES: Final = {
    Movement.CAPTURED: RefundCause.REFUND_DUE,
    Movement.CAPTURED_TWICE: RefundCause.DUPLICATE,
    Movement.PARKED: RefundCause.AMOUNT_DIFFERS,
}
"""Why money goes back, by how it came into the book."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A refund somebody asks for.

    `amount` None is all that may go back; `route` None is the way its cause and standing give.
    `obligation_id` says for which obligation a REFUND_DUE is, None for a surplus. `document` is the
    number of the authority's decision, '' without one.
    """

    capture_id: int
    reason: str
    amount: Money | None = None
    obligation_id: int | None = None
    route: RefundRoute | None = None
    document: str = ""


@dataclass(frozen=True, slots=True)
class Refund:
    """One sum on its way back; `number` is our reference to the gateway, the same on every try.

    `payment_transaction` is the gateway's number of the money taken, `gateway_transaction` its
    number of the refund, '' before. `proposed_by` and `approved_by` are who, such as `staff:lan`;
    `approved_by` is '' before. `digest` is of what was approved. `sent_at` is when it was first
    ordered. `next_ask_at` is when it is next looked at, None once nothing is to be asked. `outcome`
    is the last word on it, in the gateway's code or ours. `decision`, `paid_back_on`,
    `bank_reference` and `settlement` say how people paid it back, empty until they did.
    """

    refund_id: int
    number: str
    payment_id: int
    payment_number: str
    attempt_id: int
    capture_id: int
    obligation_id: int | None
    gateway: str
    payment_transaction: str
    amount: Money
    cause: RefundCause
    route: RefundRoute
    state: RefundState
    version: int
    reason: str
    document: str
    proposed_by: str
    proposed_at: datetime
    approved_by: str = ""
    approved_at: datetime | None = None
    digest: bytes = b""
    sent_at: datetime | None = None
    gateway_transaction: str = ""
    next_ask_at: datetime | None = None
    asked_count: int = 0
    finished_at: datetime | None = None
    outcome: str = ""
    decision: str = ""
    bank_reference: str = ""
    paid_back_on: date | None = None
    settlement: Settlement | None = None

    @property
    def reference(self) -> str:
        """Return what the gateway knows it by, the same on every try."""
        return self.number


@dataclass(frozen=True, slots=True)
class RefundWord:
    """What a gateway's word, or ours, says of a refund.

    `evidence_id` is the word itself, None for our own doing; `next_ask_at` is when to ask again.
    `business_date` is the day it is said for, None for the day it is heard on.
    """

    outcome: RefundOutcome
    code: str
    gateway_transaction: str = ""
    evidence_id: int | None = None
    next_ask_at: datetime | None = None
    business_date: date | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a person found out of a refund: whether the payer has it, and on which document."""

    by: str
    went_back: bool
    document: str

    @property
    def ending(self) -> Ending:
        """Return how it ended then."""
        return Ending.WENT_BACK if self.went_back else Ending.NOTHING_WENT_BACK

    def agrees_with(self, other: "Finding") -> bool:
        """Say whether another person found the same on the same document."""
        return self.by != other.by and (self.went_back, self.document) == (
            other.went_back,
            other.document,
        )


@dataclass(frozen=True, slots=True)
class RefundMove:
    """A step of a refund; `evidence_id` is the word it was taken on, None for our own doing."""

    before: Refund
    step: RefundStep
    after: Refund
    at: datetime
    evidence_id: int | None = None


def move_refund(
    refund: Refund,
    step: RefundStep,
    *,
    at: datetime,
    evidence_id: int | None = None,
    outcome: str = "",
) -> RefundMove:
    """Return the refund's next step; at an end nothing more is asked. `outcome` is why, '' as said.

    Raises:
        StepRefused: the table has no such step from here.
    """
    state = take_refund(refund.state, step)
    is_over = state in OVER
    after = replace(
        refund,
        state=state,
        version=refund.version + 1,
        outcome=outcome or refund.outcome,
        next_ask_at=None if is_over else refund.next_ask_at,
        finished_at=at if is_over else None,
    )
    return RefundMove(refund, step, after, at, evidence_id)


def is_person(actor: str) -> bool:
    """Say whether an actor is one of our people and no program."""
    return actor.startswith(PERSON) and len(actor) > len(PERSON)


def may_be_found_out(refund: Refund, *, now: datetime) -> bool:
    """Say whether people may say what became of a refund: its gateway had its time."""
    if refund.state is not RefundState.UNKNOWN:
        return False
    assert refund.sent_at is not None, "what nobody knows the end of was ordered"
    return refund.next_ask_at is None or now >= refund.sent_at + FOUND_OUT_AFTER


def digest_of(refund: Refund) -> bytes:
    """Return the SHA-256 of all that an approver is shown; where it stands is no part of it."""
    payload = {
        "number": refund.number,
        "payment": refund.payment_number,
        "gateway": refund.gateway,
        "payment_transaction": refund.payment_transaction,
        "obligation": refund.obligation_id,
        "amount_vnd": refund.amount.vnd,
        "cause": refund.cause.value,
        "route": refund.route.value,
        "reason": refund.reason,
        "document": refund.document,
        "proposed_by": refund.proposed_by,
    }
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).digest()


def number_of(entry_key: str, *, refunds: int) -> str:
    """Return the number of a sum's next refund after so many; the same however often asked."""
    mark = hashlib.sha256(f"{entry_key}\n{refunds}".encode()).digest()
    return refund_number(int.from_bytes(mark[:8], "big"))


def route_of(cause: RefundCause, *, is_settled: bool) -> RefundRoute:
    """Return how money goes back: what the State has goes back by the State's own procedure."""
    if cause is RefundCause.REFUND_DUE and is_settled:
        return RefundRoute.STATE_PROCEDURE
    return RefundRoute.GATEWAY


def route_after_refusal(cause: RefundCause) -> RefundRoute:
    """Return how money goes back that its gateway does not, or no longer, give back."""
    if cause is RefundCause.REFUND_DUE:
        return RefundRoute.STATE_PROCEDURE
    return RefundRoute.TRANSFER


def step_after(
    taken: Sequence[TakenSum], *, is_another_under_way: bool, is_settled: bool
) -> PaymentStep | None:
    """Return the step of a payment one of whose refunds is over; None while another is under way.

    `taken` are all sums of the payment, with what went back by now.
    """
    if is_another_under_way:
        return None
    if all(each.kept == ZERO for each in taken):
        return PaymentStep.REFUND_ALL
    if any(each.kept > ZERO and each.movement is not Movement.CAPTURED for each in taken):
        return PaymentStep.RESUME_OVERPAID
    return PaymentStep.RESUME_SETTLED if is_settled else PaymentStep.RESUME_PAID


def refusal_of(
    capabilities: Capabilities | None, *, is_whole: bool, paid_at: datetime, now: datetime
) -> str:
    """Return why a gateway cannot give this back now, '' when it can; None is none of ours."""
    if capabilities is None or capabilities.refund_window is None:
        return "not_offered"
    if now > paid_at + capabilities.refund_window:
        return "window_over"
    if not is_whole and not capabilities.refunds_in_part:
        return "not_in_part"
    return ""


def order_of(refund: Refund, prepared: Prepared, taken: TakenSum) -> RefundOrder:
    """Return what a gateway is told of a refund, the same on every try.

    It is told of the sum it took, which need not be the one that was asked for.
    """
    assert refund.sent_at is not None, "an order is written down before it is sent"
    is_numbered = taken.gateway_transaction != taken.reference
    return RefundOrder(
        reference=refund.number,
        payment=replace(prepared, amount=taken.amount),
        gateway_transaction=taken.gateway_transaction if is_numbered else "",
        amount=refund.amount,
        ordered_by=refund.approved_by,
        purpose=f"Hoan tien {refund.payment_number} {refund.number}",
        ordered_at=refund.sent_at,
    )


def next_ask_at(*, asked_count: int, sent_at: datetime, now: datetime) -> datetime | None:
    """Return when to ask about a refund again: ever more rarely, None after `ASKED_FOR`."""
    doubled = FIRST_ASK * 2 ** min(asked_count, 16)
    following = now + min(doubled, ASK_INTERVAL_MAX)
    return following if following <= sent_at + ASKED_FOR else None
