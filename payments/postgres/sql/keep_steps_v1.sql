-- A status changes by steps of the table alone, and every change of it is kept; payments that were
-- taken are never uncounted. On what ground a step is taken is asked by check_life_v1.
CREATE FUNCTION payments.keep_step_v1() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.captures < OLD.captures THEN
        RAISE EXCEPTION 'obligation %: % payments were taken for it, not %',
            OLD.obligation_id, OLD.captures, NEW.captures USING ERRCODE = 'PM001';
    END IF;
    IF NEW.status = OLD.status THEN
        RETURN NULL;
    END IF;
    PERFORM FROM payments.state_step
    WHERE state_step.machine = 'obligation'
        AND state_step.from_state = OLD.status AND state_step.to_state = NEW.status;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'obligation %: no step leads from % to %',
            OLD.obligation_id, OLD.status, NEW.status USING ERRCODE = 'PM001';
    END IF;
    INSERT INTO payments.obligation_step (obligation_id, from_status, to_status, recorded_at)
    VALUES (OLD.obligation_id, OLD.status, NEW.status, clock_timestamp());
    RETURN NULL;
END;
$$;
REVOKE EXECUTE ON FUNCTION payments.keep_step_v1() FROM PUBLIC;

CREATE TRIGGER keep_step AFTER UPDATE ON payments.obligation
FOR EACH ROW WHEN (OLD.status <> NEW.status OR NEW.captures < OLD.captures)
EXECUTE FUNCTION payments.keep_step_v1();
ALTER TABLE payments.obligation ENABLE ALWAYS TRIGGER keep_step;
