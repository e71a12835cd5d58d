"""What proofs ask about the life of obligations: their steps, their versions, what was paid."""

from collections.abc import Collection
from typing import Final

from ledger.postgres.transaction import Tx
from reconciliation.postgres.proof_rows import Found, find

# The steps as the program knows them, not as the database says: its own table may be changed, too.
_ILLEGAL: Final = """
WITH allowed AS (
    SELECT DISTINCT from_status, to_status FROM unnest(%(befores)s::text[], %(afters)s::text[])
        AS allowed (from_status, to_status)
), told AS (
    SELECT step.*, lag(step.to_status, 1, 'open') OVER history AS reached,
        row_number() OVER newest AS age
    FROM payments.obligation_step AS step
    WINDOW history AS (PARTITION BY step.obligation_id ORDER BY step.obligation_step_id),
        newest AS (PARTITION BY step.obligation_id ORDER BY step.obligation_step_id DESC)
)
SELECT 'obligation ' || told.obligation_id || ': ' || told.from_status || ' to ' || told.to_status
    || CASE
        WHEN obligation.obligation_id IS NULL THEN ' of nothing there is'
        WHEN allowed.to_status IS NULL THEN ' is no step'
        ELSE ', but it stood at ' || told.reached
    END
FROM told
LEFT JOIN payments.obligation ON obligation.obligation_id = told.obligation_id
LEFT JOIN allowed USING (from_status, to_status)
WHERE obligation.obligation_id IS NULL OR allowed.to_status IS NULL
    OR told.from_status <> told.reached
UNION ALL
SELECT 'obligation ' || obligation.obligation_id || ' is ' || obligation.status
    || ', its history ends ' || coalesce(told.to_status, 'open')
FROM payments.obligation
LEFT JOIN told ON told.obligation_id = obligation.obligation_id AND told.age = 1
WHERE obligation.status <> coalesce(told.to_status, 'open')
"""

# Version n was reached by n - 1 changes, and each left what stood before it.
_UNTOLD_VERSIONS: Final = """
SELECT 'obligation ' || obligation.obligation_id || ' is at version ' || obligation.version
    || ', with ' || coalesce(change.many, 0) || ' changes and ' || coalesce(kept.many, 0)
    || ' versions before it'
FROM payments.obligation
LEFT JOIN (
    SELECT change.obligation_id, count(*) AS many, max(change.version) AS newest
    FROM payments.obligation_change AS change
    GROUP BY change.obligation_id
) AS change USING (obligation_id)
LEFT JOIN (
    SELECT kept.obligation_id, count(*) AS many, max(kept.replaced_by) AS newest
    FROM payments.obligation_version AS kept
    GROUP BY kept.obligation_id
) AS kept USING (obligation_id)
WHERE obligation.version <> 1 + coalesce(change.many, 0)
    OR obligation.version <> 1 + coalesce(kept.many, 0)
    OR obligation.version <> coalesce(change.newest, 1)
    OR obligation.version <> coalesce(kept.newest, 1)
"""

# Whose money was taken is paid; or it was cancelled, and all of it is due back; or it is open for
# more: further instalments, or what a change made due on top.
_TAKEN_FOR_NOTHING: Final = """
WITH taken AS (
    SELECT coalesce(obligation.successor_id, obligation.obligation_id) AS obligation_id,
        sum(line.amount_vnd) AS paid_vnd,
        (array_agg(line.explanation ->> 'leaves_open' ORDER BY capture.capture_id DESC))[1]
            AS leaves_open
    FROM payments.capture
    JOIN payments.payment_line AS line ON line.payment_id = capture.payment_id
    JOIN payments.obligation ON obligation.obligation_id = line.obligation_id
    WHERE capture.movement = 'captured'
    GROUP BY 1
)
SELECT 'obligation ' || obligation.obligation_id || ' is ' || obligation.status || ', '
    || taken.paid_vnd || ' dong were taken for it'
FROM taken
JOIN payments.obligation USING (obligation_id)
WHERE NOT CASE obligation.status
    WHEN 'paid' THEN true
    WHEN 'withdrawn' THEN EXISTS (
        SELECT FROM payments.refund_due AS due
        WHERE due.obligation_id = obligation.obligation_id
            AND due.difference_vnd = taken.paid_vnd
            AND NOT EXISTS (
                SELECT FROM payments.refund_due AS later
                WHERE later.obligation_id = due.obligation_id AND later.sequence > due.sequence
            )
    )
    WHEN 'open' THEN taken.leaves_open IS NOT NULL OR EXISTS (
        SELECT FROM payments.obligation_step AS step
        WHERE step.obligation_id = obligation.obligation_id
            AND step.from_status = 'paid' AND step.to_status = 'open'
    ) OR EXISTS (
        SELECT FROM payments.obligation AS earlier
        WHERE earlier.successor_id = obligation.obligation_id
    )
    ELSE false
END
UNION ALL
SELECT 'obligation ' || obligation.obligation_id || ' is paid, but no money was taken for it'
FROM payments.obligation
LEFT JOIN taken USING (obligation_id)
WHERE obligation.status = 'paid' AND taken.obligation_id IS NULL
"""

_SIZE: Final = "SELECT count(*) FROM payments.obligation"


def illegal_steps(tx: Tx, allowed: Collection[tuple[str, str]]) -> Found:
    """Return steps of obligations that none of these allows, and statuses without a history."""
    return find(
        tx,
        _ILLEGAL,
        {"befores": [before for before, _ in allowed], "afters": [after for _, after in allowed]},
    )


def untold_versions(tx: Tx) -> Found:
    """Return obligations whose versions and changes do not go together."""
    return find(tx, _UNTOLD_VERSIONS)


def taken_for_nothing(tx: Tx) -> Found:
    """Return obligations whose status does not follow from the money taken for them."""
    return find(tx, _TAKEN_FOR_NOTHING)


def obligation_count(tx: Tx) -> int:
    """Return how many obligations there are."""
    return int(tx.exec_driver_sql(_SIZE).scalar_one())
