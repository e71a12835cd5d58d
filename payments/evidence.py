"""The raw word of a partner, and the message we believe it to be."""

import enum
from dataclasses import dataclass, replace
from datetime import datetime

from gateways.contract import Answered, Notice, Outcome, Prepared, RawRequest


class EvidenceKind(enum.StrEnum):
    """How a partner's word reached us."""

    CALLBACK = "callback"
    ANSWER = "answer"  # what it said when asked
    REPORT_LINE = "report_line"  # a line of its settlement report


@dataclass(frozen=True, slots=True)
class Received:
    """One verified notice with the exact bytes it was read from.

    For an ANSWER the bytes are `raw.body`; for a REPORT_LINE `raw.path` names file and line.
    """

    kind: EvidenceKind
    raw: RawRequest
    notice: Notice
    received_at: datetime


def told(answered: Answered, *, means: Outcome, received_at: datetime) -> Received:
    """Return a gateway's answer about an order as evidence of what it means by now."""
    return Received(
        kind=EvidenceKind.ANSWER,
        raw=RawRequest(method="", path="ask", query=b"", headers=(), body=answered.raw, peer=""),
        notice=replace(answered.notice, outcome=means),
        received_at=received_at,
    )


def answer_of(
    gateway: str,
    prepared: Prepared,
    raw: bytes,
    *,
    outcome: Outcome,
    partner_code: str,
    asked: str,
    received_at: datetime,
) -> Received:
    """Return what a gateway answered to a call of ours; `asked` names the call."""
    return Received(
        kind=EvidenceKind.ANSWER,
        raw=RawRequest(method="", path=asked, query=b"", headers=(), body=raw, peer=""),
        notice=Notice(
            gateway=gateway,
            reference=prepared.reference,
            gateway_transaction="",
            outcome=outcome,
            amount=None,
            currency="",
            occurred_at=None,
            partner_code=partner_code,
        ),
        received_at=received_at,
    )
