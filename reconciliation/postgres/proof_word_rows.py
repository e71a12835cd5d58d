"""What partners said and what stands on it, for whoever reads it again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from gateways.contract import Prepared, RawRequest
from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.acknowledgement import SignedAcknowledgement
from payments.evidence import EvidenceKind
from reconciliation.postgres.proof_rows import Found, find, stream

_WORDS: Final = """
SELECT
    evidence.gateway, evidence.kind, evidence.method, evidence.path, evidence.query,
    evidence.headers, evidence.body, evidence.peer, evidence.verdict,
    attempt.reference, attempt.amount_vnd, attempt.created_at, attempt.expires_at, attempt.fields,
    attempt.state, booked.transactions, booked.amounts
FROM payments.evidence
JOIN payments.attempt
    ON attempt.gateway = evidence.gateway AND attempt.reference = evidence.reference
LEFT JOIN (
    SELECT capture.gateway, capture.reference,
        array_agg(capture.gateway_transaction ORDER BY capture.capture_id) AS transactions,
        array_agg(capture.amount_vnd ORDER BY capture.capture_id) AS amounts
    FROM payments.capture
    GROUP BY capture.gateway, capture.reference
) AS booked
    ON booked.gateway = attempt.gateway AND booked.reference = attempt.reference
WHERE evidence.verdict NOT IN ('bad_signature', 'malformed')
"""

_TAKEN: Final = """
SELECT
    capture.gateway, capture.gateway_transaction, capture.amount_vnd AS taken_vnd,
    capture.reference AS order_reference, evidence.kind, evidence.method, evidence.path,
    evidence.query, evidence.headers, evidence.body, evidence.peer,
    attempt.reference, attempt.amount_vnd, attempt.created_at, attempt.expires_at, attempt.fields
FROM payments.capture
LEFT JOIN payments.evidence ON evidence.evidence_id = capture.evidence_id
LEFT JOIN payments.attempt
    ON attempt.gateway = capture.gateway AND attempt.reference = capture.reference
"""

# Who stands behind an entry: for money taken a sum with its evidence, for money parked from a
# report its line, for money passed on or arrived what was matched, for money back its refund.
_GHOSTS: Final = """
SELECT 'entry ' || entry.idempotency_key || ' of ' || entry.business_date || ' (' || entry.source
    || '): nothing a partner said stands behind it'
FROM ledger.entry
LEFT JOIN payments.capture
    ON capture.entry_key = entry.idempotency_key
    AND entry.source = 'evidence:' || capture.evidence_id
LEFT JOIN reconciliation.item
    ON entry.movement = 'parked'
    AND item.item_id::text = split_part(entry.idempotency_key, ':', 4)
    AND entry.source = 'file:' || item.file_id || ':line:' || item.line
LEFT JOIN reconciliation.match_group
    ON match_group.group_id::text = split_part(entry.idempotency_key, ':', 2)
    AND (entry.movement, match_group.kind) IN (
        ('settled', 'passed_on'), ('withheld', 'passed_on'),
        ('credited', 'arrived'), ('given_back', 'arrived')
    )
LEFT JOIN payments.refund
    ON refund.number = split_part(entry.idempotency_key, ':', 2) AND refund.state = 'done'
    AND entry.movement IN ('refund_granted', 'identified', 'refunded', 'claimed', 'made_good')
WHERE capture.capture_id IS NULL AND item.item_id IS NULL AND match_group.group_id IS NULL
    AND refund.refund_id IS NULL
"""

_PROOFS_OF_PAYMENT: Final = """
SELECT
    payment.number AS payment_number, capture.capture_id, capture.gateway,
    capture.gateway_transaction, capture.amount_vnd, capture.paid_at, acknowledgement.number,
    acknowledgement.payload, acknowledgement.signature, acknowledgement.key_id
FROM (SELECT * FROM payments.capture WHERE capture.movement = 'captured') AS capture
FULL JOIN payments.acknowledgement ON acknowledgement.payment_id = capture.payment_id
LEFT JOIN payments.payment
    ON payment.payment_id = coalesce(capture.payment_id, acknowledgement.payment_id)
