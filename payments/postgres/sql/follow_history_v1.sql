-- A state changes by its history alone: each version has its step, each step is one of the table,
-- begins where the last one ended, and none is left out. Steps are written before, or in the same
-- statement as, the row that follows them; check_steps_v1 sees that each is one of the table.
CREATE FUNCTION payments.follow_history_v1() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off -- A plan made while there were few steps must not scan them all later.
AS $$
DECLARE
    machine_name text := TG_ARGV[0];
    first_state text := TG_ARGV[1];
    subject bigint;
    reached text;
    taken integer := 0;
    past record;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.version <> 0 OR NEW.state <> first_state THEN
            RAISE EXCEPTION '% begins % at version 0, not % at version %',
                machine_name, first_state, NEW.state, NEW.version USING ERRCODE = 'PM001';
        END IF;
        RETURN NULL;
    END IF;
    IF NEW.version <= OLD.version THEN
        RAISE EXCEPTION '%: version % cannot follow %', machine_name, NEW.version, OLD.version
            USING ERRCODE = 'PM001';
    END IF;
    IF machine_name = 'payment' THEN
        subject := NEW.payment_id;
    ELSE
        subject := NEW.attempt_id;
    END IF;
    reached := OLD.state;
    FOR past IN
        SELECT step.version, step.from_state, step.to_state
        FROM payments.step
        WHERE step.machine = machine_name AND step.subject_id = subject
            AND step.version > OLD.version AND step.version <= NEW.version
        ORDER BY step.version
    LOOP
        taken := taken + 1;
        IF past.from_state <> reached THEN
            RAISE EXCEPTION '% %: step % begins at %, not at %',
                machine_name, subject, past.version, past.from_state, reached
                USING ERRCODE = 'PM001';
        END IF;
        reached := past.to_state;
    END LOOP;
    IF taken <> NEW.version - OLD.version OR reached <> NEW.state THEN
        RAISE EXCEPTION '% %: state % at version % has no history',
            machine_name, subject, NEW.state, NEW.version USING ERRCODE = 'PM001';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER follow_history_at_birth AFTER INSERT ON payments.payment
FOR EACH ROW EXECUTE FUNCTION payments.follow_history_v1('payment', 'created');
ALTER TABLE payments.payment ENABLE ALWAYS TRIGGER follow_history_at_birth;

CREATE TRIGGER follow_history AFTER UPDATE ON payments.payment
FOR EACH ROW WHEN (OLD.state <> NEW.state OR OLD.version <> NEW.version)
EXECUTE FUNCTION payments.follow_history_v1('payment', 'created');
ALTER TABLE payments.payment ENABLE ALWAYS TRIGGER follow_history;

CREATE TRIGGER follow_history_at_birth AFTER INSERT ON payments.attempt
FOR EACH ROW EXECUTE FUNCTION payments.follow_history_v1('attempt', 'prepared');
ALTER TABLE payments.attempt ENABLE ALWAYS TRIGGER follow_history_at_birth;

CREATE TRIGGER follow_history AFTER UPDATE ON payments.attempt
FOR EACH ROW WHEN (OLD.state <> NEW.state OR OLD.version <> NEW.version)
EXECUTE FUNCTION payments.follow_history_v1('attempt', 'prepared');
ALTER TABLE payments.attempt ENABLE ALWAYS TRIGGER follow_history;
