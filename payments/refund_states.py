"""The machine of a refund as a table: proposed, approved by somebody else, ordered, known."""

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from payments.errors import StepRefused


class RefundState(enum.StrEnum):
    """Where money on its way back stands, in the words the API uses."""

    PROPOSED = "proposed"
    REJECTED = "rejected"
    APPROVED = "approved"
    SENT = "sent"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    DONE = "done"
    REFUSED = "refused"


class RefundStep(enum.StrEnum):
    """What may happen to a refund."""

    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"  # nothing is owed back any more
    SEND = "send"  # written down before the gateway hears of it
    PUT_OFF = "put_off"  # nothing happened there for sure; the same order goes out again
    ACCEPT = "accept"  # the gateway will do it, and has not yet
    LOSE_SIGHT = "lose_sight"  # no usable answer: nobody knows whether money went back
    FINISH = "finish"  # the payer has it back
    REFUSE = "refuse"  # known: nothing went back, and nothing will under this number


_R, _RS = RefundState, RefundStep

REFUND_STEPS: Final[Mapping[tuple[RefundState, RefundStep], RefundState]] = MappingProxyType(
    {
        (_R.PROPOSED, _RS.APPROVE): _R.APPROVED,
        (_R.PROPOSED, _RS.REJECT): _R.REJECTED,
        (_R.PROPOSED, _RS.WITHDRAW): _R.REJECTED,
        (_R.APPROVED, _RS.SEND): _R.SENT,
        (_R.APPROVED, _RS.FINISH): _R.DONE,  # Paid back by people, without the gateway.
        (_R.APPROVED, _RS.REFUSE): _R.REFUSED,  # It can no longer go the way it was approved.
        (_R.SENT, _RS.PUT_OFF): _R.APPROVED,
        (_R.SENT, _RS.ACCEPT): _R.ACCEPTED,
        (_R.SENT, _RS.LOSE_SIGHT): _R.UNKNOWN,
        (_R.SENT, _RS.FINISH): _R.DONE,
        (_R.SENT, _RS.REFUSE): _R.REFUSED,
        (_R.ACCEPTED, _RS.FINISH): _R.DONE,
        (_R.ACCEPTED, _RS.REFUSE): _R.REFUSED,
        (_R.UNKNOWN, _RS.ACCEPT): _R.ACCEPTED,
        (_R.UNKNOWN, _RS.FINISH): _R.DONE,
        (_R.UNKNOWN, _RS.REFUSE): _R.REFUSED,
    }
)

CALLED_OFF: Final = frozenset({_R.REJECTED, _R.REFUSED})
"""States of a refund that takes nothing from what may still go back."""

UNDER_WAY: Final = frozenset({_R.APPROVED, _R.SENT, _R.ACCEPTED, _R.UNKNOWN})
"""States of a refund that two people want and that is not over."""

OVER: Final = CALLED_OFF | {_R.DONE}
"""States of a refund that nothing leads on from."""

AT_GATEWAY: Final = frozenset({_R.SENT, _R.ACCEPTED, _R.UNKNOWN})
"""States of a refund that its gateway may have heard of and that only evidence ends."""


def take_refund(state: RefundState, step: RefundStep) -> RefundState:
    """Return the state after the step.

    Raises:
        StepRefused: the table has no such step from here.
    """
    after = REFUND_STEPS.get((state, step))
    if after is None:
        raise StepRefused(machine="refund", state=state, step=step)
    return after
