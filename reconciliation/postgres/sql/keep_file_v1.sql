-- A file stays what was offered: its bytes never change, what was read from it is written once,
-- and it is judged again only while nothing of it is believed.
CREATE FUNCTION reconciliation.keep_file_v1() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (OLD.file_id, OLD.source, OLD.sha256, OLD.name, OLD.received_at)
        IS DISTINCT FROM (NEW.file_id, NEW.source, NEW.sha256, NEW.name, NEW.received_at)
        OR OLD.bytes IS DISTINCT FROM NEW.bytes
    THEN
        RAISE EXCEPTION 'file %: what was offered does not change', OLD.file_id
            USING ERRCODE = 'RC001';
    END IF;
    IF (OLD.state, NEW.state) NOT IN (
        ('received', 'accepted'), ('received', 'quarantined'),
        ('quarantined', 'accepted'), ('quarantined', 'quarantined'),
        ('accepted', 'accepted'), ('accepted', 'superseded')
    ) THEN
        RAISE EXCEPTION 'file %: % cannot become %', OLD.file_id, OLD.state, NEW.state
            USING ERRCODE = 'RC001';
    END IF;
    IF OLD.state = 'accepted' AND (
        (OLD.business_date, OLD.version, OLD.item_count, OLD.total_vnd, OLD.fee_total_vnd)
        IS DISTINCT FROM
        (NEW.business_date, NEW.version, NEW.item_count, NEW.total_vnd, NEW.fee_total_vnd)
        OR OLD.judged_at IS DISTINCT FROM NEW.judged_at
        OR (OLD.matched_on IS NOT NULL AND OLD.matched_on IS DISTINCT FROM NEW.matched_on)
    ) THEN
        RAISE EXCEPTION 'file %: what was read does not change', OLD.file_id
            USING ERRCODE = 'RC001';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER keep_file BEFORE UPDATE ON reconciliation.file
FOR EACH ROW EXECUTE FUNCTION reconciliation.keep_file_v1();
ALTER TABLE reconciliation.file ENABLE ALWAYS TRIGGER keep_file;

CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON reconciliation.file
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE reconciliation.file ENABLE ALWAYS TRIGGER keep_rows;
