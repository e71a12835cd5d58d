-- The number through which audit records are final: waits for those being written, lets none begin
-- meanwhile, and so never reads past a gap that fills later. Ask in a transaction of its own, which
-- ends at once: the answer stays true.
CREATE FUNCTION ledger.audit_through_v1() RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1s' -- Whoever records meanwhile queues behind; the next minute will do, too.
AS $$
BEGIN
    LOCK TABLE ledger.audit_record IN SHARE MODE;
    RETURN (SELECT coalesce(max(record.audit_id), 0) FROM ledger.audit_record AS record);
END;
$$;
