-- The digest of an audit record's canonical form; the form is described in ledger/audit_record.py.
CREATE FUNCTION ledger.audit_digest_v1(actor text, action text, subject text, reason text)
RETURNS bytea
LANGUAGE sql IMMUTABLE
RETURN sha256(convert_to(
    'audit 1' || chr(10)
    || actor || chr(10)
    || action || chr(10)
    || subject || chr(10)
    || reason || chr(10),
    'UTF8'));
