-- The digest of an entry's canonical form; the form is described in ledger/digest.py.
CREATE FUNCTION ledger.entry_digest_v1(
    movement text, idempotency_key text, business_date date, source text, corrects text, lines text
) RETURNS bytea
LANGUAGE sql STABLE
RETURN sha256(convert_to(
    'entry 1' || chr(10)
    || movement || chr(10)
    || idempotency_key || chr(10)
    || to_char(business_date::timestamp, 'YYYY-MM-DD') || chr(10)
    || source || chr(10)
    || coalesce(corrects, '') || chr(10)
    || lines,
    'UTF8'));
