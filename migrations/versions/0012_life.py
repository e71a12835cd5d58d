"""Every change of an obligation, kept; which steps it may take.

Posters and pushers wait only while columns and triggers are added, not while rows are read.
"""

from typing import Final

from alembic import op

from migrations.loading import (
    ROOT,
    as_owner,
    load_sql,
    only_grows,
    refuse_unless_empty,
    run_sql,
)

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLES: Final = ("refund_due", "obligation_step", "obligation_version", "obligation_change")

# What was paid or withdrawn before there were steps; numbered below all that come by themselves.
_STEPS_BEFORE: Final = """
INSERT INTO payments.obligation_step (
    obligation_step_id, obligation_id, from_status, to_status, recorded_at
)
OVERRIDING SYSTEM VALUE
SELECT -obligation.obligation_id, obligation.obligation_id, 'open', obligation.status,
    obligation.pushed_at
FROM payments.obligation
WHERE obligation.status <> 'open' AND NOT EXISTS (
    SELECT FROM payments.obligation_step AS step
    WHERE step.obligation_id = obligation.obligation_id
)
"""

_CAPTURES_BEFORE: Final = """
UPDATE payments.obligation SET captures = counted.captures
FROM (
    SELECT line.obligation_id, count(DISTINCT capture.payment_id) AS captures
    FROM payments.capture
    JOIN payments.payment_line AS line ON line.payment_id = capture.payment_id
    WHERE capture.movement = 'captured'
    GROUP BY line.obligation_id
) AS counted
WHERE obligation.obligation_id = counted.obligation_id AND obligation.captures = 0
"""


def upgrade() -> None:
    """Add tables, steps and triggers, then what happened before there were any."""
    with as_owner():
        sql_folder = ROOT / "payments" / "postgres" / "sql"
        load_sql(sql_folder, "life_v1", "obligation_steps_v1", "keep_versions_v1", "keep_steps_v1")
        load_sql(sql_folder, "check_life_v1")
        only_grows("payments", *TABLES)
    with op.get_context().autocommit_block():
        run_sql(_STEPS_BEFORE)
        run_sql(_CAPTURES_BEFORE)
        run_sql(
            "ALTER TABLE payments.obligation VALIDATE CONSTRAINT obligation_superseded_by_another"
        )


def downgrade() -> None:
    """Drop all of it while nothing was changed, paid or withdrawn."""
    refuse_unless_empty("payments", *TABLES)
    with as_owner():
        load_sql(ROOT / "payments" / "postgres" / "sql", "life_v1_undone")
