-- Runs once per statement that adds transfers, whoever writes it: they come all at once, with their
-- entry, in its own transaction, between accounts that exist, and they are what its digest says.
-- This stands in for foreign keys, whose row locks on a busy account would queue everyone up.
CREATE FUNCTION ledger.check_transfers_v1() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    refused record;
BEGIN
    IF current_setting('ledger.checked', true) = 'by post_entries_v1' THEN
        RETURN NULL;
    END IF;

    SELECT added.entry_id INTO refused
    FROM added
    LEFT JOIN ledger.entry ON entry.entry_id = added.entry_id
    WHERE entry.written_in IS DISTINCT FROM pg_current_xact_id()::text::bigint
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transfers come with their entry, in one transaction: % is not of this one',
            refused.entry_id USING ERRCODE = 'LD006';
    END IF;

    SELECT added.entry_id INTO refused
    FROM added
    WHERE ledger.is_batch_v1(added.batch) IS NOT TRUE
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % has a batch outside its shape', refused.entry_id
            USING ERRCODE = 'LD007';
    END IF;

    -- Whatever was there before this statement is missing from `added`, and so gives another digest
    -- or a gap in the ordinals.
    SELECT entry.entry_id INTO refused
    FROM (
        SELECT
            added.entry_id,
            count(*) AS transfers,
            min(added.ordinal) AS ordinal_min,
            max(added.ordinal) AS ordinal_max,
            min(added.business_date) AS date_min,
            max(added.business_date) AS date_max,
            string_agg(
                ledger.leg_line_v1(debit.code, credit.code, added.amount_vnd, added.batch),
                '' ORDER BY added.ordinal) AS lines
        FROM added
        JOIN ledger.account AS debit ON debit.account_id = added.debit_account_id
        JOIN ledger.account AS credit ON credit.account_id = added.credit_account_id
        GROUP BY added.entry_id
    ) AS legs
    RIGHT JOIN (SELECT DISTINCT added.entry_id FROM added) AS named USING (entry_id)
    JOIN ledger.entry ON entry.entry_id = named.entry_id
    LEFT JOIN ledger.entry AS corrected ON corrected.entry_id = entry.corrects_entry_id
    WHERE (
        legs.ordinal_min = 1
        AND legs.ordinal_max = legs.transfers
        AND legs.date_min = entry.business_date
        AND legs.date_max = entry.business_date
        AND entry.digest = ledger.entry_digest_v1(
            entry.movement, entry.idempotency_key, entry.business_date, entry.source,
            corrected.idempotency_key, legs.lines)
    ) IS NOT TRUE
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the transfers of entry % are not what its digest says', refused.entry_id
            USING ERRCODE = 'LD004';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER check_transfers AFTER INSERT ON ledger.transfer
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION ledger.check_transfers_v1();
ALTER TABLE ledger.transfer ENABLE ALWAYS TRIGGER check_transfers;
