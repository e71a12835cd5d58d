-- Runs once per statement that adds entries, whoever writes it: no entry without transfers, and
-- none in a closed day. The day's lock is shared among those who post and exclusive to the close,
-- so nothing slips in while a day is being closed.
CREATE FUNCTION ledger.check_entries_v1() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off -- A plan made while the book was small must not scan it when it is big.
AS $$
DECLARE
    refused record;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(1279543109, -1);
    PERFORM pg_advisory_xact_lock_shared(1279543109, day.business_date - date '2000-01-01')
    FROM (SELECT DISTINCT added.business_date FROM added) AS day;

    SELECT added.idempotency_key, added.business_date, closed.through INTO refused
    FROM added, (SELECT max(closed_day.business_date) AS through FROM ledger.closed_day) AS closed
    WHERE added.business_date <= closed.through
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'business day % is closed', to_char(refused.business_date, 'YYYY-MM-DD')
            USING ERRCODE = 'LD002', DETAIL = to_char(refused.business_date, 'YYYY-MM-DD');
    END IF;

    SELECT added.idempotency_key INTO refused
    FROM added
    WHERE (
        SELECT transfer.ordinal FROM ledger.transfer
        WHERE transfer.entry_id = added.entry_id AND transfer.ordinal = 1
    ) IS NULL
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % has no transfers', refused.idempotency_key
            USING ERRCODE = 'LD003', DETAIL = refused.idempotency_key;
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER check_entries AFTER INSERT ON ledger.entry
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION ledger.check_entries_v1();
ALTER TABLE ledger.entry ENABLE ALWAYS TRIGGER check_entries;
