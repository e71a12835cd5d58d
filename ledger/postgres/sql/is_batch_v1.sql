-- Whether a text can name a batch; see ledger/entry.py.
CREATE FUNCTION ledger.is_batch_v1(batch text) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN length(batch) BETWEEN 1 AND 120 AND batch !~ '[^A-Za-z0-9:._/-]';
