"""What proofs ask about money: taken, booked once, acknowledged; payments beside the book."""

from collections.abc import Mapping
from typing import Final

from ledger.postgres.transaction import Tx
from reconciliation.postgres.proof_rows import Found, find

_NOT_BOOKED: Final = """
SELECT
    capture.gateway || ' transaction ' || capture.gateway_transaction || ', order '
    || capture.reference || ': ' || capture.amount_vnd || ' dong taken, '
    || coalesce(booked.amount_vnd || ' booked', 'no entry ' || capture.entry_key)
FROM payments.capture
LEFT JOIN (
    SELECT entry.idempotency_key, entry.movement, entry.business_date,
        sum(transfer.amount_vnd) AS amount_vnd
    FROM ledger.entry
    JOIN ledger.transfer ON transfer.entry_id = entry.entry_id
    GROUP BY entry.entry_id
) AS booked
    ON booked.idempotency_key = capture.entry_key
    AND booked.movement = capture.movement
    AND booked.business_date = capture.business_date
WHERE booked.amount_vnd IS DISTINCT FROM capture.amount_vnd
UNION ALL
SELECT attempt.gateway || ' order ' || attempt.reference || ' is captured, but no sum is booked'
FROM payments.attempt
WHERE attempt.state = 'captured' AND NOT EXISTS (
    SELECT FROM payments.capture WHERE capture.attempt_id = attempt.attempt_id
)
UNION ALL
SELECT 'payment ' || payment.number || ' is ' || payment.state || ', but no sum is booked'
FROM payments.payment
WHERE payment.state IN ('paid', 'settled', 'overpaid', 'refunding', 'refunded') AND NOT EXISTS (
    SELECT FROM payments.capture WHERE capture.payment_id = payment.payment_id
)
"""

_IS_BOOKED: Final = """
SELECT EXISTS (
    SELECT FROM payments.capture
    WHERE capture.gateway = %(gateway)s AND capture.gateway_transaction = %(transaction)s
)
"""

_FAR_SIDE_LOST: Final = """
SELECT
    'order ' || told.reference || ', transaction ' || told.transaction || ', ' || told.amount_vnd
    || ' dong: ' || coalesce('booked as ' || capture.amount_vnd, 'not booked, no break')
FROM unnest(%(references)s::text[], %(transactions)s::text[], %(amounts)s::bigint[])
    AS told (reference, transaction, amount_vnd)
LEFT JOIN payments.capture
    ON capture.gateway_transaction = told.transaction AND capture.reference = told.reference
WHERE capture.amount_vnd IS DISTINCT FROM told.amount_vnd
    AND NOT EXISTS (
        SELECT FROM reconciliation.open_break_v1 AS break
        WHERE break.capture_id = capture.capture_id
    )
    AND NOT EXISTS (
        SELECT FROM reconciliation.open_break_v1 AS break
        JOIN reconciliation.item ON item.item_id = break.item_id
        WHERE item.transaction = told.transaction AND item.reference = told.reference
    )
"""

_DOUBLED: Final = """
SELECT capture.gateway || ' transaction ' || capture.gateway_transaction || ' was taken '
    || count(*) || ' times'
FROM payments.capture
GROUP BY capture.gateway, capture.gateway_transaction
HAVING count(*) > 1
UNION ALL
SELECT 'transaction ' || taken.mark || ' entered the book ' || count(*) || ' times: '
    || string_agg(taken.movement, ', ' ORDER BY taken.movement)
FROM (
    SELECT entry.movement,
        substr(entry.idempotency_key, strpos(entry.idempotency_key, ':') + 1) AS mark
    FROM ledger.entry
    WHERE entry.movement IN ('captured', 'captured_twice', 'parked')
) AS taken
GROUP BY taken.mark
HAVING count(*) > 1
UNION ALL
SELECT capture.gateway || ' transaction ' || capture.gateway_transaction
    || ' was taken, and parked as nobody''s from a report'
FROM payments.capture
JOIN reconciliation.item ON item.transaction = capture.gateway_transaction
JOIN ledger.entry
    ON entry.idempotency_key = 'parked:' || capture.gateway || ':unidentified:' || item.item_id
"""

