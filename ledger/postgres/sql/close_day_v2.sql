-- Closes a business day for ever: its checksum, and the balances everything later starts from.
-- Version 2 closes under READ COMMITTED only, since an older snapshot misses what was posted before
-- the lock was given, and no day more than a year ahead, which would end the book for that long.
--
-- Days close in order. Whoever posts into the day holds its lock shared, so this waits for them and
-- they find the day closed. When days are skipped (none closed yet, or a gap without entries)
-- everyone who posts waits, because an entry for a skipped day may be under way.
-- Returns whether the day was closed now; false when it already was.
CREATE FUNCTION ledger.close_day_v2(closing date, closed_at timestamptz) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    closed_before date;
    open_day date;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'closing needs READ COMMITTED, not %',
            current_setting('transaction_isolation') USING ERRCODE = 'LD015';
    END IF;
    IF closing > current_date + 366 THEN
        RAISE EXCEPTION 'business day % is more than a year ahead', closing
            USING ERRCODE = 'LD011', DETAIL = to_char(closing, 'YYYY-MM-DD');
    END IF;
    LOCK TABLE ledger.closed_day IN SHARE ROW EXCLUSIVE MODE;
    SELECT max(day.business_date) INTO closed_before FROM ledger.closed_day AS day;
    IF closing <= closed_before THEN
        PERFORM FROM ledger.closed_day AS day WHERE day.business_date = closing;
        IF FOUND THEN
            RETURN false;
        END IF;
        RAISE EXCEPTION 'business day % was passed over when % was closed', closing, closed_before
            USING ERRCODE = 'LD008', DETAIL = to_char(closing, 'YYYY-MM-DD');
    END IF;
    IF closed_before IS NULL OR closed_before < closing - 1 THEN
        PERFORM pg_advisory_xact_lock(1279543109, -1);
    END IF;
    PERFORM pg_advisory_xact_lock(1279543109, closing - date '2000-01-01');

    SELECT min(entry.business_date) INTO open_day
    FROM ledger.entry
    WHERE entry.business_date < closing
        AND entry.business_date > coalesce(closed_before, '-infinity');
    IF open_day IS NOT NULL THEN
        RAISE EXCEPTION 'business day % has entries and is still open', open_day
            USING ERRCODE = 'LD008', DETAIL = to_char(open_day, 'YYYY-MM-DD');
    END IF;

    INSERT INTO ledger.closed_day (business_date, closed_at, entry_count, transfer_count, checksum)
    SELECT
        closing, close_day_v2.closed_at, count(*),
        (SELECT count(*) FROM ledger.transfer WHERE transfer.business_date = closing),
        sha256(coalesce(string_agg(entry.digest, ''::bytea ORDER BY entry.entry_id), ''::bytea))
    FROM ledger.entry
    WHERE entry.business_date = closing;

    INSERT INTO ledger.balance_snapshot (business_date, account_id, debit_vnd, credit_vnd)
    SELECT closing, moved.account_id, sum(moved.debit_vnd), sum(moved.credit_vnd)
    FROM (
        SELECT before.account_id, before.debit_vnd, before.credit_vnd
        FROM ledger.balance_snapshot AS before
        WHERE before.business_date = closed_before
        UNION ALL
        SELECT transfer.debit_account_id, transfer.amount_vnd, 0
        FROM ledger.transfer WHERE transfer.business_date = closing
        UNION ALL
        SELECT transfer.credit_account_id, 0, transfer.amount_vnd
        FROM ledger.transfer WHERE transfer.business_date = closing
    ) AS moved
    GROUP BY moved.account_id;

    INSERT INTO ledger.batch_snapshot (business_date, account_id, batch, net_vnd)
    SELECT closing, moved.account_id, moved.batch, sum(moved.net_vnd)
    FROM (
        SELECT before.account_id, before.batch, before.net_vnd
        FROM ledger.batch_snapshot AS before
        WHERE before.business_date = closed_before
        UNION ALL
        SELECT transfer.debit_account_id, transfer.batch, transfer.amount_vnd
        FROM ledger.transfer WHERE transfer.business_date = closing
        UNION ALL
        SELECT transfer.credit_account_id, transfer.batch, -transfer.amount_vnd
        FROM ledger.transfer WHERE transfer.business_date = closing
    ) AS moved
    JOIN ledger.account ON account.account_id = moved.account_id
    WHERE account.kind IN ('receivable', 'in_transit', 'payable')
    GROUP BY moved.account_id, moved.batch
    HAVING sum(moved.net_vnd) <> 0;
    RETURN true;
END;
$$;
