"""What a client is told of money on its way back."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from ledger.money import Money
from payments.client_event import ClientNews, EventType
from payments.payment import Payment
from payments.refund import Refund, RefundCause, RefundMove, RefundRoute
from payments.refund_states import RefundState

_TYPES: Final[Mapping[RefundState, EventType]] = MappingProxyType(
    {
        RefundState.PROPOSED: EventType.REFUND_PROPOSED,
        RefundState.REJECTED: EventType.REFUND_REJECTED,
        RefundState.APPROVED: EventType.REFUND_APPROVED,
        RefundState.SENT: EventType.REFUND_SENT,
        RefundState.ACCEPTED: EventType.REFUND_ACCEPTED,
        RefundState.UNKNOWN: EventType.REFUND_UNKNOWN,
        RefundState.DONE: EventType.REFUND_DONE,
        RefundState.REFUSED: EventType.REFUND_REFUSED,
    }
)


def proposed_news(
    payment: Payment,
    *,
    number: str,
    amount: Money,
    cause: RefundCause,
    route: RefundRoute,
    at: datetime,
) -> ClientNews:
    """Return the news that somebody proposed to give money back."""
    said = refund_snapshot(number, RefundState.PROPOSED, amount=amount, cause=cause, route=route)
    return ClientNews(EventType.REFUND_PROPOSED, payment, f"{number}/0", at, {"refund": said})


def step_news(payment: Payment, move: RefundMove) -> ClientNews:
    """Return the news of one step; `status` of the refund says what its type leaves open."""
    after: Refund = move.after
    said = refund_snapshot(
        after.number, after.state, amount=after.amount, cause=after.cause, route=after.route
    )
    return ClientNews(
        _TYPES[after.state],
        payment,
        f"{after.number}/{after.version}",
        move.at,
        {"refund": said},
    )


def refund_snapshot(
    number: str, state: RefundState, *, amount: Money, cause: RefundCause, route: RefundRoute
) -> dict[str, object]:
    """Return a refund as events show it: nothing that people wrote, and nothing of the payer."""
    return {
        "number": number,
        "status": state.value,
        "amount_vnd": amount.vnd,
        "cause": cause.value,
        "route": route.value,
    }
