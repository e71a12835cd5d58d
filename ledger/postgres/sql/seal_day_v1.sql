-- The only way to keep a seal: the earliest closed day without one, after the seal before it, over
-- as many rows as there are. What the root is made of only who recomputes it knows.
CREATE FUNCTION ledger.seal_day_v1(
    business_date date,
    sequence integer,
    entry_count bigint,
    audit_count bigint,
    audit_through bigint,
    root bytea,
    previous_root bytea,
    note text,
    sealed_at timestamptz
) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1s' -- Whoever records meanwhile queues behind; the next minute will do, too.
AS $$
DECLARE
    last ledger.seal;
    next_day date;
    day_name constant text := to_char(seal_day_v1.business_date, 'YYYY-MM-DD');
BEGIN
    LOCK TABLE ledger.seal IN SHARE ROW EXCLUSIVE MODE;
    LOCK TABLE ledger.audit_record IN SHARE MODE; -- Nobody is writing what is counted below.
    SELECT seal.* INTO last FROM ledger.seal ORDER BY seal.sequence DESC LIMIT 1;
    SELECT min(day.business_date) INTO next_day
    FROM ledger.closed_day AS day
    WHERE day.business_date > coalesce(last.business_date, '-infinity');

    IF seal_day_v1.business_date IS DISTINCT FROM next_day THEN
        RAISE EXCEPTION 'the next day to seal is %, not %', coalesce(next_day::text, 'not closed'),
            coalesce(day_name, 'none') USING ERRCODE = 'LD013';
    END IF;
    IF seal_day_v1.sequence IS DISTINCT FROM coalesce(last.sequence, 0) + 1
        OR seal_day_v1.previous_root
            IS DISTINCT FROM coalesce(last.root, decode(repeat('00', 32), 'hex'))
    THEN
        RAISE EXCEPTION 'the seal of % does not follow the one before', day_name
            USING ERRCODE = 'LD013';
    END IF;
    IF seal_day_v1.entry_count IS DISTINCT FROM (
            SELECT count(*) FROM ledger.entry
            WHERE entry.business_date = seal_day_v1.business_date)
        OR seal_day_v1.audit_count IS DISTINCT FROM (
            SELECT count(*) FROM ledger.audit_record AS record
            WHERE record.audit_id > coalesce(last.audit_through, 0)
                AND record.audit_id <= seal_day_v1.audit_through)
        OR (seal_day_v1.audit_through BETWEEN coalesce(last.audit_through, 0) AND (
            SELECT coalesce(max(record.audit_id), 0) FROM ledger.audit_record AS record))
            IS NOT TRUE
    THEN
        RAISE EXCEPTION 'the seal of % is not over the rows that are there', day_name
            USING ERRCODE = 'LD014';
    END IF;

    INSERT INTO ledger.seal (
        business_date, sequence, entry_count, audit_count, audit_through, tree_size, root,
        previous_root, note, sealed_at)
    VALUES (
        seal_day_v1.business_date, seal_day_v1.sequence, seal_day_v1.entry_count,
        seal_day_v1.audit_count, seal_day_v1.audit_through,
        1 + seal_day_v1.entry_count + seal_day_v1.audit_count, seal_day_v1.root,
        seal_day_v1.previous_root, seal_day_v1.note, seal_day_v1.sealed_at);
END;
$$;
