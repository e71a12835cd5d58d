-- Takes back refunds_v1 while there is no refund.
DROP TABLE payments.refund;
DROP FUNCTION payments.follow_refund_v1();
DROP FUNCTION payments.check_refund_v1();
ALTER TABLE payments.state_step DISABLE TRIGGER refuse_change;
DELETE FROM payments.state_step WHERE machine = 'refund';
ALTER TABLE payments.state_step ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE payments.state_step DROP CONSTRAINT state_step_machine_check;
ALTER TABLE payments.state_step
    ADD CONSTRAINT state_step_machine_check CHECK (machine IN ('payment', 'attempt', 'obligation'));
