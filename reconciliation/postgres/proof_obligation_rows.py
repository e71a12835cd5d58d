"""What proofs ask about the life of obligations: their steps, their versions, what was paid."""

from collections.abc import Collection
from typing import Final

from ledger.postgres.transaction import Tx
from payments.event import REOPENED
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

# Whose money counts for what, each payment once: `closes` says that its price left nothing open,
# `is_as_read` that it was made for how the obligation reads now.
_TAKEN: Final = """
WITH taken AS (
    SELECT coalesce(obligation.successor_id, obligation.obligation_id) AS obligation_id,
        capture.capture_id, sum(line.amount_vnd) AS paid_vnd,
        NOT bool_or(line.explanation ? 'leaves_open') AS closes,
        bool_and(obligation.successor_id IS NULL AND line.obligation_version = obligation.version)
            AS is_as_read
    FROM payments.capture
    JOIN payments.payment_line AS line ON line.payment_id = capture.payment_id
    JOIN payments.obligation ON obligation.obligation_id = line.obligation_id
    WHERE capture.movement = 'captured'
    GROUP BY 1, 2
), summed AS (
    SELECT obligation_id, count(*) AS captures, sum(paid_vnd) AS paid_vnd,
        bool_or(is_as_read) AS was_paid_as_read,
        (array_agg(closes ORDER BY capture_id DESC))[1] AS closes,
        (array_agg(is_as_read ORDER BY capture_id DESC))[1] AS is_as_read
    FROM taken GROUP BY obligation_id
), given_back AS (
    SELECT coalesce(obligation.successor_id, obligation.obligation_id) AS obligation_id,
        sum(refund.amount_vnd) AS vnd
    FROM payments.refund
    JOIN payments.obligation ON obligation.obligation_id = refund.obligation_id
    WHERE refund.state = 'done'
    GROUP BY 1
), due AS (
    SELECT DISTINCT ON (obligation_id) * FROM payments.refund_due
    ORDER BY obligation_id, sequence DESC
)
"""

# A capture is counted where it counts for; an obligation whose price was paid as it reads is paid.
_MISCOUNTED: Final = """
SELECT 'obligation ' || obligation.obligation_id || ' counts ' || obligation.captures
    || ' payments, ' || coalesce(summed.captures, 0) || ' were taken for it'
FROM payments.obligation
LEFT JOIN summed
    ON summed.obligation_id = coalesce(obligation.successor_id, obligation.obligation_id)
WHERE CASE
    WHEN obligation.successor_id IS NULL
        THEN obligation.captures <> coalesce(summed.captures, 0)
    ELSE obligation.captures > coalesce(summed.captures, 0)
END
UNION ALL
SELECT 'obligation ' || obligation.obligation_id || ' is ' || obligation.status || CASE
        WHEN obligation.status = 'open' THEN ', but what was taken last leaves nothing open'
        WHEN NOT summed.closes THEN ', but what was taken last leaves more to pay'
        ELSE ', but more was due since version ' || obligation.version
    END
FROM payments.obligation
JOIN summed USING (obligation_id)
LEFT JOIN given_back USING (obligation_id)
WHERE CASE obligation.status
    WHEN 'open' THEN summed.closes AND summed.is_as_read AND given_back.vnd IS NULL
    WHEN 'paid' THEN summed.is_as_read AND NOT summed.closes
        OR NOT summed.was_paid_as_read AND EXISTS (
            SELECT FROM payments.outbox
            WHERE outbox.obligation_id = obligation.obligation_id
                AND outbox.type = %(reopened)s
                AND outbox.payload -> 'data' ->> 'version' = obligation.version::text
        )
    ELSE false
END
"""

# The newest row says what is due back, with what went back; what is replaced has nothing due back
# of its own, what is open nothing that did not go back.
_DUE_BACK_OTHERWISE: Final = """
SELECT 'obligation ' || due.obligation_id || ': ' || due.difference_vnd || ' dong are due back of '
    || due.paid_vnd || ' less ' || due.due_vnd || ', ' || coalesce(summed.paid_vnd, 0)
    || ' were taken, it is ' || obligation.status
FROM due
JOIN payments.obligation USING (obligation_id)
LEFT JOIN summed USING (obligation_id)
LEFT JOIN given_back USING (obligation_id)
WHERE NOT CASE obligation.status
    WHEN 'withdrawn' THEN (due.paid_vnd, due.difference_vnd) = (summed.paid_vnd, summed.paid_vnd)
    WHEN 'open' THEN due.difference_vnd = coalesce(given_back.vnd, 0)
    WHEN 'paid' THEN due.difference_vnd = coalesce(given_back.vnd, 0)
        AND due.paid_vnd <= summed.paid_vnd OR (
        due.paid_vnd = summed.paid_vnd AND due.difference_vnd = due.paid_vnd - due.due_vnd
        AND due.version <= obligation.version
        AND (obligation.version > 1 OR NOT summed.was_paid_as_read)
    )
    ELSE due.difference_vnd = 0
END IS TRUE
"""

