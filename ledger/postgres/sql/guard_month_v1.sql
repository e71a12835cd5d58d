-- Puts on one table of transfers what keeps the whole: whoever names a month's table instead of
-- ledger.transfer would otherwise meet none of its triggers.
CREATE FUNCTION ledger.guard_month_v1(made text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER check_transfers AFTER INSERT ON ledger.%I'
        ' REFERENCING NEW TABLE AS added'
        ' FOR EACH STATEMENT EXECUTE FUNCTION ledger.check_transfers_v1()', made);
    EXECUTE format(
        'CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.%I'
        ' FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1()', made);
    EXECUTE format(
        'ALTER TABLE ledger.%I ENABLE ALWAYS TRIGGER check_transfers,'
        ' ENABLE ALWAYS TRIGGER refuse_change', made);
END;
$$;
