"""The two machines as tables: what a citizen sees, and one try at one gateway."""

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from payments.errors import StepRefused


class PaymentState(enum.StrEnum):
    """Where a payment stands, in the words the API uses."""

    CREATED = "created"
    PENDING = "pending"
    UNKNOWN = "unknown"
    HELD = "held"
    PAID = "paid"
    SETTLED = "settled"
    FAILED = "failed"
    EXPIRED = "expired"
    OVERPAID = "overpaid"
    REFUNDING = "refunding"
    REFUNDED = "refunded"


class PaymentStep(enum.StrEnum):
    """What may happen to a payment."""

    SEND = "send"  # an attempt is written down, so a gateway may hear of it any moment
    LOSE_SIGHT = "lose_sight"  # no usable answer: nobody knows whether money moved
    HEAR_PENDING = "hear_pending"  # the gateway says: not finished
    CONFIRM = "confirm"  # money taken, exactly what was asked
    CONFIRM_SURPLUS = "confirm_surplus"  # money taken for what was paid already
    HOLD = "hold"  # money taken, but not believed or not what was asked
    FAIL = "fail"  # known: no money moved
    EXPIRE = "expire"  # time ran out, and the gateway says: not paid
    SETTLE = "settle"  # the beneficiary has it
    CANCEL = "cancel"  # the payer or the client wants it no more; what a gateway took still counts
    REFUND = "refund"  # money is on its way back
    RESUME_PAID = "resume_paid"  # that refund is over; what is left is paid
    RESUME_SETTLED = "resume_settled"  # ... and the beneficiary has it
    RESUME_OVERPAID = "resume_overpaid"  # that refund is over; more is still to go back
    REFUND_ALL = "refund_all"  # nothing that was taken is kept


class AttemptState(enum.StrEnum):
    """Where one try at one gateway stands."""

    PREPARED = "prepared"
    SENT = "sent"
    UNKNOWN = "unknown"
    HELD = "held"
    CAPTURED = "captured"
    FAILED = "failed"
    EXPIRED = "expired"


class AttemptStep(enum.StrEnum):
    """What may happen to an attempt."""

    SEND = "send"
    LOSE_SIGHT = "lose_sight"
    HEAR_PENDING = "hear_pending"
    CAPTURE = "capture"
    CAPTURE_AGAIN = "capture_again"  # a second transaction of the gateway under our reference
    HOLD = "hold"
    FAIL = "fail"
    EXPIRE = "expire"


_P, _PS = PaymentState, PaymentStep
_A, _AS = AttemptState, AttemptStep

PAYMENT_STEPS: Final[Mapping[tuple[PaymentState, PaymentStep], PaymentState]] = MappingProxyType(
    {
        (_P.CREATED, _PS.SEND): _P.PENDING,
        (_P.CREATED, _PS.EXPIRE): _P.EXPIRED,
        (_P.CREATED, _PS.CANCEL): _P.FAILED,
        (_P.PENDING, _PS.CANCEL): _P.PENDING,
        (_P.UNKNOWN, _PS.CANCEL): _P.UNKNOWN,
        (_P.FAILED, _PS.CANCEL): _P.FAILED,
        (_P.PENDING, _PS.LOSE_SIGHT): _P.UNKNOWN,
        (_P.PENDING, _PS.CONFIRM): _P.PAID,
        (_P.PENDING, _PS.CONFIRM_SURPLUS): _P.OVERPAID,
        (_P.PENDING, _PS.HOLD): _P.HELD,
        (_P.PENDING, _PS.FAIL): _P.FAILED,
        (_P.PENDING, _PS.EXPIRE): _P.EXPIRED,
        (_P.UNKNOWN, _PS.HEAR_PENDING): _P.PENDING,
        (_P.UNKNOWN, _PS.CONFIRM): _P.PAID,
        (_P.UNKNOWN, _PS.CONFIRM_SURPLUS): _P.OVERPAID,
        (_P.UNKNOWN, _PS.HOLD): _P.HELD,
        (_P.UNKNOWN, _PS.FAIL): _P.FAILED,
        (_P.UNKNOWN, _PS.EXPIRE): _P.EXPIRED,
        (_P.HELD, _PS.CONFIRM): _P.PAID,
        (_P.HELD, _PS.CONFIRM_SURPLUS): _P.OVERPAID,
        (_P.HELD, _PS.HOLD): _P.HELD,
        (_P.HELD, _PS.FAIL): _P.FAILED,
        (_P.FAILED, _PS.SEND): _P.PENDING,
        (_P.FAILED, _PS.EXPIRE): _P.EXPIRED,
        (_P.FAILED, _PS.CONFIRM): _P.PAID,  # A late success outweighs an earlier "no".
        (_P.FAILED, _PS.CONFIRM_SURPLUS): _P.OVERPAID,
        (_P.FAILED, _PS.HOLD): _P.HELD,
        (_P.EXPIRED, _PS.CONFIRM): _P.PAID,  # Late, but the money is real.
        (_P.EXPIRED, _PS.CONFIRM_SURPLUS): _P.OVERPAID,
        (_P.EXPIRED, _PS.HOLD): _P.HELD,
        (_P.PAID, _PS.CONFIRM_SURPLUS): _P.OVERPAID,
        (_P.PAID, _PS.SETTLE): _P.SETTLED,
        (_P.SETTLED, _PS.CONFIRM_SURPLUS): _P.OVERPAID,
        (_P.OVERPAID, _PS.CONFIRM_SURPLUS): _P.OVERPAID,
        (_P.OVERPAID, _PS.SETTLE): _P.OVERPAID,
        (_P.HELD, _PS.REFUND): _P.REFUNDING,
        (_P.PAID, _PS.REFUND): _P.REFUNDING,
        (_P.SETTLED, _PS.REFUND): _P.REFUNDING,
        (_P.OVERPAID, _PS.REFUND): _P.REFUNDING,
        (_P.REFUNDING, _PS.CONFIRM_SURPLUS): _P.REFUNDING,
        (_P.REFUNDING, _PS.SETTLE): _P.REFUNDING,
        (_P.REFUNDING, _PS.RESUME_PAID): _P.PAID,
        (_P.REFUNDING, _PS.RESUME_SETTLED): _P.SETTLED,
        (_P.REFUNDING, _PS.RESUME_OVERPAID): _P.OVERPAID,
        (_P.REFUNDING, _PS.REFUND_ALL): _P.REFUNDED,
        (_P.REFUNDED, _PS.CONFIRM_SURPLUS): _P.OVERPAID,
    }
)

