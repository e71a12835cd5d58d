-- What an obligation says changes by whole versions alone: each is the next one, what stood before
-- is kept, and its change must be there by the end of the transaction. Owned rows are written as
-- the owner, so that nobody else needs a right to make up what stood before.
CREATE FUNCTION payments.keep_version_v1() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.version <> OLD.version + 1 OR NEW.changed_at IS NULL THEN
        RAISE EXCEPTION 'obligation %: version % cannot follow %',
            OLD.obligation_id, NEW.version, OLD.version USING ERRCODE = 'PM001';
    END IF;
    INSERT INTO payments.obligation_version (
        obligation_id, version, replaced_by, decided_on, subject_index, other_index, person_index,
        sealed, facts, beneficiary, status
    ) VALUES (
        OLD.obligation_id, OLD.version, NEW.version, OLD.decided_on, OLD.subject_index,
        OLD.other_index, OLD.person_index, OLD.sealed, OLD.facts, OLD.beneficiary, OLD.status
    );
    RETURN NULL;
END;
$$;
REVOKE EXECUTE ON FUNCTION payments.keep_version_v1() FROM PUBLIC;

CREATE TRIGGER keep_version AFTER UPDATE ON payments.obligation
FOR EACH ROW WHEN (
    (OLD.version, OLD.changed_at, OLD.decided_on, OLD.subject_index, OLD.other_index,
        OLD.person_index, OLD.sealed, OLD.facts, OLD.beneficiary)
    IS DISTINCT FROM
    (NEW.version, NEW.changed_at, NEW.decided_on, NEW.subject_index, NEW.other_index,
        NEW.person_index, NEW.sealed, NEW.facts, NEW.beneficiary)
)
EXECUTE FUNCTION payments.keep_version_v1();
ALTER TABLE payments.obligation ENABLE ALWAYS TRIGGER keep_version;

-- A change speaks of the version its obligation stands at; with keep_version, exactly one each.
CREATE FUNCTION payments.check_change_v1() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM payments.obligation
    WHERE obligation.obligation_id = NEW.obligation_id AND obligation.version = NEW.version;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'obligation % is not at version %', NEW.obligation_id, NEW.version
            USING ERRCODE = 'PM001';
    END IF;
    RETURN NULL;
END;
$$;
REVOKE EXECUTE ON FUNCTION payments.check_change_v1() FROM PUBLIC;

CREATE TRIGGER check_change AFTER INSERT ON payments.obligation_change
FOR EACH ROW EXECUTE FUNCTION payments.check_change_v1();
ALTER TABLE payments.obligation_change ENABLE ALWAYS TRIGGER check_change;

-- What an obligation is never changes, nor what it once cost and counted: captures only grow.
CREATE TRIGGER keep_identity
BEFORE UPDATE OF obligation_id, provider, kind, number, number_shown, typed_number, pushed_at
ON payments.obligation
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE payments.obligation ENABLE ALWAYS TRIGGER keep_identity;
