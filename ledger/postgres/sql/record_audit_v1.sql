-- The only way to write an audit record; the table's own checks refuse a wrong shape or digest.
-- Returns its number.
CREATE FUNCTION ledger.record_audit_v1(
    actor text, action text, subject text, reason text, digest bytea
) RETURNS bigint
LANGUAGE sql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
INSERT INTO ledger.audit_record (actor, action, subject, reason, digest)
VALUES (
    record_audit_v1.actor,
    record_audit_v1.action,
    record_audit_v1.subject,
    record_audit_v1.reason,
    record_audit_v1.digest)
RETURNING audit_id;
$$;
