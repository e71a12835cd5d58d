-- Opens the months of business dates through `through`, one table of transfers each, and returns how
-- many were opened. Months follow each other without a gap, so the last one tells what is open.
--
-- A table made apart and then attached takes a lock on ledger.transfer that neither posting nor
-- reading waits for; CREATE TABLE ... PARTITION OF would stop both. The schedule opens months ahead;
-- post_entries_v2 comes here only when it did not.
CREATE FUNCTION ledger.open_months_v1(through date) RETURNS integer
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    months_max constant integer := 120;
    opened integer := 0;
    from_day date;
    until_day date;
    made text;
BEGIN
    IF through < (SELECT max(month.until_day) FROM ledger.month) THEN
        RETURN 0;
    END IF;
    PERFORM pg_advisory_xact_lock(1279543109, -3); -- One after the other; -2 is who seals.
    SELECT max(month.until_day) INTO from_day FROM ledger.month;
    -- Counted from today, not from the last month: who may open some may not open some again.
    IF through >= current_date + make_interval(months => months_max) THEN
        RAISE EXCEPTION 'business day % is more than % months ahead', through, months_max
            USING ERRCODE = 'LD011', DETAIL = to_char(through, 'YYYY-MM-DD');
    END IF;
    WHILE from_day <= through LOOP
        until_day := from_day + interval '1 month';
        made := 'transfer_' || to_char(from_day::timestamp, 'YYYY_MM');
        EXECUTE format(
            'CREATE TABLE ledger.%I (LIKE ledger.transfer INCLUDING CONSTRAINTS INCLUDING INDEXES)'
            -- Rows are only added: without these, pages would be all visible, which index-only
            -- scans need, after a fifth of the month at the earliest.
            ' WITH (autovacuum_vacuum_insert_scale_factor = 0,'
            ' autovacuum_vacuum_insert_threshold = 50000)',
            made);
        PERFORM ledger.guard_month_v1(made);
        EXECUTE format(
            'ALTER TABLE ledger.transfer ATTACH PARTITION ledger.%I FOR VALUES FROM (%L) TO (%L)',
            made, from_day, until_day);
        INSERT INTO ledger.month (from_day, until_day) VALUES (from_day, until_day);
        opened := opened + 1;
        from_day := until_day;
    END LOOP;
    RETURN opened;
END;
$$;
