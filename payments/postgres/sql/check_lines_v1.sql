-- Runs once per statement that adds lines: each is owed to a registered account. This stands in for
-- a foreign key, whose row locks on a busy account would queue everyone up; accounts never go away.
CREATE FUNCTION payments.check_lines_v1() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    refused record;
BEGIN
    SELECT added.* INTO refused
    FROM added
    WHERE NOT EXISTS (
        SELECT FROM payments.beneficiary WHERE beneficiary.code = added.beneficiary
    )
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'payment %: nobody is registered as %',
            refused.payment_id, refused.beneficiary USING ERRCODE = 'PM001';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER check_lines AFTER INSERT ON payments.payment_line
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION payments.check_lines_v1();
ALTER TABLE payments.payment_line ENABLE ALWAYS TRIGGER check_lines;
