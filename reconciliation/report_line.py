"""A line of a gateway's report as a partner's word: where it stands, and what it says."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateways.contract import Notice, Outcome, RawRequest
from payments.evidence import EvidenceKind, Received
from reconciliation.matching import OpenLine

_PLACE: Final = re.compile(r"(?P<source>[^/]+)/(?P<sha256>[0-9a-f]{64})/(?P<line>[0-9]+)")


@dataclass(frozen=True, slots=True)
class Place:
    """One line of one file, found again by the file's bytes."""

    source: str
    sha256: bytes
    line: int

    @property
    def path(self) -> str:
        """Return the place as evidence keeps it."""
        return f"{self.source}/{self.sha256.hex()}/{self.line}"


def place_of(path: str) -> Place | None:
    """Return the place evidence names, None when it names none."""
    found = _PLACE.fullmatch(path)
    if found is None:
        return None
    return Place(found["source"], bytes.fromhex(found["sha256"]), int(found["line"]))


def received_of(
    line: OpenLine, *, gateway: str, source: str, sha256: bytes, now: datetime
) -> Received:
    """Return the line as a verified word: the file's bytes, which we keep, are its proof."""
    return Received(
        kind=EvidenceKind.REPORT_LINE,
        raw=RawRequest(
            method="FILE",
            path=Place(source, sha256, line.line).path,
            query=b"",
            headers=(),
            body=b"",
            peer=source,
        ),
        notice=Notice(
            gateway=gateway,
            reference=line.reference,
            gateway_transaction=line.transaction,
            outcome=Outcome.PAID,
            amount=line.amount,
            currency="VND",
            occurred_at=line.occurred_at,
            partner_code="report",
        ),
        received_at=now,
    )
