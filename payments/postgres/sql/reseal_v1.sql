-- Sealing anew: under another key the same data has other bytes and is found by other indexes. The
-- owner alone, in a transaction that says so (payments.resealing), exchanges those bytes; nothing
-- else of a row changes with them, nothing is added and nothing goes. No other role can: the setting
-- means nothing without being the owner.
CREATE OR REPLACE TRIGGER keep_version AFTER UPDATE ON payments.obligation
FOR EACH ROW WHEN (
    (OLD.version, OLD.changed_at, OLD.decided_on, OLD.facts, OLD.beneficiary)
        IS DISTINCT FROM
        (NEW.version, NEW.changed_at, NEW.decided_on, NEW.facts, NEW.beneficiary)
    OR (
        (OLD.subject_index, OLD.other_index, OLD.person_index, OLD.sealed)
            IS DISTINCT FROM
            (NEW.subject_index, NEW.other_index, NEW.person_index, NEW.sealed)
        AND NOT coalesce(
            current_user = 'clearing_owner'
            AND current_setting('payments.resealing', true) = 'on'
            AND (OLD.subject_index IS NULL, OLD.other_index IS NULL, OLD.person_index IS NULL,
                OLD.sealed IS NULL)
            = (NEW.subject_index IS NULL, NEW.other_index IS NULL, NEW.person_index IS NULL,
                NEW.sealed IS NULL),
            false
        )
    )
)
EXECUTE FUNCTION payments.keep_version_v1();
ALTER TABLE payments.obligation ENABLE ALWAYS TRIGGER keep_version;

-- Row by row: only what the trigger's arguments name may differ, and none of it is lost.
CREATE FUNCTION payments.reseal_only_v1() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    sealed text[] := TG_ARGV;
    before jsonb := to_jsonb(OLD);
    after jsonb := to_jsonb(NEW);
BEGIN
    IF before - sealed IS DISTINCT FROM after - sealed OR EXISTS (
        SELECT FROM unnest(sealed) AS name
        WHERE (before ->> name IS NULL) <> (after ->> name IS NULL)
    ) THEN
        RAISE EXCEPTION '%.% only grows: sealing anew changes nothing else',
            TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'LD005';
    END IF;
    RETURN NEW;
END;
$$;
REVOKE EXECUTE ON FUNCTION payments.reseal_only_v1() FROM PUBLIC;

-- Tables that only grow, and what of them is sealed.
DO $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN
        SELECT * FROM (VALUES
            ('obligation_version', '{subject_index,other_index,person_index,sealed}'::text[]),
            ('agency_order', '{said}'),
            ('state_receipt', '{payer}')
        ) AS growing (name, sealed)
    LOOP
        EXECUTE format(
            'CREATE TRIGGER refuse_update BEFORE UPDATE ON payments.%1$I FOR EACH STATEMENT WHEN ('
            ' NOT coalesce(current_user = ''clearing_owner'''
            ' AND current_setting(''payments.resealing'', true) = ''on'', false)'
            ') EXECUTE FUNCTION ledger.refuse_change_v1();'
            'CREATE TRIGGER reseal_only BEFORE UPDATE ON payments.%1$I FOR EACH ROW'
            ' EXECUTE FUNCTION payments.reseal_only_v1(%2$s);'
            'CREATE OR REPLACE TRIGGER refuse_change BEFORE DELETE OR TRUNCATE ON payments.%1$I'
            ' FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();'
            'ALTER TABLE payments.%1$I ENABLE ALWAYS TRIGGER refuse_update,'
            ' ENABLE ALWAYS TRIGGER reseal_only, ENABLE ALWAYS TRIGGER refuse_change',
            wanted.name,
            (SELECT string_agg(quote_literal(name), ', ') FROM unnest(wanted.sealed) AS name)
        );
    END LOOP;
END;
$$;
