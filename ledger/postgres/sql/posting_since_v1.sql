-- The transactions that are posting now and may have been at an instant, and when they began: they
-- hold the lock every post takes, and did not begin after it. Readers ask through here because when
-- others began is told to the owner alone (pg_read_all_stats, from roles_v2); without that right
-- everybody posting is named. The lock is two integers as pg_locks shows them: the ledger's class,
-- and -1.
CREATE FUNCTION ledger.posting_since_v1(instant timestamptz)
RETURNS TABLE (posting text, began_at timestamptz)
LANGUAGE sql STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT lock.virtualtransaction, activity.xact_start
    FROM pg_catalog.pg_locks AS lock
    LEFT JOIN pg_catalog.pg_stat_activity AS activity ON activity.pid = lock.pid
    WHERE lock.locktype = 'advisory' AND lock.granted AND lock.mode = 'ShareLock'
        AND lock.classid = 1279543109 AND lock.objid = 4294967295 AND lock.objsubid = 2
        AND lock.database = (
            SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
        AND lock.pid IS DISTINCT FROM pg_backend_pid()
        AND (activity.xact_start > instant) IS NOT TRUE;
$$;
