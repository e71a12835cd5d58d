-- Whether an entry's words have the shapes of ledger/entry.py, so that its canonical form cannot be
-- misread. What must not be there is faster to look for than what must.
CREATE FUNCTION ledger.is_entry_v1(
    movement text, idempotency_key text, source text, business_date date
) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN length(movement) BETWEEN 1 AND 40
    AND movement !~ '[^a-z_]'
    AND length(idempotency_key) BETWEEN 3 AND 200
    AND idempotency_key !~ '[^A-Za-z0-9:._/-]'
    AND length(source) BETWEEN 1 AND 200
    AND source !~ '[^ -~]'
    AND business_date BETWEEN date '2000-01-01' AND date '9999-12-31';