# What is left of it once surplus and money in suspense are set aside is what stands as owed to
# beneficiaries: the credits of payable accounts, line by line. Due once is what the first payment
# that was fulfilled came to; instalments, and what a change made due on top, are each due once more
# after as many payments as their line says.
_KEPT_BEYOND_DUE: Final = """
SELECT kept.subject || ': ' || sum(kept.kept_vnd) || ' dong kept, '
    || coalesce(sum(kept.due_vnd) FILTER (WHERE kept.place = 1), 0) || ' due'
FROM (
    SELECT
        capture.capture_id, sum(transfer.amount_vnd) AS kept_vnd, sum(line.amount_vnd) AS due_vnd,
        coalesce(
            'obligation ' || obligation.provider || '/' || obligation.kind || '/'
            || obligation.number,
            capture.gateway || ' transaction ' || capture.gateway_transaction || ', no line of it'
        ) AS subject,
        row_number() OVER (
            PARTITION BY obligation.obligation_id, line.captures_before
            ORDER BY capture.capture_id
        ) AS place
    FROM payments.capture
    JOIN ledger.entry ON entry.idempotency_key = capture.entry_key
    JOIN ledger.transfer ON transfer.entry_id = entry.entry_id
    JOIN ledger.account ON account.account_id = transfer.credit_account_id
    LEFT JOIN payments.payment_line AS line
        ON line.payment_id = capture.payment_id AND line.ordinal = transfer.ordinal
    LEFT JOIN payments.obligation AS paid_for ON paid_for.obligation_id = line.obligation_id
    LEFT JOIN payments.obligation
        ON obligation.obligation_id = coalesce(paid_for.successor_id, paid_for.obligation_id)
    WHERE account.kind = 'payable'
    GROUP BY capture.capture_id, obligation.obligation_id, line.captures_before
) AS kept
GROUP BY kept.subject
HAVING sum(kept.kept_vnd) > coalesce(sum(kept.due_vnd) FILTER (WHERE kept.place = 1), 0)
UNION ALL
SELECT capture.gateway || ' transaction ' || capture.gateway_transaction || ' is '
    || capture.movement || ', but ' || sum(transfer.amount_vnd) || ' dong stand in ' || account.code
FROM payments.capture
JOIN ledger.entry ON entry.idempotency_key = capture.entry_key
JOIN ledger.transfer ON transfer.entry_id = entry.entry_id
JOIN ledger.account ON account.account_id = transfer.credit_account_id
WHERE (capture.movement, account.kind) NOT IN (
    ('captured', 'payable'),
    ('captured_twice', 'refund_payable'),
    ('parked', 'suspense_difference'),
    ('parked', 'suspense_unidentified')
)
GROUP BY capture.capture_id, account.code
"""

_TAKEN_SIZE: Final = """
SELECT count(*) AS transactions, (
    SELECT count(DISTINCT line.obligation_id) FROM payments.payment_line AS line
    JOIN payments.capture ON capture.payment_id = line.payment_id
) AS obligations
FROM payments.capture
"""

_NOT_DURABLE: Final = """
SELECT 'order ' || told.reference || ' was acknowledged, but ' || CASE
        WHEN attempt.attempt_id IS NULL THEN 'nobody here knows it'
        WHEN told.is_paid AND NOT EXISTS (
            SELECT FROM payments.capture WHERE capture.reference = told.reference
        ) THEN 'its money is not booked'
        ELSE 'its callback is not kept'
    END
FROM unnest(%(references)s::text[], %(is_paid)s::boolean[]) AS told (reference, is_paid)
LEFT JOIN payments.attempt ON attempt.reference = told.reference
WHERE NOT EXISTS (
        SELECT FROM payments.evidence
        WHERE evidence.reference = told.reference AND evidence.gateway = attempt.gateway
            AND evidence.kind = 'callback'
    )
    OR (told.is_paid AND NOT EXISTS (
        SELECT FROM payments.capture WHERE capture.reference = told.reference
    ))
"""
_UNATTACHED: Final = """
SELECT 'evidence ' || evidence.evidence_id || ' about ' || evidence.gateway || ' order '
    || evidence.reference || ' is ' || evidence.verdict || ', but hangs on no attempt of it'
FROM payments.evidence
LEFT JOIN payments.attempt ON attempt.attempt_id = evidence.attempt_id
    AND attempt.gateway = evidence.gateway
WHERE evidence.verdict IN ('recorded', 'already_recorded', 'amount_differs')
    AND attempt.reference IS DISTINCT FROM evidence.reference
"""
_BELIEVED: Final = """
SELECT count(*) FROM payments.evidence
WHERE evidence.verdict IN ('recorded', 'already_recorded', 'amount_differs')
"""


def not_booked(tx: Tx) -> Found:
    """Return sums without their entry, and orders and payments said to be paid without a sum."""
    return find(tx, _NOT_BOOKED)


def is_booked(tx: Tx, gateway: str, *, transaction: str) -> bool:
    """Say whether a gateway's transaction is booked, under whatever order."""
    parameters = {"gateway": gateway, "transaction": transaction}
    return bool(tx.exec_driver_sql(_IS_BOOKED, parameters).scalar_one())


def lost_at_far_side(tx: Tx, paid: Mapping[tuple[str, str], int]) -> Found:
    """Return paid orders of the far side that are not booked as they are and have no open break."""
    return find(
        tx,
        _FAR_SIDE_LOST,
        {
            "references": [reference for reference, _ in paid],
            "transactions": [transaction for _, transaction in paid],
            "amounts": list(paid.values()),
        },
    )


def doubled(tx: Tx) -> Found:
    """Return transactions of gateways that were taken or entered the book more than once."""
    return find(tx, _DOUBLED)


def kept_beyond_due(tx: Tx) -> Found:
    """Return obligations for which more is kept than was due once, and surplus that is kept."""
    return find(tx, _KEPT_BEYOND_DUE)


def taken_size(tx: Tx) -> tuple[int, int]:
    """Return how many transactions were taken, and for how many obligations."""
    row = tx.exec_driver_sql(_TAKEN_SIZE).one()
    return int(row.transactions), int(row.obligations)


def not_durable(tx: Tx, acknowledged: Mapping[str, bool]) -> Found:
    """Return acknowledged references whose word or, where paid, whose money is not here."""
    return find(
        tx,
        _NOT_DURABLE,
        {"references": list(acknowledged), "is_paid": list(acknowledged.values())},
    )


def unattached(tx: Tx) -> Found:
    """Return words that were taken in without an order they are about."""
    return find(tx, _UNATTACHED)


def believed_count(tx: Tx) -> int:
    """Return how many words of partners were taken in."""
    return int(tx.exec_driver_sql(_BELIEVED).scalar_one())
