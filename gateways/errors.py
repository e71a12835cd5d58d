"""What went wrong at a gateway, named by what to do next.

GatewayError
├── Declined         a final no: close the attempt, offer another way
├── Retryable        nothing happened for sure: the same request may be sent again
├── OutcomeUnknown   sent, no usable answer: never again with a new reference; ask, or wait
├── Misconfigured    our keys, address or contract: stop routing here, call a person
└── Untrusted        an answer that fails its checks: keep the bytes, believe nothing
"""


class GatewayError(Exception):
    """An answer other than the one hoped for; `raw` is what the partner said, b'' when nothing."""

    def __init__(self, reason: str, *, raw: bytes = b"", partner_code: str = "") -> None:
        """Keep the reason, the bytes for evidence and the partner's own code."""
        super().__init__(reason)
        self.reason = reason
        self.raw = raw
        self.partner_code = partner_code


class Declined(GatewayError):
    """A final no from the partner: no money moved and none will."""


class Retryable(GatewayError):
    """Nothing happened at the partner for sure; the same request may be sent again."""


class OutcomeUnknown(GatewayError):
    """Something may have happened; only evidence will tell."""


class Misconfigured(GatewayError):
    """The partner refuses us because of our own set-up; retrying helps nobody."""


class Untrusted(GatewayError):
    """A message that fails signature, merchant or shape checks."""
