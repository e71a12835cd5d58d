-- Takes back life_v1, obligation_steps_v1, keep_versions_v1, keep_steps_v1 and check_life_v1 while
-- their tables are empty.
DROP TRIGGER check_life ON payments.obligation;
DROP TRIGGER begin_open ON payments.obligation;
DROP TRIGGER keep_step ON payments.obligation;
DROP TRIGGER keep_version ON payments.obligation;
DROP TRIGGER keep_identity ON payments.obligation;
DROP TABLE payments.refund_due;
DROP TABLE payments.obligation_step;
DROP TABLE payments.obligation_version;
DROP TABLE payments.obligation_change;
DROP FUNCTION payments.check_refund_due_v1();
DROP FUNCTION payments.check_life_v1();
DROP FUNCTION payments.keep_step_v1();
DROP FUNCTION payments.keep_version_v1();
DROP FUNCTION payments.check_change_v1();
ALTER TABLE payments.state_step DISABLE TRIGGER refuse_change;
DELETE FROM payments.state_step WHERE machine = 'obligation';
ALTER TABLE payments.state_step ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE payments.state_step DROP CONSTRAINT state_step_machine_check;
ALTER TABLE payments.state_step
    ADD CONSTRAINT state_step_machine_check CHECK (machine IN ('payment', 'attempt'));
ALTER TABLE payments.payment_line DROP COLUMN obligation_version, DROP COLUMN captures_before;
ALTER TABLE payments.obligation DROP CONSTRAINT obligation_superseded_by_another;
ALTER TABLE payments.obligation DROP COLUMN captures;
REVOKE UPDATE (
    decided_on, subject_index, other_index, person_index, sealed, facts, beneficiary, version,
    changed_at, successor_id
) ON payments.obligation FROM clearing_app;