ATTEMPT_STEPS: Final[Mapping[tuple[AttemptState, AttemptStep], AttemptState]] = MappingProxyType(
    {
        (_A.PREPARED, _AS.SEND): _A.SENT,
        (_A.PREPARED, _AS.LOSE_SIGHT): _A.UNKNOWN,
        (_A.PREPARED, _AS.CAPTURE): _A.CAPTURED,
        (_A.PREPARED, _AS.HOLD): _A.HELD,
        (_A.PREPARED, _AS.FAIL): _A.FAILED,
        (_A.PREPARED, _AS.EXPIRE): _A.EXPIRED,
        (_A.SENT, _AS.LOSE_SIGHT): _A.UNKNOWN,
        (_A.SENT, _AS.CAPTURE): _A.CAPTURED,
        (_A.SENT, _AS.HOLD): _A.HELD,
        (_A.SENT, _AS.FAIL): _A.FAILED,
        (_A.SENT, _AS.EXPIRE): _A.EXPIRED,
        (_A.UNKNOWN, _AS.HEAR_PENDING): _A.SENT,
        (_A.UNKNOWN, _AS.CAPTURE): _A.CAPTURED,
        (_A.UNKNOWN, _AS.HOLD): _A.HELD,
        (_A.UNKNOWN, _AS.FAIL): _A.FAILED,
        (_A.UNKNOWN, _AS.EXPIRE): _A.EXPIRED,
        (_A.HELD, _AS.CAPTURE): _A.CAPTURED,
        (_A.HELD, _AS.HOLD): _A.HELD,
        (_A.HELD, _AS.FAIL): _A.FAILED,
        (_A.FAILED, _AS.CAPTURE): _A.CAPTURED,
        (_A.FAILED, _AS.HOLD): _A.HELD,
        (_A.EXPIRED, _AS.CAPTURE): _A.CAPTURED,
        (_A.EXPIRED, _AS.HOLD): _A.HELD,
        (_A.CAPTURED, _AS.CAPTURE_AGAIN): _A.CAPTURED,
    }
)

LOCKING: Final = frozenset({_P.CREATED, _P.PENDING, _P.UNKNOWN, _P.HELD})
"""States of a payment in which its obligations stay locked and nobody else may pay them."""

FULFILLED: Final = frozenset({_P.PAID, _P.SETTLED, _P.OVERPAID, _P.REFUNDING, _P.REFUNDED})
"""States of a payment in which more money can only be surplus."""

LIVE: Final = frozenset({_A.PREPARED, _A.SENT, _A.UNKNOWN, _A.HELD})
"""States of an attempt that may still end either way: no other gateway is tried meanwhile."""

STARTABLE: Final = frozenset({_A.PREPARED, _A.SENT})
"""States of an attempt in which the payer may be sent to the gateway (again)."""

FINAL: Final = frozenset({_A.CAPTURED, _A.FAILED, _A.EXPIRED})
"""States of an attempt that only new money can change."""


def take_payment(state: PaymentState, step: PaymentStep) -> PaymentState:
    """Return the state after the step.

    Raises:
        StepRefused: the table has no such step from here.
    """
    after = PAYMENT_STEPS.get((state, step))
    if after is None:
        raise StepRefused(machine="payment", state=state, step=step)
    return after


def take_attempt(state: AttemptState, step: AttemptStep) -> AttemptState:
    """Return the state after the step.

    Raises:
        StepRefused: the table has no such step from here.
    """
    after = ATTEMPT_STEPS.get((state, step))
    if after is None:
        raise StepRefused(machine="attempt", state=state, step=step)
    return after
