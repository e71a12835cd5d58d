"""What a client is told of the proof of its payment."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from payments.client_event import ClientNews, EventType
from payments.payment import Payment
from payments.proven import AcknowledgementTurn, Ended

_TYPES: Final[Mapping[AcknowledgementTurn, EventType]] = MappingProxyType(
    {
        AcknowledgementTurn.REPLACED: EventType.ACKNOWLEDGEMENT_REPLACED,
        AcknowledgementTurn.REVOKED: EventType.ACKNOWLEDGEMENT_REVOKED,
    }
)


def ended_news(payment: Payment, ended: Ended) -> ClientNews:
    """Return the news that a proof counts no more, and which one does."""
    said = {
        "number": ended.number,
        "refund_number": ended.refund_number,
        "kept_vnd": ended.kept.vnd,
        "replaced_by": None if ended.successor is None else ended.successor.number,
    }
    return ClientNews(
        _TYPES[ended.turn], payment, ended.number, ended.at, {"acknowledgement": said}
    )
