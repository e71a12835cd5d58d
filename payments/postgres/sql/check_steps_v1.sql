-- Runs once per statement that adds steps: each is one of the table. This stands in for a foreign
-- key, whose row locks on the few rows of that table would queue everyone up; the table only grows.
CREATE FUNCTION payments.check_steps_v1() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    refused record;
BEGIN
    SELECT added.* INTO refused
    FROM added
    LEFT JOIN payments.state_step AS allowed
        ON allowed.machine = added.machine AND allowed.from_state = added.from_state
        AND allowed.step = added.step AND allowed.to_state = added.to_state
    WHERE allowed.machine IS NULL
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% %: no step % leads from % to %', refused.machine, refused.subject_id,
            refused.step, refused.from_state, refused.to_state USING ERRCODE = 'PM001';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER check_steps AFTER INSERT ON payments.step
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION payments.check_steps_v1();
ALTER TABLE payments.step ENABLE ALWAYS TRIGGER check_steps;
