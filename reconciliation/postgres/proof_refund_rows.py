"""What proofs ask about money that goes back: never twice, never alone, never past the book."""

from typing import Final

from ledger.postgres.transaction import Tx
from reconciliation.postgres.proof_rows import Found, find

# How each way of going back is booked; what the treasury paid itself is in no book of ours.
_NOT_AS_BOOKED: Final = """
SELECT 'refund ' || refund.number || ' is ' || refund.state || ' (' || refund.route || '): '
    || refund.amount_vnd || ' dong, ' || coalesce(sum(transfer.amount_vnd), 0) || ' booked'
FROM payments.refund
LEFT JOIN ledger.entry
    ON entry.idempotency_key IN ('refunded:' || refund.number, 'made_good:' || refund.number)
LEFT JOIN ledger.transfer ON transfer.entry_id = entry.entry_id
GROUP BY refund.refund_id
HAVING coalesce(sum(transfer.amount_vnd), 0) <> CASE
    WHEN refund.state = 'done' AND refund.settlement IS DISTINCT FROM 'separately'
        THEN refund.amount_vnd
    ELSE 0
END
UNION ALL
SELECT 'entry ' || entry.idempotency_key || ' gives money back for no refund'
FROM ledger.entry
LEFT JOIN payments.refund ON refund.number = split_part(entry.idempotency_key, ':', 2)
WHERE entry.movement IN ('refunded', 'refund_granted') AND refund.refund_id IS NULL
"""
_BEYOND_TAKEN: Final = """
SELECT capture.gateway || ' transaction ' || capture.gateway_transaction || ': '
    || sum(refund.amount_vnd) || ' dong asked back of ' || capture.amount_vnd || ' taken'
FROM payments.refund
JOIN payments.capture ON capture.capture_id = refund.capture_id
WHERE refund.state NOT IN ('rejected', 'refused')
GROUP BY capture.capture_id
HAVING sum(refund.amount_vnd) > capture.amount_vnd
"""
_ALONE: Final = """
SELECT 'refund ' || refund.number || ' is ' || refund.state || ', proposed by '
    || refund.proposed_by || ', approved by ' || coalesce(nullif(refund.approved_by, ''), 'nobody')
FROM payments.refund
WHERE refund.state NOT IN ('proposed', 'rejected')
    AND (refund.approved_by = refund.proposed_by OR refund.approved_by NOT LIKE 'staff:_%%'
        OR refund.digest IS NULL)
"""
_PAYMENTS_ASTRAY: Final = """
SELECT 'payment ' || payment.number || ' is ' || payment.state || ', ' || count(refund.refund_id)
    FILTER (WHERE refund.state IN ('approved', 'sent', 'accepted', 'unknown'))
    || ' refunds of it are under way'
FROM payments.payment
LEFT JOIN payments.refund ON refund.payment_id = payment.payment_id
WHERE payment.state IN ('refunding', 'refunded') OR refund.refund_id IS NOT NULL
GROUP BY payment.payment_id
HAVING (payment.state = 'refunding') <> coalesce(
    bool_or(refund.state IN ('approved', 'sent', 'accepted', 'unknown')), false
)
UNION ALL
SELECT 'payment ' || payment.number || ' is refunded, but money of it is kept'
FROM payments.payment
JOIN payments.capture ON capture.payment_id = payment.payment_id
WHERE payment.state = 'refunded' AND capture.amount_vnd > (
    SELECT coalesce(sum(refund.amount_vnd), 0) FROM payments.refund
    WHERE refund.capture_id = capture.capture_id AND refund.state = 'done'
)
"""


def not_as_booked(tx: Tx) -> Found:
    """Return refunds that the book knows otherwise, and money back without a refund."""
    return find(tx, _NOT_AS_BOOKED)


def beyond_taken(tx: Tx) -> Found:
    """Return sums of which more is asked back than was taken."""
    return find(tx, _BEYOND_TAKEN)


def alone(tx: Tx) -> Found:
    """Return refunds that nobody else than their proposer approved."""
    return find(tx, _ALONE)


def payments_astray(tx: Tx) -> Found:
    """Return payments that do not stand where their refunds put them."""
    return find(tx, _PAYMENTS_ASTRAY)
