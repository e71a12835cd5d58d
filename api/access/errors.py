"""Why a partner is turned away although its key is right.

PartnerRefused          `field` is what was missing or wrong, `reason` why, in English
├── ScopeMissing        the key has not the right that the door asks for
├── CertificateRefused  no certificate of this partner was shown
├── SignatureRefused    the request is not signed as it should be, or was altered, or is old
└── RequestsSpent       the partner's share of this minute is used up
CertificateUnreadable   what an operator gave is no certificate and no fingerprint of one
"""


class PartnerRefused(Exception):
    """A partner is known, and yet this request is not taken."""

    def __init__(self, *, field: str, reason: str) -> None:
        """Name what was missing or wrong, and why."""
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class ScopeMissing(PartnerRefused):
    """The key has not the right that the door asks for."""


class CertificateRefused(PartnerRefused):
    """No certificate of this partner was shown."""


class SignatureRefused(PartnerRefused):
    """The request is not signed as it should be, or was altered, or is old."""


class RequestsSpent(PartnerRefused):
    """The partner's share of this minute is used up; `retry_after_s` says when the next begins."""

    def __init__(self, *, field: str, reason: str, retry_after_s: int) -> None:
        """Name the share, and when there is a new one."""
        super().__init__(field=field, reason=reason)
        self.retry_after_s = retry_after_s


class CertificateUnreadable(Exception):
    """What an operator gave is no certificate and no fingerprint; the message is for them."""
