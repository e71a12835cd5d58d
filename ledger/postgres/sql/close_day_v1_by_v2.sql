-- The former name, for processes of the release before: the same rules under both names.
CREATE OR REPLACE FUNCTION ledger.close_day_v1(closing date, closed_at timestamptz) RETURNS boolean
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
RETURN ledger.close_day_v2(closing, closed_at);