# More went back than the account says is due back: less is kept than is due, and nobody was told.
_GIVEN_BACK_OTHERWISE: Final = """
SELECT 'obligation ' || obligation.obligation_id || ' is ' || obligation.status || ': '
    || given_back.vnd || ' dong went back, ' || coalesce(due.difference_vnd, 0)
    || ' were due back, ' || coalesce(summed.paid_vnd, 0) - given_back.vnd || ' are kept'
FROM given_back
JOIN payments.obligation USING (obligation_id)
LEFT JOIN due USING (obligation_id)
LEFT JOIN summed USING (obligation_id)
WHERE given_back.vnd > coalesce(due.difference_vnd, 0)
    OR given_back.vnd > coalesce(summed.paid_vnd, 0)
"""

# What ended an obligation was decided; the step of what was withdrawn before changes were kept has
# a number below all that come by themselves.
_GROUNDLESS: Final = """
SELECT 'obligation ' || obligation.obligation_id || ' is withdrawn, but nothing cancelled it'
FROM payments.obligation
WHERE obligation.status = 'withdrawn' AND NOT EXISTS (
    SELECT FROM payments.obligation_change AS change
    WHERE change.obligation_id = obligation.obligation_id
        AND change.version = obligation.version AND change.act = 'cancel'
) AND NOT EXISTS (
    SELECT FROM payments.obligation_step AS step
    WHERE step.obligation_id = obligation.obligation_id AND step.obligation_step_id < 0
)
UNION ALL
SELECT 'obligation ' || obligation.obligation_id || ' is superseded by '
    || obligation.successor_id || ', but nothing says so'
FROM payments.obligation
JOIN payments.obligation AS heir ON heir.obligation_id = obligation.successor_id
LEFT JOIN payments.obligation_change AS change
    ON change.obligation_id = obligation.obligation_id AND change.version = obligation.version
    AND change.act = 'supersede'
WHERE NOT EXISTS (
    SELECT FROM payments.obligation AS pushed
    WHERE coalesce(pushed.successor_id, pushed.obligation_id) = obligation.successor_id
        AND pushed.kind = obligation.kind AND pushed.pushed_at = change.changed_at
        AND pushed.obligation_id <> obligation.obligation_id
) AND NOT (
    obligation.kind = 'violation_record' AND heir.kind <> obligation.kind
    AND heir.provider = obligation.provider AND heir.facts ? 'record_number'
)
UNION ALL
SELECT 'obligation ' || obligation.obligation_id || ' was confirmed at a time to come'
FROM payments.obligation
WHERE obligation.confirmed_at > clock_timestamp() + interval '5 minutes'
"""

# Who pays holds all it is for, unless another payment does; what ended holds nothing.
_LOCKS_ASTRAY: Final = """
SELECT 'payment ' || payment.number || ' is ' || payment.state || ', but nobody holds obligation '
    || line.obligation_id
FROM payments.payment
JOIN payments.payment_line AS line USING (payment_id)
LEFT JOIN payments.obligation_lock AS lock ON lock.obligation_id = line.obligation_id
WHERE payment.state = ANY (%(locking)s::text[]) AND lock.obligation_id IS NULL
UNION
SELECT 'payment ' || payment.number || ' is ' || payment.state || ', but holds obligation '
    || lock.obligation_id
FROM payments.obligation_lock AS lock
JOIN payments.payment USING (payment_id)
WHERE payment.state <> ALL (%(locking)s::text[])
UNION
SELECT 'payment ' || payment.number || ' is not for obligation ' || held.obligation_id
    || ', but holds it'
FROM (
    SELECT lock.payment_id, lock.obligation_id FROM payments.obligation_lock AS lock
    EXCEPT
    SELECT line.payment_id, line.obligation_id FROM payments.payment_line AS line
    EXCEPT
    SELECT line.payment_id, obligation.successor_id
    FROM payments.payment_line AS line
    JOIN payments.obligation USING (obligation_id)
) AS held
JOIN payments.payment USING (payment_id)
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


def miscounted(tx: Tx) -> Found:
    """Return obligations that count other payments than were taken, or stand as nobody paid."""
    return find(tx, _TAKEN + _MISCOUNTED, {"reopened": REOPENED})


def due_back_otherwise(tx: Tx) -> Found:
    """Return what is said to be due back and does not follow from what was taken."""
    return find(tx, _TAKEN + _DUE_BACK_OTHERWISE)


def given_back_otherwise(tx: Tx) -> Found:
    """Return obligations of which less is kept than is due, since more went back than was due."""
    return find(tx, _TAKEN + _GIVEN_BACK_OTHERWISE)


def groundless(tx: Tx) -> Found:
    """Return obligations that ended, or were confirmed, without what that takes."""
    return find(tx, _GROUNDLESS)


def locks_astray(tx: Tx, locking: Collection[str]) -> Found:
    """Return payments in these states that hold too little, and others that hold anything."""
    return find(tx, _LOCKS_ASTRAY, {"locking": list(locking)})


def obligation_count(tx: Tx) -> int:
    """Return how many obligations there are."""
    return int(tx.exec_driver_sql(_SIZE).scalar_one())