"""
_NUMBERS_TWICE: Final = """
SELECT 'number ' || acknowledgement.number || ' was given to ' || count(*) || ' proofs of payment'
FROM payments.acknowledgement
GROUP BY acknowledgement.number
HAVING count(*) > 1
"""


@dataclass(frozen=True, slots=True)
class Word:
    """A partner's word as it was kept; `prepared` is the order it is about, None for none of ours.

    For a line of a report, `raw.path` names the file and the line.
    """

    gateway: str
    kind: EvidenceKind
    raw: RawRequest
    prepared: Prepared | None


@dataclass(frozen=True, slots=True)
class Heard:
    """A genuine word about an order of ours, and what is booked for that order by transaction.

    `is_believed` says that it was taken as it is, `is_held` that people look at the order.
    """

    word: Word
    reference: str
    is_believed: bool
    is_held: bool
    booked: Mapping[str, Money]


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum we say a gateway took, and the word it was booked on, None where there is none."""

    gateway: str
    gateway_transaction: str
    reference: str
    amount: Money
    word: Word | None


@dataclass(frozen=True, slots=True)
class Fulfilled:
    """What fulfilled a payment, by whose transaction and when the money was taken."""

    gateway: str
    gateway_transaction: str
    amount: Money
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment, what fulfilled it, and its proof; the last two are None where missing."""

    number: str
    fulfilled: Fulfilled | None
    signed: SignedAcknowledgement | None


def words(tx: Tx) -> Iterator[Heard]:
    """Give every genuine word about an order of ours."""
    for row in stream(tx, _WORDS):
        booked = zip(row.transactions or (), row.amounts or (), strict=True)
        yield Heard(
            word=_word(row),
            reference=str(row.reference),
            is_believed=row.verdict in {"recorded", "already_recorded"},
            is_held=row.state == "held",
            booked={str(transaction): Money(int(amount)) for transaction, amount in booked},
        )


def sums(tx: Tx) -> Iterator[Sum]:
    """Give every sum with the word it was booked on."""
    for row in stream(tx, _TAKEN):
        yield Sum(
            gateway=str(row.gateway),
            gateway_transaction=str(row.gateway_transaction),
            reference=str(row.order_reference),
            amount=Money(int(row.taken_vnd)),
            word=None if row.kind is None else _word(row),
        )


def ghosts(tx: Tx) -> Found:
    """Return entries that no word, line or match stands behind."""
    return find(tx, _GHOSTS)


def paid(tx: Tx) -> Iterator[Paid]:
    """Give every fulfilled payment and every proof of payment, side by side."""
    for row in stream(tx, _PROOFS_OF_PAYMENT):
        yield Paid(
            number=str(row.payment_number),
            fulfilled=None if row.capture_id is None else _fulfilled(row),
            signed=None if row.number is None else _signed(row),
        )


def numbers_twice(tx: Tx) -> Found:
    """Return numbers that several proofs of payment bear."""
    return find(tx, _NUMBERS_TWICE)


def _word(row: Row[Any]) -> Word:
    return Word(
        gateway=str(row.gateway),
        kind=EvidenceKind(row.kind),
        raw=RawRequest(
            method=str(row.method),
            path=str(row.path),
            query=bytes(row.query),
            headers=tuple((str(name), str(value)) for name, value in row.headers),
            body=bytes(row.body),
            peer=str(row.peer),
        ),
        prepared=None if row.reference is None else _prepared(row),
    )


def _prepared(row: Row[Any]) -> Prepared:
    return Prepared(
        reference=str(row.reference),
        amount=Money(int(row.amount_vnd)),
        created_at=row.created_at,
        expires_at=row.expires_at,
        fields=row.fields,
    )


def _fulfilled(row: Row[Any]) -> Fulfilled:
    return Fulfilled(
        gateway=str(row.gateway),
        gateway_transaction=str(row.gateway_transaction),
        amount=Money(int(row.amount_vnd)),
        paid_at=row.paid_at,
    )


def _signed(row: Row[Any]) -> SignedAcknowledgement:
    return SignedAcknowledgement(
        number=str(row.number),
        payload=bytes(row.payload),
        signature=bytes(row.signature),
        key_id=str(row.key_id),
    )
