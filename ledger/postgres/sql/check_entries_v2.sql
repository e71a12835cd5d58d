-- Runs once per statement that adds entries, whoever writes it: none without transfers, none whose
-- canonical form could be misread, none in a closed day. Whatever has transfers was checked by
-- check_transfers_v1 in the same statement. As check constraints the shapes would be parsed anew by
-- every statement, a sixth of the time of posting one entry. Version 2: a reversal is the exact mirror
-- of an earlier entry.
CREATE FUNCTION ledger.check_entries_v2() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    refused record;
BEGIN
    IF current_setting('ledger.checked', true) = 'by post_entries_v1' THEN
        RETURN NULL;
    END IF;

    SELECT added.idempotency_key INTO refused
    FROM added
    WHERE NOT EXISTS (SELECT FROM ledger.transfer WHERE transfer.entry_id = added.entry_id)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % has no transfers', refused.idempotency_key
            USING ERRCODE = 'LD003';
    END IF;

    SELECT added.idempotency_key INTO refused
    FROM added
    WHERE ledger.is_entry_v1(
        added.movement, added.idempotency_key, added.source, added.business_date) IS NOT TRUE
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % has a movement, key, source or date outside its shape',
            refused.idempotency_key USING ERRCODE = 'LD007';
    END IF;

    SELECT added.idempotency_key INTO refused
    FROM added
    WHERE added.movement = 'reversed'
        AND ledger.is_mirror_v1(
            added.corrects_entry_id, added.business_date,
            (SELECT string_agg(
                ledger.leg_line_v1(debit.code, credit.code, leg.amount_vnd, leg.batch),
                '' ORDER BY leg.ordinal)
             FROM ledger.transfer AS leg
             JOIN ledger.account AS debit ON debit.account_id = leg.debit_account_id
             JOIN ledger.account AS credit ON credit.account_id = leg.credit_account_id
             WHERE leg.entry_id = added.entry_id AND leg.business_date = added.business_date)
        ) IS NOT TRUE
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % is not the mirror of what it reverses', refused.idempotency_key
            USING ERRCODE = 'LD012';
    END IF;

    -- Shared among those who post, exclusive to the close: nothing slips in while a day closes.
    PERFORM pg_advisory_xact_lock_shared(1279543109, -1);
    PERFORM pg_advisory_xact_lock_shared(1279543109, day.business_date - date '2000-01-01')
    FROM (SELECT DISTINCT added.business_date FROM added) AS day;
    SELECT min(added.business_date) AS business_date INTO refused
    FROM added
    WHERE added.business_date <= (SELECT max(business_date) FROM ledger.closed_day);
    IF refused.business_date IS NOT NULL THEN
        RAISE EXCEPTION 'business day % is closed', to_char(refused.business_date, 'YYYY-MM-DD')
            USING ERRCODE = 'LD002', DETAIL = to_char(refused.business_date, 'YYYY-MM-DD');
    END IF;
    RETURN NULL;
END;
$$;

DROP TRIGGER check_entries ON ledger.entry;
CREATE TRIGGER check_entries AFTER INSERT ON ledger.entry
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION ledger.check_entries_v2();
ALTER TABLE ledger.entry ENABLE ALWAYS TRIGGER check_entries;
DROP FUNCTION ledger.check_entries_v1;
