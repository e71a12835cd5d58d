-- The former name, for processes of the release before, which post while the new one is rolled out:
-- the same rules under both names.
CREATE OR REPLACE FUNCTION ledger.post_entries_v1(
    movements text[],
    keys text[],
    business_dates date[],
    sources text[],
    corrected_keys text[],
    digests bytea[],
    leg_entries integer[],
    leg_debits text[],
    leg_credits text[],
    leg_amounts bigint[],
    leg_batches text[]
) RETURNS TABLE (posted_key text, posted_entry_id bigint, posted_is_new boolean)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT posted.posted_key, posted.posted_entry_id, posted.posted_is_new
    FROM ledger.post_entries_v2(
        movements, keys, business_dates, sources, corrected_keys, digests,
        leg_entries, leg_debits, leg_credits, leg_amounts, leg_batches) AS posted;
$$;
