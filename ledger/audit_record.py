"""Who did what to what, and why: the record of a human act, its bytes and their digest.

The canonical form is UTF-8 text, each line ended by one line feed:

    audit 1                                       the form and its version
    os:lan                                        actor
    day.close                                     action
    day:2026-11-21                                subject
    Bank statement came late, checked by phone    reason

No field can hold a line end, so two records never have the same bytes. The digest is SHA-256 of
these bytes.
"""

import enum
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

REASON_MAX: Final = 500
NAME_SHAPE: Final = re.compile(r"[!-~](?:[ -~]{0,118}[!-~])?")
ACTION_SHAPE: Final = re.compile(r"[a-z_.]{1,40}")
# Control characters, the two other ends of a line, and halves of characters that UTF-8 cannot hold.
_UNPRINTABLE: Final = "\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
REASON_SHAPE: Final = re.compile(f"[^{_UNPRINTABLE}]{{1,{REASON_MAX}}}")
_UNPRINTABLES: Final = re.compile(f"[{_UNPRINTABLE}]+")


class Act(enum.StrEnum):
    """Everything people do here that is recorded."""

    SIGN_IN = "staff.sign_in"
    SIGN_IN_REFUSED = "staff.sign_in_refused"
    SIGN_OUT = "staff.sign_out"
    MATCH_DAY = "day.match"
    CLOSE_DAY = "day.close"
    CLOSE_DAY_EARLY = "day.close_early"
    EXPORT_JOURNAL = "journal.export"
    VIEW_DAY = "day.view"
    VIEW_ACCOUNT = "account.view"
    VIEW_AUDIT = "audit.view"
    REGISTER_AUTHORITY = "authority.register"
    END_AUTHORITY = "authority.end"
    REGISTER_PARTNER = "partner.register"
    CHANGE_PARTNER = "partner.change"
    ISSUE_PARTNER_KEY = "partner.issue_key"
    REVOKE_PARTNER_KEY = "partner.revoke_key"
    ADD_SIGNING_KEY = "partner.add_signing_key"
    REVOKE_SIGNING_KEY = "partner.revoke_signing_key"
    VIEW_DELIVERIES = "deliveries.view"
    REPLAY_EVENTS = "deliveries.replay"
    DECLARE_OUTAGE = "authority.outage"
    PREVIEW_LIST = "list.preview"
    TAKE_LIST = "list.take"
    ROTATE_KEYS = "keys.rotate"
    VIEW_REFUNDS = "refunds.view"
    PROPOSE_REFUND = "refund.propose"
    APPROVE_REFUND = "refund.approve"
    REJECT_REFUND = "refund.reject"
    RECORD_TRANSFER = "refund.transfer"
    RECORD_STATE_REFUND = "refund.state_decision"
    FIND_REFUND_OUT = "refund.find_out"


class StockReason(enum.StrEnum):
    """Reasons of acts that nobody was asked to explain, or did not."""

    KEY_SHOWN = "staff key shown"
    KEY_REFUSED = "staff key refused"
    ASKED_TO_LEAVE = "asked to leave"
    CLOSED_BY_HAND = "closed by hand"
    TAKEN_OUT_BY_HAND = "taken out by hand"
    OPENED_PAGE = "opened the page"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """One act of a person; `actor` and `subject` are a kind, a colon and a name without secrets.

    The database takes a reason in composed form (NFC) only, as `reason_of` returns it. That is not
    asked again here, so that a record once written can be read whatever characters come to be.
    """

    actor: str
    action: str
    subject: str
    reason: str

    def __post_init__(self) -> None:
        """Refuse words the book cannot hold.

        Raises:
            ValueError: the actor, action, subject or reason is malformed.
        """
        for name in (self.actor, self.subject):
            if not NAME_SHAPE.fullmatch(name):
                msg = f"{name!r} names nobody and nothing: 1 to 120 printable ASCII characters"
                raise ValueError(msg)
        if not ACTION_SHAPE.fullmatch(self.action):
            msg = f"{self.action!r} cannot name an action"
            raise ValueError(msg)
        if not REASON_SHAPE.fullmatch(self.reason):
            msg = f"a reason is one line of 1 to {REASON_MAX} characters, not {self.reason!r}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doer:
    """Somebody who is about to act, and why."""

    actor: str
    reason: str

    def did(self, act: Act, *, to: str) -> AuditRecord:
        """Return the record of one act.

        Raises:
            ValueError: the actor, subject or reason is malformed.
        """
        return AuditRecord(actor=self.actor, action=str(act), subject=to, reason=self.reason)


def canonical_bytes(record: AuditRecord) -> bytes:
    """Return the canonical form."""
    lines = ("audit 1", record.actor, record.action, record.subject, record.reason)
    return ("\n".join(lines) + "\n").encode()


def digest_of(record: AuditRecord) -> bytes:
    """Return the 32 bytes that stand for the whole record."""
    return hashlib.sha256(canonical_bytes(record)).digest()


def reason_of(text: str) -> str:
    """Return what somebody typed as a reason: composed, on one line; '' when nothing is left."""
    return unicodedata.normalize("NFC", _UNPRINTABLES.sub(" ", text)).strip()
