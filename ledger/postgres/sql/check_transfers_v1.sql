-- Runs once per statement that adds transfers, whoever writes it: they come all at once, with their
-- entry, in its own transaction, between accounts that exist, and they are what its digest says.
-- This stands in for foreign keys, whose row locks on a busy account would queue everyone up.
CREATE FUNCTION ledger.check_transfers_v1() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off -- A plan made while the book was small must not scan it when it is big.
AS $$
DECLARE
    this_transaction constant bigint := pg_current_xact_id()::text::bigint;
    refused record;
BEGIN
    SELECT entry.entry_id, entry.transfers INTO refused
    FROM (
        SELECT
            added.entry_id,
            count(*) AS transfers,
            min(added.ordinal) AS ordinal_min,
            max(added.ordinal) AS ordinal_max,
            min(added.business_date) AS date_min,
            max(added.business_date) AS date_max,
            string_agg(
                ledger.leg_line_v1(
                    (SELECT code FROM ledger.account WHERE account_id = added.debit_account_id),
                    (SELECT code FROM ledger.account WHERE account_id = added.credit_account_id),
                    added.amount_vnd, added.batch),
                '' ORDER BY added.ordinal) AS legs
        FROM added
        GROUP BY added.entry_id
    ) AS entry
    WHERE (
        SELECT
            written.written_in = this_transaction
            AND entry.ordinal_min = 1
            AND entry.ordinal_max = entry.transfers
            AND entry.date_min = written.business_date
            AND entry.date_max = written.business_date
            AND written.digest = ledger.entry_digest_v1(
                written.movement, written.idempotency_key, written.business_date, written.source,
                (SELECT corrected.idempotency_key FROM ledger.entry AS corrected
                 WHERE corrected.entry_id = written.corrects_entry_id),
                entry.legs)
        FROM ledger.entry AS written
        WHERE written.entry_id = entry.entry_id
    ) IS NOT TRUE
    LIMIT 1;
    IF FOUND THEN
        PERFORM FROM ledger.entry AS written
        WHERE written.entry_id = refused.entry_id AND written.written_in = this_transaction;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'transfers come with their entry, in one transaction: % is not of this one',
                refused.entry_id USING ERRCODE = 'LD006';
        END IF;
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
