-- As before reseal_v1: nothing that is sealed changes but with a version, or not at all.
CREATE OR REPLACE TRIGGER keep_version AFTER UPDATE ON payments.obligation
FOR EACH ROW WHEN (
    (OLD.version, OLD.changed_at, OLD.decided_on, OLD.subject_index, OLD.other_index,
        OLD.person_index, OLD.sealed, OLD.facts, OLD.beneficiary)
    IS DISTINCT FROM
    (NEW.version, NEW.changed_at, NEW.decided_on, NEW.subject_index, NEW.other_index,
        NEW.person_index, NEW.sealed, NEW.facts, NEW.beneficiary)
)
EXECUTE FUNCTION payments.keep_version_v1();
ALTER TABLE payments.obligation ENABLE ALWAYS TRIGGER keep_version;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['obligation_version', 'agency_order', 'state_receipt'] LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE'
            ' ON payments.%1$I FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();'
            'ALTER TABLE payments.%1$I ENABLE ALWAYS TRIGGER refuse_change;'
            'DROP TRIGGER refuse_update ON payments.%1$I; DROP TRIGGER reseal_only ON payments.%1$I',
            name
        );
    END LOOP;
END;
$$;
DROP FUNCTION payments.reseal_only_v1();
